"""Helpers of the tests of keras.ops: eager and compiled runs that must agree, gradients by central differences."""

import keraunos as keras
import numpy as np
from keraunos import ops
from keraunos._structure import flatten as leaves

RNG = np.random.default_rng(5)


def both(function, *arguments, rtol=1e-12):
    """The results of `function` run eagerly; compiled they must be the same but for the rounding of fused steps."""
    eager, compiled = function(*arguments), keras.function(function)(*arguments)
    for a, b in zip(leaves(eager), leaves(compiled), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol)
    return eager


def numeric_gradient(function, x, cotangents, step=1e-6):
    """Central differences of <cotangents, function(x)> by every element; they err by step^2 and eps / step."""
    gradient = np.zeros_like(x)

    def weighted(at):
        return sum(float(np.sum(np.asarray(y) * c)) for y, c in zip(leaves(function(at)), cotangents, strict=True))

    for place in np.ndindex(x.shape):
        moved = [x.copy(), x.copy()]
        moved[0][place] += step
        moved[1][place] -= step
        gradient[place] = (weighted(moved[0]) - weighted(moved[1])) / (2 * step)
    return gradient


def check_gradient(function, x, rtol=1e-6, atol=1e-7):
    """The gradient of a random weighting of all results against differences, eagerly and compiled."""
    cotangents = [RNG.normal(size=np.shape(y)) for y in leaves(function(x))]

    def weighted(t):
        return sum(ops.sum(y * c) for y, c in zip(leaves(function(t)), cotangents, strict=True))

    found = both(keras.grad(weighted), x, rtol=1e-9)
    np.testing.assert_allclose(found, numeric_gradient(function, x, cotangents), rtol=rtol, atol=atol)
