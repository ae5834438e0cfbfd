"""`keras.ops` beyond NumPy: special functions, top-k, distances."""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor


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
