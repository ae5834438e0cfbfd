"""`keras.ops` core: conversion, casting, scatter, control flow on values."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.tensor import Tensor
from keraunos.graph.variable import Variable

__all__ = ["cast", "cond", "convert_to_numpy", "convert_to_tensor", "dtype", "fori_loop", "is_tensor", "shape", "slice",
           "stop_gradient", "unstack", "while_loop", "saturate_cast", "scatter"]  # fmt: skip


def convert_to_tensor(x, dtype=None, sparse=None):
    """`x` (array, number, list, variable, tensor) as a Tensor, cast to `dtype` when that is given.

    >>> from keraunos import ops
    >>> ops.convert_to_tensor([1, 2]).dtype
    'int32'
    """
    tensor = p.as_tensor(x, None if isinstance(x, (Tensor, Variable)) else dtype)
    return tensor if dtype is None else p.cast(tensor, dtype)


def convert_to_numpy(x):
    """`x` as a NumPy array; raises TypeError for a symbolic tensor."""
    return p.as_tensor(x).numpy()


def is_tensor(x):
    """Whether `x` is a keraunos Tensor."""
    return isinstance(x, Tensor)


def cast(x, dtype):
    """`x` converted to `dtype`."""
    return p.cast(x, dtype)


def saturate_cast(x, dtype):
    """`x` clipped to the range of `dtype`, then converted."""
    dtype = dtypes.standardize(dtype)
    if dtypes.is_float(dtype) or dtype == "bool":
        return p.cast(x, dtype)
    limits = np.iinfo(dtype)
    return p.cast(p.maximum(p.minimum(x, limits.max), limits.min), dtype)


def shape(x):
    """Shape of `x`, a tuple of ints."""
    return p.as_tensor(x).shape


def dtype(x):
    """Name of the dtype of `x`."""
    return p.as_tensor(x).dtype


def stop_gradient(x):
    """`x`, through which no gradient flows."""
    x = p.as_tensor(x)
    return p.stop_gradient(x)


def slice(inputs, start_indices, shape):
    """The part of `inputs` of the given shape that begins at `start_indices`."""
    start = [int(s) for s in start_indices]
    return p.slice(inputs, start, [s + n for s, n in zip(start, shape, strict=True)], [1] * len(start))


def unstack(x, num=None, axis=0):
    """List of the slices of `x` along `axis`."""
    x = p.as_tensor(x)
    axis = p.normalize_axis("unstack", axis, x.ndim)
    front = p.transpose(x, [axis, *[a for a in range(x.ndim) if a != axis]])
    return [front[i] for i in range(num or x.shape[axis])]


def scatter(indices, values, shape):
    """Zeros of `shape` with `values` added at `indices` (..., rank of the indexed axes)."""
    indices, values = p.as_tensor(indices), p.as_tensor(values)
    depth = indices.shape[-1]
    weights = [int(np.prod(shape[i + 1 : depth], dtype=np.int64)) for i in range(depth)]
    flat = p.sum(p.multiply(indices, np.array(weights, indices.dtype)), -1)
    rows = int(np.prod(shape[:depth], dtype=np.int64))
    tail = tuple(shape[depth:])
    updates = p.reshape(values, (flat.size, *tail))
    return p.reshape(p.scatter_add(updates, p.reshape(flat, (-1,)), rows), tuple(shape))


def cond(pred, true_fn, false_fn):
    """`true_fn()` if `pred` else `false_fn()`; of a symbolic `pred` both are computed and the result is selected."""
    pred = p.as_tensor(pred)
    if pred.value is not None:
        return true_fn() if bool(pred) else false_fn()
    return p.where(pred, true_fn(), false_fn())


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Runs `body` while `cond` holds; the condition must be concrete, so inside a trace the loop is unrolled."""
    steps = 0
    while (maximum_iterations is None or steps < maximum_iterations) and bool(cond(*loop_vars)):
        result = body(*loop_vars)
        loop_vars = result if isinstance(result, (tuple, list)) else (result,)
        steps += 1
    return tuple(loop_vars)


def fori_loop(lower, upper, body_fun, init_val):
    """`init_val` through `body_fun(i, value)` for i in [lower, upper); unrolled inside a trace."""
    value = init_val
    for i in range(int(lower), int(upper)):
        value = body_fun(i, value)
    return value
