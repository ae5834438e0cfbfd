"""Maps onto the probability simplex."""

from keraunos import ops
from keraunos.graph import primitives
from keraunos.ops.rectifiers import floating


def _along_last(function, x, axis):
    """`function` over `axis` (an int, several axes together, or None: all), by moving it to the end."""
    x = floating(x)
    rank = len(x.shape)
    axes = range(rank) if axis is None else [axis] if isinstance(axis, int) else axis
    for a in axes:
        if not -rank <= a < rank:
            raise ValueError(f"[softmax] axis {a} is out of range for shape {tuple(x.shape)}")
    axes = [a % rank for a in axes]
    if axes == [rank - 1]:
        return function(x)
    order = [a for a in range(rank) if a not in axes] + axes
    moved = ops.transpose(x, order)
    rows = ops.reshape(moved, (*moved.shape[: rank - len(axes)], -1))
    inverse = [order.index(a) for a in range(rank)]
    return ops.transpose(ops.reshape(function(rows), moved.shape), inverse)


def softmax(x, axis=-1):
    """`exp(x) / sum(exp(x))` along `axis`.

    Args:
        x: tensor.
        axis: an int, several that are normalized together, or `None` for all.

    >>> from keraunos import ops
    >>> ops.softmax([0.0, 0.0]).numpy()
    array([0.5, 0.5], dtype=float32)
    """
    return _along_last(primitives.softmax, x, axis)


def log_softmax(x, axis=-1):
    """`x - log(sum(exp(x)))` along `axis`.

    >>> from keraunos import ops
    >>> ops.log_softmax([0.0, 0.0]).numpy().round(4)
    array([-0.6931, -0.6931], dtype=float32)
    """
    return _along_last(primitives.log_softmax, x, axis)


def _sparsemax(x):
    # The support of the projection follows from the sorted row; the shift is then written in terms of the unsorted row,
    # so that its gradient needs no gradient of sort.
    size = x.shape[-1]
    descending = ops.flip(ops.sort(x, axis=-1), axis=-1)
    excess = ops.cumsum(descending, axis=-1) - 1
    in_support = descending * ops.arange(1, size + 1, dtype=x.dtype) > excess
    count = ops.sum(ops.cast(in_support, x.dtype), axis=-1, keepdims=True)
    smallest = ops.min(ops.where(in_support, descending, descending[..., :1]), axis=-1, keepdims=True)
    shift = (ops.sum(ops.where(x >= smallest, x, 0), axis=-1, keepdims=True) - 1) / count
    return primitives.relu(x - shift)


def sparsemax(x, axis=-1):
    """The point of the probability simplex closest to `x` (Martins and Astudillo, 2016): a softmax with exact zeros.

    >>> from keraunos import ops
    >>> ops.sparsemax([1.0, 0.5, -1.0]).numpy()
    array([0.75, 0.25, 0.  ], dtype=float32)
    """
    return _along_last(_sparsemax, x, axis)
