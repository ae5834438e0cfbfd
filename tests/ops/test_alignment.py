"""CTC: losses and decoded sequences by all alignments of small outputs."""

import itertools

import keraunos as keras
import numpy as np
import pytest
from derivative_checks import RNG, both, check_gradient
from keraunos import ops


def likelihoods(logits, blank):
    """{label sequence: probability} of one output (T, C), by all C^T alignments."""
    probabilities = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    found = {}
    for path in itertools.product(range(logits.shape[1]), repeat=len(logits)):
        merged = tuple(label for label, _ in itertools.groupby(path) if label != blank)
        found[merged] = found.get(merged, 0.0) + np.prod(
            [p[label] for p, label in zip(probabilities, path, strict=True)]
        )
    return found


@pytest.mark.parametrize("blank", [0, 2, -1])
def test_loss(blank):
    logits = RNG.normal(size=(4, 5, 4))
    a, b = [c for c in range(4) if c != blank % 4][:2]
    labels = np.array([[a, b, a], [a, a, b], [b, 0, 0], [3, 3, 3]])
    counts, frames = np.array([3, 3, 1, 0]), np.array([5, 5, 3, 4])
    run = lambda t: ops.ctc_loss(labels, t, counts, frames, mask_index=blank)  # noqa: E731
    want = [-np.log(likelihoods(logits[i, : frames[i]], blank % 4)[tuple(labels[i, : counts[i]])]) for i in range(4)]
    np.testing.assert_allclose(both(run, logits), want, rtol=1e-12)
    check_gradient(run, logits)
    # The same with all arguments symbolic.
    compiled = keras.function(lambda *t: ops.ctc_loss(*t, mask_index=blank))
    np.testing.assert_allclose(compiled(labels, logits, counts, frames), want, rtol=1e-12)


def test_loss_of_what_cannot_be_and_of_no_labels():
    logits = RNG.normal(size=(2, 3, 3))
    # 1, 1 needs a blank between: 3 frames; 2 of them are too few, but nothing becomes NaN.
    run = lambda t: ops.ctc_loss([[1, 1], [1, 1]], t, [2, 2], [3, 2])  # noqa: E731
    loss = run(logits).numpy()
    assert np.isfinite(loss[0]) and loss[1] > 1e29
    assert np.isfinite(keras.grad(lambda t: ops.sum(run(t)))(logits)).all()
    nothing = ops.ctc_loss(np.zeros((2, 0), "int32"), logits, [0, 0], [3, 3])
    np.testing.assert_allclose(nothing, -np.log([likelihoods(row, 0)[()] for row in logits]), rtol=1e-12)
    assert ops.ctc_loss([[1]], logits[:1].astype("float16"), [1], [3]).dtype == "float16"


def test_greedy():
    labels = np.array([[1, 1, 0, 1, 2, 2], [3, 0, 0, 3, 1, 1], [0, 0, 0, 0, 0, 0]])
    logits = np.where(np.arange(4) == labels[..., None], RNG.uniform(1, 2, (3, 6, 1)), RNG.uniform(0, 1, (3, 6, 4)))
    frames = np.array([6, 4, 0])
    run = lambda t, **o: ops.ctc_decode(t, frames, **o)  # noqa: E731
    sequences, scores = both(run, logits)
    assert sequences.dtype == "int32" and sequences.shape == (1, 3, 6) and scores.shape == (3, 1)
    assert sequences.numpy()[0].tolist() == [[1, 1, 2, -1, -1, -1], [3, 3, -1, -1, -1, -1], [-1] * 6]
    np.testing.assert_allclose(scores[:, 0], [-logits[i, : frames[i]].max(-1).sum() for i in range(3)], rtol=1e-14)
    unmerged = run(logits, merge_repeated=False)[0].numpy()[0]
    assert unmerged.tolist() == [[1, 1, 1, 2, 2, -1], [3, 3, -1, -1, -1, -1], [-1] * 6]
    # With another blank the 0 is a label, and between two equal labels it is no blank.
    other = run(logits, mask_index=2)[0].numpy()[0]
    assert other.tolist() == [[1, 0, 1, -1, -1, -1], [3, 0, 3, -1, -1, -1], [-1] * 6]


@pytest.mark.parametrize("blank", [0, 3])
def test_beam_search(blank):
    logits = RNG.normal(size=(2, 5, 4))
    frames = np.array([5, 3])
    # A beam that forgets nothing finds the most probable sequences of all.
    sequences, scores = ops.ctc_decode(logits, frames, "beam_search", beam_width=2000, top_paths=3, mask_index=blank)
    assert sequences.shape == (3, 2, 5) and scores.shape == (2, 3)
    for i in range(2):
        ranked = sorted(likelihoods(logits[i, : frames[i]], blank).items(), key=lambda item: -item[1])[:3]
        for path, (labels, probability) in enumerate(ranked):
            assert sequences[path, i].numpy().tolist() == [*labels, *[-1] * (5 - len(labels))]
            np.testing.assert_allclose(scores[i, path], np.log(probability), rtol=1e-12)


def test_a_narrow_beam_forgets():
    logits = np.log(np.array([[[0.6, 0.4], [0.6, 0.4]]]))
    # No label: 0.36. One: 0.4 * 0.4 + 2 * 0.4 * 0.6 = 0.64, of which a beam of one follows the beginning 0.6 alone.
    for width, labels, probability in [(1, [-1, -1], 0.36), (2, [1, -1], 0.64)]:
        sequences, scores = ops.ctc_decode(logits, [2], "beam_search", beam_width=width)
        assert sequences.numpy()[0, 0].tolist() == labels
        np.testing.assert_allclose(scores, [[np.log(probability)]], rtol=1e-12)
    # There is no second sequence.
    sequences, scores = ops.ctc_decode(logits[:, :1, :1], [1], "beam_search", top_paths=2)
    assert sequences.numpy()[1, 0].tolist() == [-1] and scores.numpy()[0, 1] == -np.inf


def test_errors():
    logits = np.zeros((2, 3, 4))
    lengths = np.array([3, 3])
    for bad in [
        lambda: ops.ctc_loss([[1], [1]], logits[0], [1, 1], lengths),
        lambda: ops.ctc_loss([[1]], logits, [1], lengths),
        lambda: ops.ctc_loss([[1], [1]], logits, [1], lengths),
        lambda: ops.ctc_loss([[1], [1]], logits, [1, 1], lengths, mask_index=4),
        lambda: ops.ctc_decode(logits, lengths, strategy="best"),
        lambda: ops.ctc_decode(logits, [3]),
        lambda: ops.ctc_decode(logits, lengths, mask_index=-5),
        lambda: ops.ctc_decode(logits, lengths, "beam_search", beam_width=2, top_paths=3),
    ]:
        with pytest.raises(ValueError, match=r"\[ctc_"):
            bad()
    with pytest.raises(TypeError, match="greedy"):
        keras.function(lambda t: ops.ctc_decode(t, lengths, "beam_search"))(logits)
