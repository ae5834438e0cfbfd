"""`keras.ops`, reductions: sums, extremes, products, running ones, and sorting."""

import builtins

from keraunos.graph import primitives as p
from keraunos.graph.primitives import argsort, not_equal, reshape, subtract, sum
from keraunos.graph.scans import running
from keraunos.ops.creation import full
from keraunos.ops.promotion import countable


def axes_of(tag, axis, rank):
    """`axis` (int, several, or None for all) as ascending axes from 0 on."""
    axes = range(rank) if axis is None else (axis,) if isinstance(axis, int) else axis
    return sorted({p.normalize_axis(tag, int(a), rank) for a in axes})


def all(x, axis=None, keepdims=False):
    """Whether all elements along `axis` hold."""
    return p.min(p.cast(x, "bool"), axis, keepdims)


def any(x, axis=None, keepdims=False):
    """Whether any element along `axis` holds."""
    return p.max(p.cast(x, "bool"), axis, keepdims)


def max(x, axis=None, keepdims=False, initial=None):
    """The largest elements along `axis`, NaN where one is NaN.

    Args:
        x: tensor.
        axis: int, tuple of ints, or None for all.
        keepdims: whether reduced axes stay with extent 1.
        initial: least value of the result, which also makes an empty axis allowed.

    Raises:
        ValueError: for an axis without elements and no `initial`.
    """
    return _extreme("max", p.max, p.maximum, x, axis, keepdims, initial)


def min(x, axis=None, keepdims=False, initial=None):
    """The smallest elements along `axis`, NaN where one is NaN.

    Args:
        x: tensor.
        axis: int, tuple of ints, or None for all.
        keepdims: whether reduced axes stay with extent 1.
        initial: largest value of the result, which also makes an empty axis allowed.

    Raises:
        ValueError: for an axis without elements and no `initial`.
    """
    return _extreme("min", p.min, p.minimum, x, axis, keepdims, initial)


def _extreme(tag, reduce, choose, x, axis, keepdims, initial):
    x = p.as_tensor(x)
    if initial is None:
        return reduce(x, axis, keepdims)
    axes = axes_of(tag, axis, x.ndim)
    initial = p.cast(initial, x.dtype)
    if builtins.all(x.shape[a] for a in axes):
        return choose(reduce(x, axis, keepdims), initial)
    return full([1 if a in axes else n for a, n in enumerate(x.shape) if keepdims or a not in axes], initial, x.dtype)


def amax(x, axis=None, keepdims=False):
    """The largest elements along `axis`; see `max`."""
    return p.max(x, axis, keepdims)


def amin(x, axis=None, keepdims=False):
    """The smallest elements along `axis`; see `min`."""
    return p.min(x, axis, keepdims)


def ptp(x, axis=None, keepdims=False):
    """The largest less the smallest element along `axis`.

    >>> from keraunos import ops
    >>> ops.ptp([[1.0, 5.0], [2.0, 2.0]], axis=1).numpy()
    array([4., 0.], dtype=float32)
    """
    return subtract(p.max(x, axis, keepdims), p.min(x, axis, keepdims))


def prod(x, axis=None, keepdims=False, dtype=None):
    """Products along `axis`.

    Args:
        x: tensor.
        axis: int, tuple of ints, or None for all.
        keepdims: whether reduced axes stay with extent 1.
        dtype: dtype in which to multiply; default: that of `x`, int32 for bool and uint8.
    """
    return p.prod(countable(x) if dtype is None else p.cast(x, dtype), axis, keepdims)


def _line(tag, x, axis, dtype):
    """(`x` as numbers, axis from 0 on): operands of a running sum or product; None flattens."""
    x = p.as_tensor(x) if dtype is None else p.cast(x, dtype)
    x = p.cast(x, "int32") if x.dtype == "bool" else x
    return (reshape(x, (-1,)), 0) if axis is None else (x, p.normalize_axis(tag, axis, x.ndim))


def cumsum(x, axis=None, dtype=None):
    """Running sums along `axis`.

    Args:
        x: tensor.
        axis: int, or None for the flattened tensor.
        dtype: dtype in which to add; default: that of `x`, int32 for bool.
    """
    x, axis = _line("cumsum", x, axis, dtype)
    if x.dtype == "uint8":
        return p.cast(p.cumsum(p.cast(x, "int32"), axis), "uint8")
    return p.cumsum(x, axis)


def cumprod(x, axis=None, dtype=None):
    """Running products along `axis`.

    Args:
        x: tensor.
        axis: int, or None for the flattened tensor.
        dtype: dtype in which to multiply; default: that of `x`, int32 for bool.

    >>> from keraunos import ops
    >>> ops.cumprod([1.0, 2.0, 3.0]).numpy()
    array([1., 2., 6.], dtype=float32)
    """
    x, axis = _line("cumprod", x, axis, dtype)
    return running(p.multiply, x, axis, 1)


def count_nonzero(x, axis=None):
    """Number of elements that are not 0 along `axis`, int32."""
    return sum(p.cast(not_equal(x, 0), "int32"), axis)


def argpartition(x, kth, axis=-1):
    """Places of the elements in an order in which the `kth` stands where it would in sorted order, smaller ones before
    it and larger ones after it, int32.

    Args:
        x: tensor.
        kth: place.
        axis: int, or None for the flattened tensor.

    Raises:
        ValueError: for a `kth` outside the axis.

    >>> from keraunos import ops
    >>> int(ops.argpartition([3.0, 1.0, 2.0], 1)[1])
    2
    """
    x = p.as_tensor(x)
    extent = x.size if axis is None else x.shape[p.normalize_axis("argpartition", axis, x.ndim)]
    if not -extent <= kth < extent:
        raise ValueError(f"[argpartition] kth must lie within an axis of {extent} elements, got {kth}")
    return argsort(x, axis)
