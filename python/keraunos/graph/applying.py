"""How primitives are applied: numbers become tensors, operands of different dtypes meet in one."""

import functools
import math

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph.opdef import REGISTRY
from keraunos.graph.tensor import Tensor
from keraunos.graph.trace import apply, as_tensor


def scalar(value, dtype):
    """A concrete scalar tensor; the same object for the same number."""
    # -0.0 == 0.0, so that a table of numbers takes one for the other.
    return _scalar(value, dtype, value == 0 and math.copysign(1, value) < 0)


@functools.lru_cache(maxsize=512)
def _scalar(value, dtype, negative_zero):
    return Tensor((), dtype, dtypes.pack(value, dtype))


def zeros_like_scalar(tensor):
    """0 in the dtype of `tensor`, to be broadcast."""
    return scalar(0, tensor.dtype)


_SCALARS = (bool, int, float, np.bool_, np.integer, np.floating)


def meet(*values, floats=False):
    """`values` as tensors of one dtype. Python and NumPy scalars take the dtype of the tensors, or float32 when that
    is an integer and they are floats; among themselves NumPy scalars have their own. `floats`: integers become
    float32."""
    weak = [isinstance(v, _SCALARS) for v in values]
    tensors = [None if w else as_tensor(v) for v, w in zip(values, weak, strict=True)]
    known = [t.dtype for t in tensors if t is not None]
    dtype = dtypes.promote(known) if known else dtypes.promote([_alone(v) for v in values])
    for value, is_weak in zip(values, weak, strict=True):
        if known and is_weak and not dtypes.is_float(dtype):
            kind = dtypes.of_scalar(value)
            if kind == "float32" or (dtype == "bool" and kind != "bool"):
                dtype = kind
    if floats and not dtypes.is_float(dtype):
        dtype = "float32"
    return [scalar(v, dtype) if w else _cast(t, dtype) for v, t, w in zip(values, tensors, weak, strict=True)]


def _alone(value):
    return as_tensor(value).dtype if isinstance(value, np.generic) else dtypes.of_scalar(value)


def _cast(tensor, dtype):
    from keraunos.graph import primitives

    return tensor if tensor.dtype == dtype else primitives.cast(tensor, dtype)


def _apply(name, inputs, **attrs):
    return apply(REGISTRY[name], inputs, attrs)[0]


def apply_all(name, inputs, **attrs):
    """All outputs of an op that has several."""
    return apply(REGISTRY[name], inputs, attrs)
