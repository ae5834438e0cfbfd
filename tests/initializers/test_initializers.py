"""Initializers, regularizers and constraints: seeds, fans, names, errors, round trips."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import constraints, initializers, regularizers
from keraunos.initializers.scaling import compute_fans

RANDOM = ["RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling", "GlorotUniform", "GlorotNormal",
          "HeUniform", "HeNormal", "LecunUniform", "LecunNormal", "Orthogonal"]  # fmt: skip


@pytest.mark.parametrize("name", RANDOM)
def test_an_int_seed_repeats_and_a_generator_moves_on(name):
    make = getattr(initializers, name)
    np.testing.assert_array_equal(make(seed=3)((4, 5)), make(seed=3)((4, 5)))
    assert (np.asarray(make(seed=3)((4, 5))) != np.asarray(make(seed=4)((4, 5)))).any()
    assert (np.asarray(make()((4, 5))) != np.asarray(make()((4, 5)))).any()
    moving = make(seed=keras.random.SeedGenerator(3))
    assert (np.asarray(moving((4, 5))) != np.asarray(moving((4, 5)))).any()


@pytest.mark.parametrize("name", [*RANDOM, "Zeros", "Ones", "Constant", "Identity"])
def test_round_trip_and_dtype(name):
    initializer = getattr(initializers, name)()
    again = initializers.deserialize(initializers.serialize(initializer))
    assert type(again) is type(initializer) and again.get_config() == initializer.get_config()
    values = initializer((3, 4), dtype="float64")
    assert values.dtype == "float64" and values.shape == (3, 4)


@pytest.mark.parametrize(
    ("name", "cls"),
    [("glorot_uniform", "GlorotUniform"), ("he_normal", "HeNormal"), ("zeros", "Zeros"), ("normal", "RandomNormal"),
     ("uniform", "RandomUniform"), ("orthogonal", "Orthogonal"), ("LecunNormal", "LecunNormal")],
)  # fmt: skip
def test_found_by_name(name, cls):
    assert type(initializers.get(name)).__name__ == cls


@pytest.mark.parametrize(("shape", "fans"), [((), (1, 1)), ((7,), (7, 7)), ((2, 3), (2, 3)), ((5, 3, 2, 4), (30, 60))])
def test_fans(shape, fans):
    assert compute_fans(shape) == fans


@pytest.mark.parametrize(
    ("name", "variance"), [("GlorotUniform", 2 / 500), ("HeUniform", 2 / 200), ("LecunUniform", 1 / 200)]
)
def test_uniform_draws_reach_their_limit(name, variance):
    """The largest of 60,000 draws misses the limit by more than 0.1 % with probability exp(-60)."""
    largest = np.abs(np.asarray(getattr(initializers, name)(seed=1)((200, 300)))).max() / np.sqrt(3 * variance)
    assert 0.999 < largest <= 1 + 1e-6


def test_fans_of_named_axes():
    assert compute_fans((48, 4, 16), input_axes=0, output_axes=(1, 2)) == (48, 64)


@pytest.mark.parametrize("call", [lambda shape, dtype=None: np.ones(shape, dtype), np.eye(2), 0.5])
def test_callables_arrays_and_numbers_initialize(call):
    layer = keras.layers.Dense(2, kernel_initializer=call)
    assert layer(np.ones((1, 2), "float32")).shape == (1, 2)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: initializers.get("glorot_unifrom"), "did you mean 'glorot_uniform'"),
        (lambda: initializers.VarianceScaling(scale=0), "scale must be positive"),
        (lambda: initializers.VarianceScaling(mode="fan"), "mode must be one of"),
        (lambda: initializers.VarianceScaling(distribution="cauchy"), "distribution must be one of"),
        (lambda: initializers.GlorotUniform(seed="x"), "seed must be"),
        (lambda: initializers.Orthogonal()((3,)), "at least two dimensions"),
        (lambda: initializers.Identity()((3, 3, 3)), "shape of two dimensions"),
        (lambda: regularizers.L2(-1.0), "l2 must be a finite number"),
        (lambda: regularizers.L1(float("nan")), "l1 must be a finite number"),
        (lambda: regularizers.OrthogonalRegularizer(mode="rwos"), "mode must be"),
        (lambda: regularizers.OrthogonalRegularizer()(keras.ops.ones((2, 2, 2))), "expected a matrix"),
        (lambda: regularizers.get("l3"), "unknown regularizer"),
        (lambda: constraints.get("maxnrom"), "did you mean 'max_norm'"),
    ],
)
def test_errors(make, match):
    with pytest.raises(ValueError, match=match):
        make()


@pytest.mark.parametrize(
    "obj",
    [
        regularizers.L1(0.5),
        regularizers.L2(0.25),
        regularizers.L1L2(0.5, 0.25),
        regularizers.OrthogonalRegularizer(0.5),
    ],
)
def test_regularizer_round_trip(obj):
    assert regularizers.deserialize(regularizers.serialize(obj)).get_config() == obj.get_config()


@pytest.mark.parametrize(
    "obj",
    [
        constraints.MaxNorm(3.0, [0, 1]),
        constraints.MinMaxNorm(0.5, 1.5, 0.5),
        constraints.UnitNorm(1),
        constraints.NonNeg(),
    ],
)
def test_constraint_round_trip_and_effect(obj):
    again = constraints.deserialize(constraints.serialize(obj))
    w = np.random.default_rng(9).standard_normal((3, 4)).astype("float32")
    np.testing.assert_array_equal(again(keras.ops.convert_to_tensor(w)), obj(keras.ops.convert_to_tensor(w)))


def test_orthogonal_penalty_is_zero_for_orthogonal_rows():
    assert float(regularizers.OrthogonalRegularizer(1.0)(keras.ops.eye(3))) == 0.0
