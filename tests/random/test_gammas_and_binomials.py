"""Gamma, beta and binomial draws: whole distributions against exact ones, from fixed seeds."""

import math

import keraunos as keras
import numpy as np
import pytest
from keraunos import random
from keraunos.random.binomials import _log_ratio

COUNT = 20000


def log_probabilities(n, chance):
    """Logarithms of the probabilities of 0 to n successes."""
    k = np.arange(n + 1)
    choose = [math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in k]
    return np.array(choose) + k * math.log(chance) + (n - k) * math.log1p(-chance)


# Few successes are drawn by waiting, 10 and more by rejection; the rest turns successes into failures.
@pytest.mark.parametrize(
    ("n", "chance"), [(1, 0.3), (7, 0.5), (19, 0.5), (20, 0.5), (40, 0.25), (3000, 0.003), (200, 0.45), (30, 0.8),
                      (9, 0.97)]
)  # fmt: skip
def test_binomial_draws_have_their_distribution(n, chance):
    draws = random.binomial((COUNT,), n, chance, seed=5).numpy()
    assert draws.dtype == "float32"
    want = np.exp(log_probabilities(n, chance)) * COUNT
    # Rare numbers count as one, so that each is expected 10 times or more.
    order = np.argsort(want)
    rare = order[np.cumsum(want[order]) < 10]
    found = np.bincount(draws.astype(int), minlength=n + 1)
    rows = [(found[rare].sum(), want[rare].sum())] if len(rare) else []
    rows += [(found[k], want[k]) for k in np.setdiff1d(np.arange(n + 1), rare)]
    observed, expected = np.array([r for r in rows if r[1] > 5]).T
    statistic, freedom = ((observed - expected) ** 2 / expected).sum(), len(expected) - 1
    # Chi squared has mean f and variance 2 f; 5 deviations and its skewness.
    assert statistic < freedom + 5 * math.sqrt(2 * freedom) + 10


@pytest.mark.parametrize(("n", "chance"), [(20, 0.5), (400, 0.03), (3000, 0.4)])
def test_binomial_ratios_are_exact(n, chance):
    """They decide about what is accepted; errors of a percent would not show in draws. The series of the tails is cut
    off behind 1 / (1260 k^5), at k = 10; the next term is 1 / 1680 k^7."""
    probabilities, mode = log_probabilities(n, chance), math.floor((n + 1) * chance)
    k = keras.ops.convert_to_tensor(np.arange(n + 1.0))
    found = _log_ratio(k, keras.ops.convert_to_tensor(np.array(float(mode))), float(n), chance / (1 - chance))
    np.testing.assert_allclose(found, probabilities - probabilities[mode], rtol=1e-10, atol=4 / 1680 / 11**7 + 1e-10)


def test_binomial_parameters_broadcast():
    counts, chances = np.array([0, 5, 10000, 10**9]), np.array([[0.0], [1.0], [0.3]])
    draws = random.binomial((500, 3, 4), counts, chances, dtype="float64", seed=2).numpy()
    np.testing.assert_array_equal(draws[:, 0], 0)
    np.testing.assert_array_equal(draws[:, 1], np.broadcast_to(counts, (500, 4)))
    means = draws[:, 2].mean(0)
    # Five standard errors.
    assert (np.abs(means - counts * 0.3) <= 5 * np.sqrt(counts * 0.21 / 500)).all()
    assert ((draws >= 0) & (draws <= counts) & (draws == np.floor(draws))).all()
    assert random.binomial((2, 0), 5, 0.5).shape == (2, 0)
    assert random.binomial((3,), 5, 0.5, dtype="int32", seed=1).dtype == "int32"


def test_binomial_inside_a_function():
    counts, chances = np.array([3, 50, 1000]), np.array([0.4, 0.5, 0.9])
    traced = keras.function(lambda n, p: random.binomial((400, 3), n, p, seed=9))(counts, chances).numpy()
    for i in range(3):
        deviation = np.sqrt(counts[i] * chances[i] * (1 - chances[i]) / 400)
        assert abs(traced[:, i].mean() - counts[i] * chances[i]) < 5 * deviation
    # With the parameters in sight the same numbers are drawn.
    np.testing.assert_array_equal(random.binomial((400, 3), counts, chances, seed=9), traced)
    for bad in [(-1, 0.5), (3, 1.5), (3, -0.1), (3, np.nan)]:
        with pytest.raises(ValueError, match="binomial"):
            random.binomial((2,), *bad)


def kolmogorov(draws, distribution):
    """sqrt(n) times the largest distance between the distribution of the draws and the given one."""
    values = np.sort(np.asarray(draws, "float64").ravel())
    steps = np.arange(len(values) + 1) / len(values)
    want = distribution(values)
    return math.sqrt(len(values)) * max(np.max(steps[1:] - want), np.max(want - steps[:-1]))


# Distribution functions that need no special functions. The statistic exceeds 2.5 with probability 2 exp(-12.5).
@pytest.mark.parametrize(
    ("alpha", "beta", "distribution"),
    [(1.0, 1.0, lambda x: x), (3.0, 1.0, lambda x: x**3), (1.0, 4.0, lambda x: 1 - (1 - x) ** 4),
     (0.5, 0.5, lambda x: 2 / np.pi * np.arcsin(np.sqrt(x))), (0.02, 1.0, lambda x: x**0.02),
     (2.0, 2.0, lambda x: x * x * (3 - 2 * x))],
)  # fmt: skip
def test_beta_draws_have_their_distribution(alpha, beta, distribution):
    draws = random.beta((COUNT,), alpha, beta, dtype="float64", seed=4).numpy()
    assert (draws >= 0).all() and (draws <= 1).all()
    assert kolmogorov(draws, distribution) < 2.5


def test_gamma_draws_have_their_distribution():
    exponential = lambda x: 1 - np.exp(-x)  # noqa: E731
    erlang = lambda x: 1 - np.exp(-x) * (1 + x + x * x / 2)  # noqa: E731
    draws = random.gamma((COUNT, 2), np.array([1.0, 3.0]), dtype="float64", seed=6).numpy()
    assert kolmogorov(draws[:, 0], exponential) < 2.5
    assert kolmogorov(draws[:, 1], erlang) < 2.5
    # Half a chi squared of one degree of freedom: its square root is a normal one.
    halves = random.gamma((COUNT,), 0.5, dtype="float64", seed=6).numpy()
    assert kolmogorov(halves, lambda x: np.vectorize(math.erf)(np.sqrt(x))) < 2.5
    np.testing.assert_array_equal(random.gamma((4,), 2.5, seed=1), random.gamma((4,), np.full(4, 2.5), seed=1))


@pytest.mark.parametrize(
    "draw",
    [
        lambda **o: random.beta((50,), 2.0, 0.5, **o),
        lambda **o: random.gamma((50,), 0.7, **o),
        lambda **o: random.binomial((50,), 100, 0.4, **o),
    ],
)
def test_seeds(draw):
    np.testing.assert_array_equal(draw(seed=3), draw(seed=3))
    np.testing.assert_array_equal(draw(seed=3), draw(seed=np.int64(3)))
    assert (draw(seed=3).numpy() != draw(seed=4).numpy()).any()
    moving = random.SeedGenerator(3)
    assert (draw(seed=moving).numpy() != draw(seed=moving).numpy()).any()
    assert (draw().numpy() != draw().numpy()).any()
    tensor = np.array([3, 0], np.int64)
    np.testing.assert_array_equal(draw(seed=tensor), draw(seed=tensor))
    assert draw(dtype="float16", seed=tensor).dtype == "float16"


def test_tensor_seeds_do_not_tie_the_parts_together():
    # Of such a seed proposals and decisions have streams of their own; of one stream, what is accepted would be skewed.
    seed = keras.ops.convert_to_tensor(np.array([3, 0], np.int64))
    draws = random.beta((COUNT,), 1.0, 1.0, dtype="float64", seed=seed)
    assert kolmogorov(draws, lambda x: x) < 2.5
    draws = random.gamma((COUNT,), 1.0, dtype="float64", seed=seed)
    assert kolmogorov(draws, lambda x: 1 - np.exp(-x)) < 2.5


def test_only_floats_are_drawn():
    for draw, parameters in [(random.uniform, ()), (random.normal, ()), (random.truncated_normal, ()),
                             (random.gamma, (1.0,)), (random.beta, (1.0, 1.0))]:  # fmt: skip
        with pytest.raises(ValueError, match="must be a float dtype, got int32"):
            draw((2,), *parameters, dtype="int32")
