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
    # Keras 3.15 sums the running sums over the support where the paper has the sum of the support alone. Models trained
    # there depend on it, so that the same shift is taken here.
    descending = ops.flip(ops.sort(x, axis=-1), axis=-1)
    running = ops.cumsum(descending, axis=-1)
    positions = ops.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    in_support = descending - (running - 1) / positions > 0
    count = ops.sum(ops.cast(in_support, x.dtype), axis=-1, keepdims=True)
    shift = (ops.sum(ops.where(in_support, running, 0), axis=-1, keepdims=True) - 1) / count
    return ops.maximum(x - shift, 0)


def sparsemax(x, axis=-1):
    """A softmax with exact zeros (after Martins and Astudillo, 2016), as Keras 3 computes it.

    >>> from keraunos import ops
    >>> ops.sparsemax([2.0, 0.5, -1.0]).numpy()
    array([1., 0., 0.], dtype=float32)
    """
    return _along_last(_sparsemax, x, axis)
