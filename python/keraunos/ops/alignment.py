"""`keras.ops.nn`: CTC, sequences of labels and the frames of an output that they are aligned with. Source: Graves et
al., "Connectionist temporal classification", ICML 2006.
"""

import numpy as np

from keraunos import _arguments
from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.beam_search import beam_search
from keraunos.ops.promotion import floating
from keraunos.ops.selection import concrete

# Logarithm of the probability of what cannot happen; finite, so that no gradient becomes NaN.
_IMPOSSIBLE = -1e30


def _logaddexp(*terms):
    largest = terms[0]
    for term in terms[1:]:
        largest = p.maximum(largest, term)
    total = p.exp(p.subtract(terms[0], largest))
    for term in terms[1:]:
        total = p.add(total, p.exp(p.subtract(term, largest)))
    return p.add(largest, p.log(total))


def _shifted(x, by):
    return p.pad(x, [(0, 0), (by, 0)], _IMPOSSIBLE)[:, : x.shape[1]]


def _blank(tag, mask_index, classes):
    if not -classes <= mask_index < classes:
        raise ValueError(f"[{tag}] mask_index must name one of {classes} classes, got {mask_index}")
    return mask_index % classes


def ctc_loss(target, output, target_length, output_length, mask_index=0):
    """Minus the logarithm of the probability of a label sequence, summed over all its alignments with the frames.

    Args:
        target: class numbers `(N, L)`.
        output: logits `(N, T, C)`.
        target_length: how many labels of each row count, `(N,)`.
        output_length: how many frames of each row count, `(N,)`, at least 1.
        mask_index: the class of the blank.

    Returns:
        `(N,)`; some 1e30 where the frames are too few for the labels.

    Raises:
        ValueError: for shapes that do not fit, and a blank that is no class.

    The forward recursion runs over the labels with blanks between them, `2 L + 1` states, in logarithms.

    >>> from keraunos import ops
    >>> ops.ctc_loss([[1]], ops.zeros((1, 1, 2)), [1], [1]).numpy().round(4)
    array([0.6931], dtype=float32)
    """
    output = floating(output)
    result, output = output.dtype, p.widen(output)
    labels = p.cast(target, "int32")
    if output.ndim != 3 or labels.ndim != 2 or labels.shape[0] != output.shape[0]:
        raise ValueError(
            f"[ctc_loss] expected target (N, L) and output (N, T, C), got {labels.shape} and {output.shape}"
        )
    samples, length = labels.shape
    frames, classes = output.shape[1:]
    blank = _blank("ctc_loss", mask_index, classes)
    target_length, output_length = (p.cast(t, "int32") for t in (target_length, output_length))
    for name, lengths in (("target_length", target_length), ("output_length", output_length)):
        if lengths.shape != (samples,):
            raise ValueError(f"[ctc_loss] expected {name} of shape ({samples},), got {lengths.shape}")
    states = 2 * length + 1
    extended = p.pad(p.reshape(labels, (samples, length, 1)), [(0, 0), (0, 0), (1, 0)], blank)
    extended = p.pad(p.reshape(extended, (samples, 2 * length)), [(0, 0), (0, 1)], blank)
    choice = p.cast(
        p.equal(p.reshape(extended, (samples, 1, states)), np.arange(classes, dtype=np.int32)[:, None]), output.dtype
    )
    emissions = p.matmul(p.log_softmax(output), choice)

    position = np.arange(states, dtype=np.int32)
    two_back = p.pad(extended, [(0, 0), (2, 0)], blank)[:, :states]
    may_skip = p.logical_and(p.not_equal(extended, blank), p.not_equal(extended, two_back))
    scores = p.where(position < 2, emissions[:, 0], _IMPOSSIBLE)
    # Where all frames count nothing has to be kept.
    all_count = output_length.value is not None and bool((output_length.value >= frames).all())
    for frame in range(1, frames):
        skipped = p.where(may_skip, _shifted(scores, 2), _IMPOSSIBLE)
        following = p.add(_logaddexp(scores, _shifted(scores, 1), skipped), emissions[:, frame])
        counts = None if all_count else p.reshape(p.less(frame, output_length), (samples, 1))
        scores = following if all_count else p.where(counts, following, scores)
    end = p.multiply(p.reshape(target_length, (samples, 1)), 2)
    at_end = p.logical_or(p.equal(position, end), p.equal(position, p.subtract(end, 1)))
    final = p.where(at_end, scores, _IMPOSSIBLE)
    largest = p.max(final, 1, keepdims=True)
    total = p.log(p.sum(p.exp(p.subtract(final, largest)), 1))
    return p.cast(p.negative(p.add(p.reshape(largest, (samples,)), total)), result)


def ctc_decode(
    inputs, sequence_lengths, strategy="greedy", beam_width=100, top_paths=1, merge_repeated=True, mask_index=0
):
    """The most probable label sequences of an output.

    Args:
        inputs: logits `(N, T, C)`.
        sequence_lengths: how many frames of each row count, `(N,)`.
        strategy: `"greedy"`: the most probable class of every frame; `"beam_search"`: the sequences with the most
            probable alignments together, among those that begin like one of the best. Not inside a compiled function.
        beam_width: how many beginnings a beam search keeps.
        top_paths: how many sequences a beam search returns.
        merge_repeated: whether equal neighbours of the greedy strategy are one label; a beam search always does that.
        mask_index: the class of the blank.

    Returns:
        (sequences `(paths, N, T)` int32, -1 behind their ends; scores `(N, paths)`): of a beam search logarithms of
        probabilities, of the greedy strategy minus the sum of the largest logits, as in Keras.

    Raises:
        ValueError: for other strategies, shapes that do not fit, a blank that is no class, and more paths than beams.
        TypeError: for a beam search of symbolic tensors.

    >>> from keraunos import ops
    >>> logits = 5.0 * ops.one_hot([[1, 1, 0, 2]], 3)
    >>> ops.ctc_decode(logits, [4])[0].numpy().tolist()
    [[[1, 2, -1, -1]]]
    """
    _arguments.one_of("ctc_decode", "strategy", strategy, ("greedy", "beam_search"))
    inputs, lengths = floating(inputs), p.cast(sequence_lengths, "int32")
    result, inputs = inputs.dtype, p.widen(inputs)
    if inputs.ndim != 3 or lengths.shape != inputs.shape[:1]:
        raise ValueError(
            f"[ctc_decode] expected inputs (N, T, C) and sequence_lengths (N,), got {inputs.shape} and {lengths.shape}"
        )
    blank = _blank("ctc_decode", mask_index, inputs.shape[-1])
    if strategy == "greedy":
        sequences, scores = _greedy(inputs, lengths, merge_repeated, blank)
    else:
        if not 1 <= top_paths <= beam_width:
            raise ValueError(f"[ctc_decode] top_paths must lie between 1 and beam_width={beam_width}, got {top_paths}")
        hint = "use strategy='greedy'"
        rows = concrete("ctc_decode", p.log_softmax(inputs), hint), concrete("ctc_decode", lengths, hint)
        found = beam_search(*rows, beam_width, top_paths, blank)
        sequences, scores = (as_tensor(part) for part in found)
    return sequences, p.cast(scores, result)


def _greedy(inputs, lengths, merge_repeated, blank):
    samples, frames, _ = inputs.shape
    labels = p.argmax(inputs, -1)
    counts = p.less(np.arange(frames, dtype=np.int32), p.reshape(lengths, (samples, 1)))
    kept = p.logical_and(counts, p.not_equal(labels, blank))
    if merge_repeated:
        before = p.pad(labels, [(0, 0), (1, 0)], -1)[:, :frames]
        kept = p.logical_and(kept, p.not_equal(labels, before))
    place = p.subtract(p.cumsum(p.cast(kept, "int32"), 1), 1)
    rows = np.arange(samples, dtype=np.int32)[:, None] * frames
    place = p.where(kept, p.add(place, rows), samples * frames)
    # Added to the -1 that stands where nothing is written.
    written = p.scatter_add(p.reshape(p.add(labels, 1), (-1,)), p.reshape(place, (-1,)), samples * frames)
    sequences = p.reshape(p.subtract(written, 1), (1, samples, frames))
    largest = p.where(counts, p.max(inputs, -1), 0.0)
    return sequences, p.negative(p.sum(largest, -1, keepdims=True))
