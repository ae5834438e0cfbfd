"""`keras.ops`, creation: tensors of constants, ranges and grids."""

import numpy as np

from keraunos import config
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.primitives import (
    reshape,
)
from keraunos.graph.tensor import Tensor
from keraunos.graph.trace import as_tensor


def array(x, dtype=None):
    """`x` as a tensor; a copy is made when `x` is an array."""
    tensor = as_tensor(np.array(x) if isinstance(x, np.ndarray) else x)
    return tensor if dtype is None else p.cast(tensor, dtype)


def full(shape, fill_value, dtype=None):
    """A tensor of `shape` filled with `fill_value`, which broadcasts; default dtype `keraunos.config.floatx()`."""
    dtype = dtypes.standardize(dtype or config.floatx())
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if isinstance(fill_value, Tensor):
        return p.broadcast_to(p.cast(fill_value, dtype), shape)
    value = np.broadcast_to(dtypes.pack(fill_value, dtype), shape).copy()
    return Tensor(value.shape, dtype, value)


def zeros(shape, dtype=None):
    """Zeros; default dtype `keraunos.config.floatx()`."""
    return full(shape, 0, dtype)


def ones(shape, dtype=None):
    """Ones; default dtype `keraunos.config.floatx()`."""
    return full(shape, 1, dtype)


def empty(shape, dtype=None):
    """A tensor of `shape` whose elements nobody should rely on; they are zeros.

    >>> from keraunos import ops
    >>> ops.empty((2,)).shape
    (2,)
    """
    return zeros(shape, dtype)


def full_like(x, fill_value, dtype=None):
    """`fill_value` in the shape and dtype of `x`."""
    x = as_tensor(x)
    return full(x.shape, fill_value, dtype or x.dtype)


def zeros_like(x, dtype=None):
    """Zeros in the shape and dtype of `x`."""
    return full_like(x, 0, dtype)


def ones_like(x, dtype=None):
    """Ones in the shape and dtype of `x`."""
    return full_like(x, 1, dtype)


def empty_like(x, dtype=None):
    """A tensor in the shape and dtype of `x` whose elements nobody should rely on; they are zeros.

    >>> from keraunos import ops
    >>> ops.empty_like([1, 2]).dtype
    'int32'
    """
    return zeros_like(x, dtype)


def _own_dtype(value):
    """The dtype of an array or tensor, or that of a Python number on its own."""
    if hasattr(value, "dtype"):
        return as_tensor(value).dtype
    return config.floatx() if isinstance(value, float) else dtypes.of_scalar(value)


def arange(start, stop=None, step=None, dtype=None):
    """Evenly spaced values in [start, stop).

    Args:
        start: first value; the end, from 0, when `stop` is None.
        stop: end, which is not included.
        step: distance; default 1.
        dtype: default: int32 for Python integers, float32 for Python floats, else that of the arguments.
    """
    given = [value for value in (start, stop, step) if value is not None]
    dtype = dtypes.standardize(dtype or dtypes.promote([_own_dtype(value) for value in given]))
    start, stop, step = (v.item() if isinstance(v, Tensor) else v for v in (start, stop, 1 if step is None else step))
    start, stop = (0, start) if stop is None else (start, stop)
    return as_tensor(np.arange(start, stop, step, dtype="float32" if dtype in dtypes.HALVES else dtype), dtype)


def _floating_dtype(dtype, *values):
    """`dtype`, or the floating-point dtype in which `values` meet."""
    if dtype is not None:
        return dtypes.standardize(dtype)
    found = dtypes.promote([_own_dtype(value) if hasattr(value, "dtype") else "bool" for value in values])
    return found if dtypes.is_float(found) else config.floatx()


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """`num` evenly spaced values from `start` to `stop`.

    Args:
        start, stop: numbers or tensors that broadcast.
        num: how many values.
        endpoint: whether `stop` is the last one.
        retstep: whether to return the distance as well.
        dtype: default: the floating-point dtype of `start` and `stop`; integers are rounded down.
        axis: the axis of the values in the result.

    Returns:
        The values, or (values, distance).

    Raises:
        ValueError: for a negative `num`.
    """
    if num < 0:
        raise ValueError(f"[linspace] num must not be negative, got {num}")
    dtype = _floating_dtype(dtype, start, stop)
    compute = dtype if dtypes.is_float(dtype) else "float64"
    values, step = _spaced(start, stop, num, endpoint, compute, axis)
    values = p.cast(values if dtype == compute else p.floor(values), dtype)
    return (values, step) if retstep else values


def _spaced(start, stop, num, endpoint, dtype, axis):
    """(start + i step, the last of them `stop` itself, step)."""
    if not isinstance(start, Tensor) and not isinstance(stop, Tensor):
        values, step = np.linspace(start, stop, num, endpoint, True, axis=axis)
        return as_tensor(np.ascontiguousarray(values), dtype), as_tensor(np.asarray(step), dtype)
    start, stop = p.cast(start, dtype), p.cast(stop, dtype)
    intervals = num - 1 if endpoint else num
    step = p.multiply(p.subtract(stop, start), 1 / intervals if intervals > 0 else float("nan"))
    first, last, places = _ends(start, stop, num, axis)
    # One value alone is the first one, although its distance to the next is NaN.
    values = p.add(
        first, p.multiply(places, p.subtract(last, first) if intervals <= 0 else _ends(step, step, num, axis)[0])
    )
    return (p.where(p.equal(places, max(intervals, 1)), last, values) if endpoint else values), step


def _ends(start, stop, num, axis):
    """(start, stop, 0 .. num - 1), to be broadcast against each other: `num` values along `axis`."""
    start, stop = (p.broadcast_to(t, np.broadcast_shapes(start.shape, stop.shape)) for t in (start, stop))
    rank = start.ndim + 1
    axis = p.normalize_axis("linspace", axis, rank)
    start, stop = (reshape(t, (*t.shape[:axis], 1, *t.shape[axis:])) for t in (start, stop))
    return start, stop, reshape(arange(num, dtype=start.dtype), [num if a == axis else 1 for a in range(rank)])


def logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0):
    """`num` values from `base ** start` to `base ** stop`, evenly spaced on a logarithmic scale.

    Args:
        start, stop: exponents, numbers or tensors that broadcast.
        num: how many values.
        endpoint: whether `base ** stop` is the last one.
        base: the base.
        dtype: default: the floating-point dtype of `start` and `stop`.
        axis: the axis of the values in the result.

    Raises:
        ValueError: for a negative `num`.

    >>> from keraunos import ops
    >>> ops.logspace(0, 2, 3).numpy()
    array([  1.,  10., 100.], dtype=float32)
    """
    dtype = _floating_dtype(dtype, start, stop)
    compute = dtype if dtypes.is_float(dtype) else "float64"
    exponents = linspace(start, stop, num, endpoint, dtype=compute, axis=axis)
    return p.cast(p.power(p.scalar(base, compute), exponents), dtype)


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """`num` values from `start` to `stop`, each the same multiple of the one before.

    Args:
        start, stop: numbers or tensors that broadcast, of one sign.
        num: how many values.
        endpoint: whether `stop` is the last one.
        dtype: default `keraunos.config.floatx()`.
        axis: the axis of the values in the result.

    Raises:
        ValueError: for a negative `num`.

    >>> from keraunos import ops
    >>> ops.geomspace(1, 8, 4).numpy().round(4)
    array([1., 2., 4., 8.], dtype=float32)
    """
    dtype = dtypes.standardize(dtype or config.floatx())
    compute = dtype if dtypes.is_float(dtype) else "float64"
    start, stop = p.cast(start, compute), p.cast(stop, compute)
    sizes, _ = _spaced(*(p.log(p.absolute(t)) for t in (start, stop)), num, endpoint, compute, axis)
    first, last, places = _ends(start, stop, num, axis)
    values = p.where(p.equal(places, 0), first, p.multiply(p.exp(sizes), p.sign(first)))
    if endpoint and num > 1:
        values = p.where(p.equal(places, num - 1), last, values)
    return p.cast(values, dtype)


def eye(N, M=None, k=0, dtype=None):
    """Ones on diagonal `k`, zeros elsewhere, shape (N, M)."""
    return as_tensor(np.eye(N, M, k), dtype or config.floatx())


def identity(n, dtype=None):
    """The n x n identity."""
    return eye(n, dtype=dtype)


def tri(N, M=None, k=0, dtype=None):
    """Ones at and below diagonal `k`."""
    return as_tensor(np.tri(N, M, k), dtype or config.floatx())


def meshgrid(*x, indexing="xy"):
    """Coordinate grids of one-dimensional arrays."""
    tensors = [as_tensor(v) for v in x]
    rank = len(tensors)
    order = [1, 0, *range(2, rank)] if indexing == "xy" and rank > 1 else [*range(rank)]
    shape = [tensors[i].size for i in order]
    grids = []
    for i, tensor in enumerate(tensors):
        place = order.index(i)
        grids.append(p.broadcast_to(reshape(tensor, [-1 if a == place else 1 for a in range(rank)]), shape))
    return grids
