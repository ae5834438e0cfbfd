"""`keras.ops`, creation: tensors of constants, ranges and grids."""

import builtins

import numpy as np

from keraunos import config
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.primitives import (
    reshape,
)
from keraunos.graph.tensor import Tensor
from keraunos.graph.trace import as_tensor

__all__ = [
    "arange",
    "array",
    "eye",
    "full",
    "full_like",
    "identity",
    "linspace",
    "meshgrid",
    "ones",
    "ones_like",
    "tri",
    "zeros",
    "zeros_like",
]


def array(x, dtype=None):
    """`x` as a tensor; a copy is made when `x` is an array."""
    tensor = as_tensor(np.array(x) if isinstance(x, np.ndarray) else x)
    return tensor if dtype is None else p.cast(tensor, dtype)


def full(shape, fill_value, dtype=None):
    """A tensor of `shape` filled with `fill_value`; default dtype `keraunos.config.floatx()`."""
    dtype = dtypes.standardize(dtype or config.floatx())
    value = np.broadcast_to(dtypes.pack(fill_value, dtype), shape).copy()
    return Tensor(value.shape, dtype, value)


def zeros(shape, dtype=None):
    """Zeros; default dtype `keraunos.config.floatx()`."""
    return full(shape, 0, dtype)


def ones(shape, dtype=None):
    """Ones; default dtype `keraunos.config.floatx()`."""
    return full(shape, 1, dtype)


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


def arange(start, stop=None, step=1, dtype=None):
    """Evenly spaced values in [start, stop)."""
    start, stop = (0, start) if stop is None else (start, stop)
    floats = builtins.any(isinstance(v, float) for v in (start, stop, step))
    dtype = dtypes.standardize(dtype or (config.floatx() if floats else "int32"))
    return as_tensor(np.arange(start, stop, step, dtype="float32" if dtype in dtypes.HALVES else dtype), dtype)


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """`num` evenly spaced values from `start` to `stop`."""
    values, step = np.linspace(np.asarray(start), np.asarray(stop), num, endpoint, True, axis=axis)
    values = as_tensor(values, dtype or config.floatx())
    return (values, step) if retstep else values


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
