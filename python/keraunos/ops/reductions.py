"""`keras.ops`, reductions: sums, extremes, moments, sorting."""

import builtins

from keraunos.graph import primitives as p
from keraunos.graph.primitives import (
    add,
    argmax,
    argmin,
    argsort,
    cumsum,
    max,
    mean,
    min,
    multiply,
    not_equal,
    prod,
    reshape,
    sort,
    sqrt,
    square,
    subtract,
    sum,
    true_divide,
)

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "argsort",
    "average",
    "count_nonzero",
    "cumsum",
    "max",
    "mean",
    "median",
    "min",
    "prod",
    "sort",
    "std",
    "sum",
    "var",
]

amax, amin = max, min


def all(x, axis=None, keepdims=False):
    """Whether all elements along `axis` hold."""
    return min(p.cast(x, "bool"), axis, keepdims)


def any(x, axis=None, keepdims=False):
    """Whether any element along `axis` holds."""
    return max(p.cast(x, "bool"), axis, keepdims)


def average(x, axis=None, weights=None):
    """Weighted mean along `axis`."""
    if weights is None:
        return mean(x, axis)
    x, weights = p.meet(x, weights, floats=True)
    if weights.ndim == 1 and x.ndim > 1:
        weights = reshape(weights, [-1 if a == axis % x.ndim else 1 for a in range(x.ndim)])
    weights = p.broadcast_to(weights, x.shape)
    return true_divide(sum(multiply(x, weights), axis), sum(weights, axis))


def var(x, axis=None, keepdims=False):
    """Population variance along `axis`, of the centred values."""
    (x,) = p.meet(x, floats=True)
    return mean(square(subtract(x, mean(x, axis, keepdims=True))), axis, keepdims)


def std(x, axis=None, keepdims=False):
    """Population standard deviation along `axis`."""
    return sqrt(var(x, axis, keepdims))


def median(x, axis=None, keepdims=False):
    """Median along `axis` (int or None)."""
    (x,) = p.meet(x, floats=True)
    rank = x.ndim
    flat, axis_ = (reshape(x, (-1,)), 0) if axis is None else (x, axis % rank)
    ordered = sort(flat, axis_)
    count = flat.shape[axis_]
    middle = (builtins.slice(None),) * axis_
    low, high = ordered[(*middle, (count - 1) // 2)], ordered[(*middle, count // 2)]
    result = multiply(add(low, high), 0.5)
    if keepdims:
        return reshape(result, [1] * rank if axis is None else [1 if a == axis_ else n for a, n in enumerate(x.shape)])
    return result


def count_nonzero(x, axis=None):
    """Number of elements that are not 0 along `axis`, int32."""
    return sum(p.cast(not_equal(x, 0), "int32"), axis)
