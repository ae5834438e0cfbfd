"""`keras.ops` beyond NumPy: special functions, top-k, segments, norms."""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.primitives import erf, erfinv, rsqrt
from keraunos.graph.trace import as_tensor

__all__ = ["erf", "erfinv", "in_top_k", "logsumexp", "norm", "rsqrt", "segment_sum", "top_k"]


def logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))) along `axis` without overflow."""
    (x,) = p.meet(x, floats=True)
    peak = p.stop_gradient(p.max(x, axis, keepdims=True))
    peak = p.where(p.is_finite(peak), peak, p.zeros_like_scalar(peak))
    total = p.add(p.log(p.sum(p.exp(p.subtract(x, peak)), axis, keepdims=True)), peak)
    return total if keepdims else p.reshape(total, p.sum(x, axis).shape)


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


def segment_sum(data, segment_ids, num_segments=None, sorted=False):
    """Sums of rows with equal segment id; `num_segments` is needed inside a trace."""
    ids = as_tensor(segment_ids)
    if num_segments is None:
        num_segments = int(np.asarray(ids).max()) + 1 if ids.size else 0
    return p.scatter_add(data, ids, num_segments)


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
