"""Gamma and beta draws by Marsaglia and Tsang's method (ACM TOMS 26, 2000)."""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.random.draws import float_dtype
from keraunos.random.seed_generator import draw_seed, offset_seed

# Proposals per draw. At least 95% are accepted, so that a miss of all has a probability under 1e-20.
_TRIES = 16


def gamma(shape, alpha, dtype=None, seed=None):
    """Gamma draws of scale 1.

    Args:
        shape: shape of the result.
        alpha: shape parameter, at least 0.1: a number, or numbers that broadcast to `shape`.
        dtype: float dtype; default `keras.config.floatx()`.
        seed: int, SeedGenerator, or int64 tensor `(2,)` of key and counter; default: the global generator.

    Raises:
        ValueError: for a dtype that is no float.

    >>> import keraunos as keras
    >>> keras.random.gamma((2,), 0.5, seed=1).shape
    (2,)
    """
    draws, exponent, power = _gammas(tuple(shape), alpha, float_dtype("gamma", dtype), seed, 0)
    return draws if power is None else draws * p.power(power, exponent)


def beta(shape, alpha, beta, dtype=None, seed=None):
    """Beta draws: X / (X + Y) of gamma draws X and Y with parameters `alpha` and `beta`.

    Args:
        shape: shape of the result.
        alpha, beta: parameters above 0: numbers, or numbers that broadcast to `shape`.
        dtype: float dtype; default `keras.config.floatx()`.
        seed: int, SeedGenerator, or int64 tensor `(2,)` of key and counter; default: the global generator.

    Raises:
        ValueError: for a dtype that is no float.

    >>> import keraunos as keras
    >>> bool(abs(keras.random.beta((1000,), 2.0, 6.0, seed=1).numpy().mean() - 0.25) < 0.02)
    True
    """
    dtype, logarithms = float_dtype("beta", dtype), []
    for parameter, offset in ((alpha, 0), (beta, 3)):
        # Of small parameters X and Y fall below the smallest float; their logarithms do not.
        draws, exponent, power = _gammas(tuple(shape), parameter, dtype, seed, offset)
        logarithm = p.log(draws)
        logarithms.append(logarithm if power is None else logarithm + p.log(power) * exponent)
    return p.sigmoid(p.subtract(*logarithms))


def _gammas(shape, alpha, dtype, seed, offset):
    """(draws, e, u): gamma draws are `draws`, times `u^e` where u is given: of parameters below 1, `draws` belong to
    `alpha + 1`, and elsewhere e is 0."""
    alpha = p.as_tensor(alpha, "float64")
    below = alpha < 1.0
    d = alpha + p.cast(below, "float64") - 1 / 3
    c = 1.0 / p.sqrt(9.0 * d)
    d, c = p.cast(d, dtype), p.cast(c, dtype)
    tries = (_TRIES, *shape)
    x = p.random_normal(draw_seed(offset_seed(seed, offset)), tries, dtype)
    u = p.random_uniform(draw_seed(offset_seed(seed, offset + 1)), tries, dtype, 1e-7, 1)
    v = p.power(x * c + 1.0, 3)
    bound = p.square(x) * 0.5 + (1.0 - v + p.log(p.maximum(v, 1e-30))) * d
    accepted = p.logical_and(v > 0.0, p.log(u) < bound)
    draws = first_accepted(accepted, v) * d
    if below.value is not None and not np.any(below.numpy()):
        return draws, None, None
    exponent = p.cast(p.where(below, 1.0 / alpha, 0.0), dtype)
    return draws, exponent, p.random_uniform(draw_seed(offset_seed(seed, offset + 2)), shape, dtype, 1e-7, 1)


def first_accepted(accepted, proposals):
    """The first accepted of `proposals` `(T, ...)`, of none the first: `(...)`."""
    first = p.argmax(p.cast(accepted, "int32"), 0)
    rows = np.arange(proposals.shape[0], dtype=np.int32).reshape(-1, *(1,) * first.ndim)
    chosen = p.equal(p.reshape(first, (1, *first.shape)), rows)
    return p.sum(p.where(chosen, proposals, p.scalar(0, proposals.dtype)), 0)
