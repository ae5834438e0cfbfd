"""`keras.ops` core: conversion, casting, what a tensor is."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.tensor import Tensor
from keraunos.graph.variable import Variable


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """`x` (array, number, list, variable, tensor) as a Tensor, cast to `dtype` when that is given.

    Args:
        x: what to convert.
        dtype: name of a dtype; default: that of `x`, int32 or float32 for Python numbers.
        sparse, ragged: must not be True: tensors are dense.

    Raises:
        ValueError: for `sparse=True` and `ragged=True`.
        TypeError: for what is no array of numbers.

    >>> from keraunos import ops
    >>> ops.convert_to_tensor([1, 2]).dtype
    'int32'
    """
    if sparse or ragged:
        raise ValueError("[convert_to_tensor] tensors are dense; leave sparse and ragged out")
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


def stop_gradient(variable):
    """`variable`, a tensor, through which no gradient flows."""
    return p.stop_gradient(variable)
