"""`keras.ops`: exponentials, logarithms and the functions made of them."""

import math

from keraunos.graph import primitives as p
from keraunos.graph.primitives import add, exp, log, multiply, subtract
from keraunos.ops.promotion import precise


def exp2(x):
    """2 ** x"""
    return exp(multiply(*p.meet(x, math.log(2), floats=True)))


def log2(x):
    """Logarithm to base 2."""
    return multiply(log(x), 1 / math.log(2))


def log10(x):
    """Logarithm to base 10."""
    return multiply(log(x), 1 / math.log(10))


def logaddexp(x1, x2):
    """log(exp(x1) + exp(x2)) without overflow."""
    return _log_of_sum(1.0, *p.meet(x1, x2, floats=True))


def logaddexp2(x1, x2):
    """log2(2 ** x1 + 2 ** x2) without overflow.

    >>> from keraunos import ops
    >>> ops.logaddexp2([3.0, 2000.0], [3.0, 2000.0]).numpy()
    array([   4., 2001.], dtype=float32)
    """
    return _log_of_sum(math.log(2), *p.meet(x1, x2, floats=True))


def _log_of_sum(scale, x1, x2):
    """The larger operand + log(1 + exp(-scale distance)) / scale. The branches share nothing, so that the gradient at
    equal operands is half for each; infinities that meet have their sum."""
    distance = subtract(x2, x1)
    above = add(x1, multiply(p.softplus(multiply(distance, scale)), 1 / scale))
    below = add(x2, multiply(p.softplus(multiply(distance, -scale)), 1 / scale))
    return p.where(p.is_nan(distance), add(x1, x2), p.where(p.greater_equal(x1, x2), above, below))


def logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))) along `axis` without overflow."""
    (x,) = p.meet(x, floats=True)
    peak = p.stop_gradient(p.max(x, axis, keepdims=True))
    peak = p.where(p.is_finite(peak), peak, p.zeros_like_scalar(peak))
    total = p.add(p.log(p.sum(p.exp(p.subtract(x, peak)), axis, keepdims=True)), peak)
    return total if keepdims else p.reshape(total, p.sum(x, axis).shape)


# The two series of i0 meet at 20. There the 40 terms of the one and the 24 of the other both end below 2^-53 of their
# sums, and all terms are positive, so nothing cancels.
_MEETING, _TERMS, _TAIL_TERMS = 20.0, 40, 24


def i0(x):
    """The modified Bessel function of the first kind and order 0.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 9.6.12 (power series) and 9.7.1 (large
    arguments).

    >>> from keraunos import ops
    >>> ops.i0([0.0, 1.0]).numpy().round(4)
    array([1.    , 1.2661], dtype=float32)
    """
    (x,) = precise(x)
    size = p.absolute(x)
    near, far = p.minimum(size, _MEETING), p.maximum(size, _MEETING)
    # sum of (x^2 / 4)^k / k!^2, and e^x / sqrt(2 pi x) times the sum of (1 3 ... (2k - 1))^2 / (k! (8x)^k).
    inner = _series(p.multiply(p.square(near), 0.25), [1 / (k * k) for k in range(1, _TERMS)])
    outer = _series(p.divide(0.125, far), [(2 * k - 1) ** 2 / k for k in range(1, _TAIL_TERMS)])
    half = p.exp(p.multiply(far, 0.5))  # e^x itself overflows before the result does
    outer = p.multiply(p.multiply(half, p.divide(outer, p.sqrt(p.multiply(far, 2 * math.pi)))), half)
    return p.where(p.is_nan(x), x, p.where(p.less_equal(size, _MEETING), inner, outer))


def _series(x, ratios):
    """1 + r1 x (1 + r2 x (1 + ...)): a sum whose k-th term is the one before times x and the k-th ratio."""
    total = None
    for ratio in reversed(ratios):
        step = p.multiply(x, ratio)
        total = p.add(step if total is None else p.multiply(step, total), 1.0)
    return total
