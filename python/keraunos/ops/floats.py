"""`keras.ops`: questions about floating-point numbers, and functions of their bits."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.primitives import is_finite as isfinite
from keraunos.graph.primitives import is_nan as isnan
from keraunos.ops.creation import zeros_like
from keraunos.ops.promotion import floating, whole

# Integers with the bits of floats.
_BITS = {"float32": "int32", "float64": "int64"}


def isinf(x):
    """Whether elements are infinite."""
    return p.logical_not(p.logical_or(isfinite(x), isnan(x)))


def isposinf(x):
    """Whether elements are positive infinity.

    >>> from keraunos import ops
    >>> ops.isposinf([1.0, float("inf"), float("-inf")]).numpy()
    array([False,  True, False])
    """
    return p.equal(floating(x), float("inf"))


def isneginf(x):
    """Whether elements are negative infinity.

    >>> from keraunos import ops
    >>> ops.isneginf([1.0, float("inf"), float("-inf")]).numpy()
    array([False, False,  True])
    """
    return p.equal(floating(x), float("-inf"))


def isclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """`|x1 - x2| <= atol + rtol * |x2|`, elementwise; integers and bools are compared exactly.

    Args:
        x1, x2: tensors that broadcast.
        rtol, atol: tolerances.
        equal_nan: whether NaN is close to NaN.
    """
    x1, x2 = p.meet(x1, x2)
    if whole(x1):
        return p.equal(x1, x2)
    close = p.less_equal(p.absolute(p.subtract(x1, x2)), p.add(p.multiply(p.absolute(x2), rtol), atol))
    # The difference of equal infinities is NaN; a finite number is close to none, however wide the tolerance.
    finite = p.logical_and(isfinite(x1), isfinite(x2))
    close = p.logical_or(p.logical_and(finite, close), p.equal(x1, x2))
    return p.logical_or(close, p.logical_and(isnan(x1), isnan(x2))) if equal_nan else close


def allclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether all elements are close; see `isclose`."""
    return p.min(isclose(x1, x2, rtol, atol, equal_nan))


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    """NaN and infinities replaced by numbers.

    Args:
        x: tensor; integers are returned as they are.
        nan: what takes the place of NaN.
        posinf, neginf: what takes the place of the infinities; default: the largest and the least number.
    """
    x = p.as_tensor(x)
    if whole(x):
        return x
    least, most = dtypes.limits(x.dtype)
    x = p.where(isnan(x), p.scalar(nan, x.dtype), x)
    x = p.where(p.equal(x, float("inf")), p.scalar(most if posinf is None else posinf, x.dtype), x)
    return p.where(p.equal(x, float("-inf")), p.scalar(least if neginf is None else neginf, x.dtype), x)


def view(x, dtype=None):
    """The bytes of `x` as elements of another dtype; the last axis grows or shrinks where sizes differ.

    Args:
        x: tensor of uint8, int32, int64, float32 or float64.
        dtype: one of these; None: that of `x`.

    Raises:
        TypeError: for other dtypes.
        ValueError: when the bytes of a row make no whole number of elements.

    >>> from keraunos import ops
    >>> ops.view(ops.ones((2,)), "int32").numpy()
    array([1065353216, 1065353216], dtype=int32)
    """
    x = p.as_tensor(x)
    return p.bitcast(x, dtypes.standardize(dtype or x.dtype))


def _bits(x):
    """A float tensor's bits as integers."""
    return p.bitcast(x, _BITS[x.dtype])


def signbit(x):
    """Whether elements have a minus sign, -0 included.

    >>> from keraunos import ops
    >>> ops.signbit([-0.0, 0.0, -1.0]).numpy()
    array([ True, False,  True])
    """
    x = p.as_tensor(x)
    if x.dtype == "bool":
        return zeros_like(x)
    return p.less(x if whole(x) else _bits(p.widen(x)), 0)


def nextafter(x1, x2):
    """The number after `x1` in the direction of `x2`: `x1` itself where they are equal.

    >>> from keraunos import ops
    >>> ops.nextafter([1.0], [2.0]).numpy() - 1
    array([1.1920929e-07], dtype=float32)
    """
    x1, x2 = p.meet(x1, x2, floats=True)
    result, x1, x2 = x1.dtype, p.widen(x1), p.widen(x2)
    x1, x2 = (p.broadcast_to(x, np.broadcast_shapes(x1.shape, x2.shape)) for x in (x1, x2))
    bits = _bits(x1)
    # The bits of floats of one sign are in the order of their sizes.
    away = p.equal(p.greater(x2, x1), p.greater(x1, 0))
    neighbour = p.bitcast(p.where(away, p.add(bits, 1), p.subtract(bits, 1)), x1.dtype)
    least = p.bitcast(p.scalar(1, bits.dtype), x1.dtype)
    lowest = p.bitcast(p.scalar(1 - 2 ** (31 if bits.dtype == "int32" else 63), bits.dtype), x1.dtype)
    found = p.where(p.equal(x1, 0), p.where(p.greater(x2, 0), least, lowest), neighbour)
    found = p.where(p.equal(x1, x2), x2, found)
    return p.cast(p.where(p.logical_or(isnan(x1), isnan(x2)), p.add(x1, x2), found), result)


def ldexp(x1, x2):
    """x1 * 2 ** x2.

    Args:
        x1: tensor; integers count as floats.
        x2: integers.

    Raises:
        TypeError: for an `x2` that is no integer.

    >>> from keraunos import ops
    >>> ops.ldexp([0.75, 3.0], [4, -1]).numpy()
    array([12. ,  1.5], dtype=float32)
    """
    x2 = p.as_tensor(x2)
    if x2.dtype not in dtypes.INTEGERS:
        raise TypeError(f"[ldexp] expected integers as x2, got {x2.dtype}; use ops.cast")
    x1 = floating(x1)
    # In three steps within the exponents of normal numbers: 2 ** x2 may overflow where the product does not.
    reach = 3 * (1022 if x1.dtype == "float64" else 126)
    x2 = p.minimum(p.maximum(p.cast(x2, "int64"), -reach), reach)
    first = p.floor_divide(x2, 3)
    second = p.floor_divide(p.subtract(x2, first), 2)
    for exponent in (first, second, p.subtract(p.subtract(x2, first), second)):
        x1 = p.multiply(x1, p.power(p.scalar(2.0, x1.dtype), p.cast(exponent, x1.dtype)))
    return x1
