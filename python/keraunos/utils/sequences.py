"""Sequences of different lengths as one array."""

import numpy as np

from keraunos import _arguments

_SIDES = ("pre", "post")


def pad_sequences(sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0):
    """Sequences filled up, or cut, to one length.

    Args:
        sequences: list of sequences, of numbers or of arrays of one shape.
        maxlen: the length; default: that of the longest sequence.
        dtype: dtype of the result; `object` for text.
        padding: whether values are put before (`"pre"`) or behind (`"post"`) a short sequence.
        truncating: whether a long one loses its beginning (`"pre"`) or its end (`"post"`).
        value: what is put there.

    Returns:
        Array `(N, maxlen, ...)`.

    Raises:
        ValueError: when something is no sequence, elements differ in shape, or text is put into numbers.

    Example:

    >>> from keraunos.utils import pad_sequences
    >>> pad_sequences([[1], [2, 3], [4, 5, 6]])
    array([[0, 0, 1],
           [0, 2, 3],
           [4, 5, 6]], dtype=int32)
    """
    _arguments.one_of("pad_sequences", "padding", padding, _SIDES)
    _arguments.one_of("pad_sequences", "truncating", truncating, _SIDES)
    if not hasattr(sequences, "__len__") or not all(hasattr(s, "__len__") for s in sequences):
        raise ValueError(f"[pad_sequences] expected a list of sequences, got {_odd_one(sequences)}")
    if isinstance(value, str) and np.dtype(dtype).kind not in "OSU":
        raise ValueError(f"[pad_sequences] value {value!r} is text and does not fit dtype {dtype}; use dtype=object")
    if maxlen is None:
        maxlen = max(map(len, sequences), default=0)
    first = next((s for s in sequences if len(s)), ())
    shape = np.asarray(first).shape[1:]
    padded = np.full((len(sequences), maxlen, *shape), value, dtype)
    for row, sequence in enumerate(sequences):
        length = min(len(sequence), maxlen)
        if not length:
            continue
        kept = np.asarray(sequence[len(sequence) - length :] if truncating == "pre" else sequence[:length], dtype)
        if kept.shape[1:] != shape:
            raise ValueError(
                f"[pad_sequences] sequence {row}: expected elements of shape {shape}, got {kept.shape[1:]}"
            )
        start = maxlen - length if padding == "pre" else 0
        padded[row, start : start + length] = kept
    return padded


def _odd_one(sequences):
    odd = sequences
    if hasattr(sequences, "__len__"):
        odd = next(s for s in sequences if not hasattr(s, "__len__"))
    return f"{type(odd).__name__}: {odd!r}"
