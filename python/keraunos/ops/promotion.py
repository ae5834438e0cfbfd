"""The dtypes in which functions of `keras.ops` compute: what becomes of integers and of bools."""

from keraunos.graph import dtypes
from keraunos.graph import primitives as p


def floating(x):
    """`x` as a tensor of a floating-point dtype; integers become float32."""
    x = p.as_tensor(x)
    return x if dtypes.is_float(x.dtype) else p.cast(x, "float32")


def precise(*values):
    """`values` as tensors of one floating-point dtype; small integers become float32, int64 becomes float64."""
    tensors = p.meet(*values)
    if dtypes.is_float(tensors[0].dtype):
        return tensors
    dtype = "float64" if tensors[0].dtype == "int64" else "float32"
    return [p.cast(t, dtype) for t in tensors]


def countable(x):
    """`x` as a tensor of a dtype in which sums and products are taken: bool and uint8 become int32."""
    x = p.as_tensor(x)
    return p.cast(x, "int32") if x.dtype in ("bool", "uint8") else x


def whole(x):
    """Whether `x`, a tensor, holds integers or bools."""
    return not dtypes.is_float(x.dtype)
