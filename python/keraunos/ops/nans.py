"""`keras.ops`: reductions that leave NaN out."""

from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.floats import nan_to_num
from keraunos.ops.promotion import floating, whole
from keraunos.ops.reductions import cumprod, cumsum, prod

_NAN, _INFINITY = float("nan"), float("inf")


def _filled(x, fill):
    """`x` with `fill` in the place of NaN."""
    x = as_tensor(x)
    return x if whole(x) else p.where(p.is_nan(x), p.scalar(fill, x.dtype), x)


def _nothing(x, axis, keepdims):
    """Whether all elements along `axis` are NaN."""
    return p.min(p.is_nan(x), axis, keepdims)


def nansum(x, axis=None, keepdims=False):
    """Sums of the elements along `axis` that are not NaN.

    Args:
        x: tensor.
        axis: int, tuple of ints, or None for all.
        keepdims: whether reduced axes stay with extent 1.

    >>> from keraunos import ops
    >>> float(ops.nansum([1.0, float("nan"), 2.0]))
    3.0
    """
    return p.sum(_filled(x, 0), axis, keepdims)


def nanprod(x, axis=None, keepdims=False):
    """Products of the elements along `axis` that are not NaN; arguments as those of `nansum`.

    >>> from keraunos import ops
    >>> float(ops.nanprod([3.0, float("nan"), 2.0]))
    6.0
    """
    return prod(_filled(x, 1), axis, keepdims)


def nanmax(x, axis=None, keepdims=False):
    """The largest elements along `axis` that are not NaN, NaN where there are none; arguments as those of `nansum`.

    >>> from keraunos import ops
    >>> float(ops.nanmax([1.0, float("nan"), 2.0]))
    2.0
    """
    return _extreme(p.max, -_INFINITY, x, axis, keepdims)


def nanmin(x, axis=None, keepdims=False):
    """The smallest elements along `axis` that are not NaN, NaN where there are none; arguments as those of `nansum`.

    >>> from keraunos import ops
    >>> float(ops.nanmin([1.0, float("nan"), 2.0]))
    1.0
    """
    return _extreme(p.min, _INFINITY, x, axis, keepdims)


def _extreme(reduce, fill, x, axis, keepdims):
    x = as_tensor(x)
    if whole(x):
        return reduce(x, axis, keepdims)
    found = reduce(_filled(x, fill), axis, keepdims)
    return p.where(_nothing(x, axis, keepdims), p.scalar(_NAN, x.dtype), found)


def nanargmax(x, axis=None, keepdims=False):
    """Places of the largest elements along `axis` (int or None) that are not NaN, int32; -1 where there are none.

    >>> from keraunos import ops
    >>> int(ops.nanargmax([1.0, float("nan"), 2.0]))
    2
    """
    return _place(p.argmax, -_INFINITY, x, axis, keepdims)


def nanargmin(x, axis=None, keepdims=False):
    """Places of the smallest elements along `axis` (int or None) that are not NaN, int32; -1 where there are none.

    >>> from keraunos import ops
    >>> int(ops.nanargmin([1.0, float("nan"), 2.0]))
    0
    """
    return _place(p.argmin, _INFINITY, x, axis, keepdims)


def _place(find, fill, x, axis, keepdims):
    x = as_tensor(x)
    found = find(_filled(x, fill), axis, keepdims)
    return found if whole(x) else p.where(_nothing(x, axis, keepdims), -1, found)


def nanmean(x, axis=None, keepdims=False):
    """Means of the elements along `axis` that are not NaN, NaN where there are none; arguments as those of `nansum`.

    >>> from keraunos import ops
    >>> float(ops.nanmean([1.0, float("nan"), 2.0]))
    1.5
    """
    x = floating(x)
    return p.cast(_mean(p.widen(x), p.widen(x), axis, keepdims), x.dtype)


def _mean(values, known, axis, keepdims):
    """Sum of `values` by the number of elements of `known`, both without NaN."""
    count = p.sum(p.cast(p.logical_not(p.is_nan(known)), known.dtype), axis, keepdims)
    return p.divide(p.sum(_filled(values, 0), axis, keepdims), count)


def nanvar(x, axis=None, keepdims=False):
    """Population variances of the elements along `axis` that are not NaN, NaN where there are none; arguments as those
    of `nansum`.

    >>> from keraunos import ops
    >>> float(ops.nanvar([1.0, float("nan"), 3.0]))
    1.0
    """
    x = floating(x)
    wide = p.widen(x)
    # NaN goes before anything is squared, lest it come back with the gradient.
    centred = _filled(p.subtract(wide, nanmean(wide, axis, keepdims=True)), 0)
    return p.cast(_mean(p.square(centred), wide, axis, keepdims), x.dtype)


def nanstd(x, axis=None, keepdims=False):
    """Population standard deviations of the elements along `axis` that are not NaN, NaN where there are none;
    arguments as those of `nansum`.

    >>> from keraunos import ops
    >>> float(ops.nanstd([1.0, float("nan"), 3.0]))
    1.0
    """
    return p.sqrt(nanvar(x, axis, keepdims))


def nancumsum(x, axis=None, dtype=None):
    """Running sums along `axis` in which NaN counts as 0, and infinities as the largest numbers, as in Keras.

    Args:
        x: tensor.
        axis: int, or None for the flattened tensor.
        dtype: dtype in which to add.

    >>> from keraunos import ops
    >>> ops.nancumsum([1.0, float("nan"), 2.0]).numpy()
    array([1., 1., 3.], dtype=float32)
    """
    return cumsum(nan_to_num(x), axis, dtype)


def nancumprod(x, axis=None, dtype=None):
    """Running products along `axis` in which NaN counts as 1, and infinities as the largest numbers, as in Keras.

    Args:
        x: tensor.
        axis: int, or None for the flattened tensor.
        dtype: dtype in which to multiply.

    >>> from keraunos import ops
    >>> ops.nancumprod([2.0, float("nan"), 3.0]).numpy()
    array([2., 2., 6.], dtype=float32)
    """
    return cumprod(nan_to_num(x, nan=1.0), axis, dtype)
