"""Binomial draws: sums of waiting times while few successes are expected, else Hörmann's transformed rejection."""

import numpy as np

from keraunos import config
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.random.gammas import first_accepted
from keraunos.random.seed_generator import draw_seed, offset_seed

# With fewer successes expected waiting times are drawn; rejection needs at least as many.
_FEW = 10.0
# Waiting times per draw: 48 successes where 10 are expected have a probability under 1e-16.
_WAITS = 48
# Proposals per draw: at least 2 in 3 are accepted, so that a miss of all has a probability under 1e-11.
_TRIES = 24
# log(k!) less Stirling's (k + 1/2) log(k + 1) - (k + 1) + log(2 pi) / 2, for k = 0, ..., 9.
_FACTORIALS = np.cumsum(np.log(np.maximum(np.arange(10.0), 1.0)))
_TAILS = _FACTORIALS - (np.arange(10) + 0.5) * np.log(np.arange(10) + 1.0) + np.arange(10) + 1 - np.log(2 * np.pi) / 2


def binomial(shape, counts, probabilities, dtype=None, seed=None):
    """Numbers of successes in `counts` independent trials.

    Args:
        shape: shape of the result.
        counts: numbers of trials, whole and not negative: a number, or numbers that broadcast to `shape`.
        probabilities: of a success, in [0, 1]: a number, or numbers that broadcast to `shape`.
        dtype: dtype of the result; default `keras.config.floatx()`.
        seed: int, SeedGenerator, or int64 tensor `(2,)` of key and counter; default: the global generator.

    Raises:
        ValueError: for negative counts and probabilities outside [0, 1], when they are concrete.

    Source: Devroye, "Non-uniform random variate generation", 1986, X.4.3 (waiting times); Hörmann, "The generation of
        binomial random variates", J. Statistical Computation and Simulation 46, 1993 (algorithm BTRS).

    >>> import keraunos as keras
    >>> keras.random.binomial((2, 3), 1, [0.0, 1.0, 1.0], seed=1).numpy().tolist()
    [[0.0, 1.0, 1.0], [0.0, 1.0, 1.0]]
    """
    dtype = dtypes.standardize(dtype or config.floatx())
    shape = tuple(shape)
    trials, chance = (p.as_tensor(value, "float64") for value in (counts, probabilities))
    if trials.value is not None and not np.all(trials.numpy() >= 0):
        raise ValueError(f"[binomial] counts must not be negative, got {counts!r}")
    if chance.value is not None and not np.all((chance.numpy() >= 0) & (chance.numpy() <= 1)):
        raise ValueError(f"[binomial] probabilities must lie in [0, 1], got {probabilities!r}")
    # Failures are counted where they are the rarer.
    often = chance > 0.5
    rare = p.where(often, 1.0 - chance, chance)
    few = trials * rare < _FEW
    if few.value is not None and np.all(few.numpy()):
        draws = _by_waiting(shape, trials, rare, seed)
    else:
        # Each method draws with parameters of its own range where the other is wanted.
        draws = _by_rejection(shape, p.where(few, 2 * _FEW, trials), p.where(few, 0.5, rare), seed)
        if few.value is None or np.any(few.numpy()):
            draws = p.where(few, _by_waiting(shape, trials, p.where(few, rare, 0.0), seed), draws)
    return p.cast(p.where(often, trials - draws, draws), dtype)


def _by_waiting(shape, trials, chance, seed):
    """Successes until the trials are over: waiting times between them are 1 + floor(log(u) / log(1 - p))."""
    u = p.random_uniform(draw_seed(seed), (_WAITS, *shape), "float64", 1e-300, 1.0)
    waits = p.floor(p.log(u) / p.log1p(-chance)) + 1.0
    return p.sum(p.cast(p.cumsum(waits, 0) <= trials, "float64"), 0)


def _by_rejection(shape, n, chance, seed):
    """Steps and constants of BTRS; `chance` at most 1/2, and 10 successes or more expected."""
    u = p.random_uniform(draw_seed(offset_seed(seed, 1)), (_TRIES, *shape), "float64", -0.5, 0.5)
    v = p.random_uniform(draw_seed(offset_seed(seed, 2)), (_TRIES, *shape), "float64", 1e-300, 1.0)
    mean, odds = n * chance, chance / (1.0 - chance)
    deviation = p.sqrt(mean * (1.0 - chance))
    mode = p.floor((n + 1.0) * chance)
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * chance
    us = 0.5 - p.absolute(u)
    k = p.floor((2.0 * a / us + b) * u + mean + 0.43)
    inside = p.logical_and(k >= 0.0, k <= n)
    at_once = p.logical_and(us >= 0.07, v <= 0.92 - 4.2 / b)
    k = p.where(inside, k, mode)
    height = p.log(v * (2.83 + 5.1 / b) * deviation / (a / p.square(us) + b))
    fits = height <= _log_ratio(k, mode, n, odds)
    return first_accepted(p.logical_and(inside, p.logical_or(at_once, fits)), k)


def _log_ratio(k, mode, n, odds):
    """Logarithm of the probability of k successes over that of `mode`, both by Stirling's formula and its tail."""
    rest, rest_of_mode = n - k, n - mode
    return (
        (mode + 0.5) * p.log((mode + 1.0) / (odds * (rest_of_mode + 1.0)))
        + (n + 1.0) * p.log((rest_of_mode + 1.0) / (rest + 1.0))
        + (k + 0.5) * p.log(odds * (rest + 1.0) / (k + 1.0))
        + (_tail(mode) + _tail(rest_of_mode) - _tail(k) - _tail(rest))
    )


def _tail(k):
    """What Stirling's formula leaves of log(k!): a table for k < 10, else the first terms of its series."""
    of_table = p.take(p.as_tensor(_TAILS), p.cast(p.minimum(k, 9.0), "int32"))
    square = p.square(k + 1.0)
    series = (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1.0)
    return p.where(k < 10.0, of_table, series)
