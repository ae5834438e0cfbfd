"""`keras.ops`, arithmetic: elementwise functions of numbers, and comparisons."""

from keraunos.graph import primitives as p
from keraunos.graph.primitives import (
    divide,
    equal,
    greater,
    maximum,
    minimum,
    multiply,
    true_divide,
)
from keraunos.ops.promotion import floating, precise, whole


def absolute(x):
    """`|x|`, elementwise."""
    x = p.as_tensor(x)
    return x if x.dtype in ("bool", "uint8") else p.absolute(x)


abs = absolute


def fabs(x):
    """`|x|` as a floating-point number.

    >>> from keraunos import ops
    >>> ops.fabs([-1, 2]).numpy()
    array([1., 2.], dtype=float32)
    """
    return p.absolute(floating(x))


def square(x):
    """x * x, elementwise; of bools int32."""
    x = p.as_tensor(x)
    return p.square(p.cast(x, "int32") if x.dtype == "bool" else x)


def mod(x1, x2):
    """Remainder of the division of `x1` by `x2`, with the sign of `x2`; a number beside a tensor counts as a tensor."""
    return p.mod(*whole_operands(x1, x2))


def fmod(x1, x2):
    """Remainder of the division of `x1` by `x2`, with the sign of `x1`; a number beside a tensor counts as a tensor.

    >>> from keraunos import ops
    >>> ops.fmod([-7, 7], 3).numpy()
    array([-1,  1], dtype=int32)
    """
    return p.fmod(*whole_operands(x1, x2))


def whole_operands(x1, x2):
    """Operands of a remainder as tensors of one dtype, bools as int32. Keras makes tensors of numbers first, so that
    uint8 and 2 meet in int32."""
    x1, x2 = p.meet(p.as_tensor(x1), p.as_tensor(x2))
    return (p.cast(x1, "int32"), p.cast(x2, "int32")) if x1.dtype == "bool" else (x1, x2)


def clip(x, x_min, x_max):
    """`x` limited to [x_min, x_max]; bools become int32."""
    x = p.as_tensor(x)
    return minimum(maximum(p.cast(x, "int32") if x.dtype == "bool" else x, x_min), x_max)


def divide_no_nan(x1, x2):
    """x1 / x2, 0 where x2 is 0."""
    x1, x2 = p.meet(x1, x2, floats=True)
    zero = equal(x2, 0)
    return p.where(zero, p.zeros_like_scalar(x2), true_divide(x1, p.where(zero, p.scalar(1, x2.dtype), x2)))


def floor(x):
    """The largest integer that is not above `x`, as a floating-point number."""
    return p.floor(floating(x))


def ceil(x):
    """The smallest integer that is not below `x`, as a floating-point number."""
    return p.ceil(floating(x))


def trunc(x):
    """`x` without its decimal places. Integers stay integers.

    >>> from keraunos import ops
    >>> ops.trunc([-1.7, 1.7]).numpy()
    array([-1.,  1.], dtype=float32)
    """
    x = p.as_tensor(x)
    return x if whole(x) else p.trunc(x)


def cbrt(x):
    """Cube root, elementwise.

    >>> from keraunos import ops
    >>> ops.cbrt([-8.0, 27.0]).numpy()
    array([-2.,  3.], dtype=float32)
    """
    return p.cbrt(*precise(x))


def round(x, decimals=0):
    """`x` rounded to `decimals` decimal places, halves to even. Integers stay integers.

    Args:
        x: tensor.
        decimals: int; negative: places before the point.

    >>> from keraunos import ops
    >>> ops.round([0.5, 1.25, -2.75], 1).numpy()
    array([ 0.5,  1.2, -2.8], dtype=float32)
    """
    x = p.as_tensor(x)
    if whole(x) and decimals >= 0:
        return x
    if decimals == 0:
        return p.round(x)
    factor = 10.0**decimals
    return p.cast(divide(p.round(multiply(floating(x), factor)), factor), x.dtype)


def fmax(x1, x2):
    """The larger of `x1` and `x2`; where one is NaN, the other.

    >>> from keraunos import ops
    >>> ops.fmax([1.0, float("nan")], [0.0, 2.0]).numpy()
    array([1., 2.], dtype=float32)
    """
    return _without_nan(p.maximum, x1, x2)


def fmin(x1, x2):
    """The smaller of `x1` and `x2`; where one is NaN, the other.

    >>> from keraunos import ops
    >>> ops.fmin([1.0, float("nan")], [0.0, 2.0]).numpy()
    array([0., 2.], dtype=float32)
    """
    return _without_nan(p.minimum, x1, x2)


def _without_nan(choose, x1, x2):
    x1, x2 = p.meet(x1, x2)
    chosen = choose(x1, x2)
    return chosen if whole(chosen) else p.where(p.is_nan(x1), x2, p.where(p.is_nan(x2), x1, chosen))


def heaviside(x1, x2):
    """0 where `x1` is negative, 1 where it is positive, `x2` where it is 0, NaN where it is NaN.

    >>> from keraunos import ops
    >>> ops.heaviside([-2.0, 0.0, 3.0], 0.5).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    x1, x2 = precise(x1, x2)
    sides = p.cast(greater(x1, 0), x1.dtype)
    return p.where(equal(x1, 0), x2, p.where(p.is_nan(x1), x1, sides))
