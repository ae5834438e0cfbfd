"""`keras.ops` beyond NumPy: special functions, top-k, distances, norms."""

import numpy as np

from keraunos import _arguments
from keraunos.graph import primitives as p
from keraunos.graph.primitives import erf, erfc, erfinv
from keraunos.graph.trace import as_tensor
from keraunos.ops.selection import take

__all__ = ["cdist", "erf", "erfc", "erfinv", "extract_sequences", "in_top_k", "norm", "top_k"]


def top_k(x, k, sorted=True):
    """The k largest values of the last axis, largest first, and their columns (int32)."""
    x = as_tensor(x)
    places = p.argsort(p.negative(x))[..., :k]
    columns = x.shape[-1]
    rows = np.arange(x.size // columns if columns else 0, dtype=np.int32).reshape(*x.shape[:-1], 1)
    return p.take(p.reshape(x, (-1,)), p.add(places, rows * np.int32(columns))), places


def in_top_k(targets, predictions, k):
    """Whether fewer than k classes score above the target's class; `targets` (N,), `predictions` (N, C)."""
    predictions, targets = as_tensor(predictions), p.cast(targets, "int32")
    hot = p.equal(p.reshape(targets, (-1, 1)), np.arange(predictions.shape[-1], dtype=np.int32))
    score = p.sum(p.where(hot, predictions, p.zeros_like_scalar(predictions)), -1, keepdims=True)
    above = p.sum(p.cast(p.greater(predictions, score), "int32"), -1)
    return p.logical_and(p.less(above, k), p.reshape(p.is_finite(score), above.shape))


def cdist(x, y):
    """Euclidean distances of all pairs of rows.

    Args:
        x: `(..., M, C)`.
        y: `(..., N, C)`; leading axes broadcast.

    Returns:
        `(..., M, N)`.

    Raises:
        ValueError: for rows of different size, and tensors without rows.

    >>> from keraunos import ops
    >>> ops.cdist([[0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]]).numpy()
    array([[5., 1.]], dtype=float32)
    """
    x, y = p.meet(as_tensor(x), as_tensor(y), floats=True)
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-1]:
        raise ValueError(f"[cdist] expected (..., M, C) and (..., N, C), got {x.shape} and {y.shape}")
    rows = p.reshape(x, (*x.shape[:-1], 1, x.shape[-1]))
    columns = p.reshape(y, (*y.shape[:-2], 1, *y.shape[-2:]))
    return p.sqrt(p.sum(p.square(p.subtract(rows, columns)), -1))


def extract_sequences(x, sequence_length, sequence_stride):
    """Windows of the last axis.

    Args:
        x: `(..., samples)`.
        sequence_length: samples of a window.
        sequence_stride: samples from one window to the next.

    Returns:
        `(..., windows, sequence_length)`; samples after the last whole window are left out.

    Raises:
        ValueError: for lengths and strides below 1.

    >>> from keraunos import ops
    >>> ops.extract_sequences(ops.arange(6), 3, 2).numpy()
    array([[0, 1, 2],
           [2, 3, 4]], dtype=int32)
    """
    x = as_tensor(x)
    (length,) = _arguments.int_tuple("extract_sequences", "sequence_length", sequence_length, 1)
    (stride,) = _arguments.int_tuple("extract_sequences", "sequence_stride", sequence_stride, 1)
    windows = max(0, (x.shape[-1] - length) // stride + 1)
    places = np.arange(windows, dtype=np.int32)[:, None] * stride + np.arange(length, dtype=np.int32)
    return take(x, places, -1)


def norm(x, ord=None, axis=None, keepdims=False):
    """Vector norms along `axis`: ord 1, 2 (default), inf or any positive number; Frobenius for a pair of axes."""
    (x,) = p.meet(x, floats=True)
    if ord in (None, 2, "fro", "euclidean"):
        return p.sqrt(p.sum(p.square(x), axis, keepdims))
    if ord == 1:
        return p.sum(p.absolute(x), axis, keepdims)
    if ord in (np.inf, -np.inf):
        return (p.max if ord > 0 else p.min)(p.absolute(x), axis, keepdims)
    return p.power(p.sum(p.power(p.absolute(x), float(ord)), axis, keepdims), 1.0 / ord)
