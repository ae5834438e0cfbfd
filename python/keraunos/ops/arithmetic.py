"""`keras.ops`, arithmetic: elementwise functions and comparisons."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.primitives import (
    absolute,
    add,
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    ceil,
    cos,
    cosh,
    equal,
    exp,
    expm1,
    floor,
    floor_divide,
    greater,
    greater_equal,
    less,
    less_equal,
    log,
    log1p,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    maximum,
    minimum,
    mod,
    multiply,
    negative,
    not_equal,
    power,
    reciprocal,
    round,
    sign,
    sin,
    sinh,
    sqrt,
    square,
    subtract,
    tan,
    tanh,
    true_divide,
    where,
)
from keraunos.graph.primitives import is_finite as isfinite
from keraunos.graph.primitives import is_nan as isnan
from keraunos.graph.trace import as_tensor
from keraunos.ops.reductions import all

__all__ = [
    "abs",
    "absolute",
    "add",
    "allclose",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "ceil",
    "clip",
    "cos",
    "cosh",
    "divide",
    "divide_no_nan",
    "equal",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "floor_divide",
    "greater",
    "greater_equal",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "log",
    "log10",
    "log1p",
    "log2",
    "logaddexp",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "nan_to_num",
    "negative",
    "not_equal",
    "power",
    "reciprocal",
    "round",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "subtract",
    "tan",
    "tanh",
    "true_divide",
    "where",
]

abs, divide = absolute, true_divide


def clip(x, x_min, x_max):
    """`x` limited to [x_min, x_max]."""
    return minimum(maximum(x, x_min), x_max)


def divide_no_nan(x1, x2):
    """x1 / x2, 0 where x2 is 0."""
    x1, x2 = p.meet(x1, x2, floats=True)
    zero = equal(x2, 0)
    return where(zero, p.zeros_like_scalar(x2), true_divide(x1, where(zero, p.scalar(1, x2.dtype), x2)))


def exp2(x):
    """2 ** x"""
    return exp(multiply(x, float(np.log(2))))


def log2(x):
    """Logarithm to base 2."""
    return multiply(log(x), float(1 / np.log(2)))


def log10(x):
    """Logarithm to base 10."""
    return multiply(log(x), float(1 / np.log(10)))


def logaddexp(x1, x2):
    """log(exp(x1) + exp(x2)) without overflow."""
    return add(maximum(x1, x2), log1p(exp(negative(absolute(subtract(x1, x2))))))


def isinf(x):
    """Whether elements are infinite."""
    return logical_not(p.logical_or(isfinite(x), isnan(x)))


def isclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """|x1 - x2| <= atol + rtol * |x2|, elementwise."""
    close = less_equal(absolute(subtract(x1, x2)), add(multiply(absolute(x2), rtol), atol))
    return logical_or(close, logical_and(isnan(x1), isnan(x2))) if equal_nan else close


def allclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether all elements are close."""
    return all(isclose(x1, x2, rtol, atol, equal_nan))


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    """NaN and infinities replaced by numbers."""
    x = as_tensor(x)
    least, most = dtypes.limits(x.dtype)
    x = where(isnan(x), p.scalar(nan, x.dtype), x)
    x = where(equal(x, float("inf")), p.scalar(most if posinf is None else posinf, x.dtype), x)
    return where(equal(x, float("-inf")), p.scalar(least if neginf is None else neginf, x.dtype), x)
