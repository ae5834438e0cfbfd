"""LossScaleOptimizer: growth, halving and skipped steps as Keras 3.15.1 has them, in Python and inside a Program."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import ops, optimizers

INF, NAN = float("inf"), float("nan")
GRADIENTS = [[8.0, -16.0], [4.0, 2.0], [INF, 1.0], [1.0, 1.0], [2.0, -2.0], [3.0, 1.0], [NAN, 0.0], [1.0, 2.0],
             [1.0, INF], [2.0, 2.0]]  # fmt: skip
# Recorded from keras.optimizers.LossScaleOptimizer(inner, initial_scale=8.0, dynamic_growth_steps=3) on [1, -2]: the
# variable, scale, step counter and iterations after every step.
RECORDED = {
    "SGD": [
        ([0.75, -1.5], 8.0, 1, 1),
        ([0.625, -1.5625], 8.0, 2, 2),
        ([0.625, -1.5625], 4.0, 0, 2),
        ([0.5625, -1.625], 4.0, 1, 3),
        ([0.4375, -1.5], 4.0, 2, 4),
        ([0.25, -1.5625], 8.0, 0, 5),
        ([0.25, -1.5625], 4.0, 0, 5),
        ([0.1875, -1.6875], 4.0, 1, 6),
        ([0.1875, -1.6875], 2.0, 0, 6),
        ([-0.0625, -1.9375], 2.0, 1, 7),
    ],
    "Adam": [
        ([0.5000049471855164, -1.5000040531158447], 8.0, 1, 1),
        ([0.03392118215560913, -1.2137401103973389], 8.0, 2, 2),
        ([0.03392118215560913, -1.2137401103973389], 4.0, 0, 2),
        ([-0.3874269127845764, -1.033496379852295], 4.0, 1, 3),
        ([-0.8200416564941406, -0.8205909729003906], 4.0, 2, 4),
        ([-1.2739485502243042, -0.6743427515029907], 8.0, 0, 5),
        ([-1.2739485502243042, -0.6743427515029907], 4.0, 0, 5),
        ([-1.7037110328674316, -0.6121418476104736], 4.0, 1, 6),
        ([-1.7037110328674316, -0.6121418476104736], 2.0, 0, 6),
        ([-2.1564383506774902, -0.6692561507225037], 2.0, 1, 7),
    ],
}


def wrapped(name):
    inner = optimizers.SGD(0.25) if name == "SGD" else optimizers.Adam(0.5)
    return optimizers.LossScaleOptimizer(inner, initial_scale=8.0, dynamic_growth_steps=3)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("name", RECORDED)
def test_as_recorded(name, compiled):
    variable, optimizer = keras.Variable([1.0, -2.0]), wrapped(name)
    optimizer.build([variable])

    def apply(gradient):
        optimizer.apply([gradient], [variable])

    step = keras.function(apply) if compiled else apply
    for gradient, (value, scale, counter, iterations) in zip(GRADIENTS, RECORDED[name], strict=True):
        step(ops.convert_to_tensor(gradient))
        # SGD's numbers are exact. Keras takes Adam's 1 - beta_2 from a power in float32, which is off by 1.5e-5: up to
        # 7 steps of 0.5 are.
        np.testing.assert_allclose(variable.numpy(), value, rtol=0, atol=0 if name == "SGD" else 5e-5)
        found = float(optimizer.dynamic_scale), int(optimizer.step_counter), int(optimizer.iterations)
        assert found == (scale, counter, iterations)


def test_variables_of_the_inner_optimizer_follow():
    variable, optimizer = keras.Variable([1.0], name="w"), wrapped("Adam")
    optimizer.build([variable])
    assert [v.name for v in optimizer.variables] == [
        "iteration", "learning_rate", "step_counter", "dynamic_scale", "iteration", "learning_rate", "w_momentum",
        "w_velocity",
    ]  # fmt: skip
    optimizer.set_weights([np.full(v.shape, i, v.dtype) for i, v in enumerate(optimizer.variables)])
    assert [float(v.numpy().reshape(())) for v in optimizer.variables] == list(range(8))
    optimizer.learning_rate = 0.125
    assert float(optimizer.inner_optimizer.learning_rate) == 0.125 == float(optimizer.learning_rate)


def test_config_round_trip():
    optimizer = wrapped("Adam")
    again = optimizers.deserialize(optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()
    assert type(again.inner_optimizer) is optimizers.Adam and again.dynamic_growth_steps == 3
    # Files of older versions hold the defaults of the base class.
    optimizers.LossScaleOptimizer(optimizers.SGD(), clipnorm=None, use_ema=False, ema_momentum=0.99)


@pytest.mark.parametrize("arguments", [{"clipnorm": 1.0}, {"use_ema": True}, {"dynamic": False}, {"rho": 1}])
def test_arguments_of_the_inner_optimizer_are_refused(arguments):
    with pytest.raises(ValueError, match="optimizer"):
        optimizers.LossScaleOptimizer(optimizers.SGD(), **arguments)


def test_the_loss_of_a_first_step_is_scaled_already():
    optimizer = wrapped("SGD")
    assert float(optimizer.scale_loss(ops.convert_to_tensor(2.0))) == 16.0


def chosen(policy, **arguments):
    model = keras.Sequential([keras.layers.Dense(2)])
    model.dtype_policy = keras.DTypePolicy(policy)
    model.compile("sgd", "mse", **arguments)
    return type(model.optimizer).__name__


def test_compile_chooses_it_for_mixed_float16_alone():
    assert chosen("mixed_float16") == "LossScaleOptimizer"
    assert chosen("mixed_float16", auto_scale_loss=False) == "SGD"
    assert chosen("mixed_bfloat16") == chosen("float32") == "SGD"


def test_training_finds_a_scale_and_skips_what_overflows():
    """With a scale of 2**40 every gradient overflows float16: steps are skipped, and nothing moves, until it has come
    down."""
    keras.config.set_dtype_policy("mixed_float16")
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(optimizers.LossScaleOptimizer(optimizers.SGD(0.05), initial_scale=2.0**40), "mse")
    x = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
    y = x @ np.array([[1.0], [-2.0], [0.5], [0.0]], "float32")
    model.build((None, 4))
    before = model.get_weights()
    model.fit(x, y, batch_size=32, epochs=3, verbose=0)
    assert float(model.optimizer.dynamic_scale) == 2.0**37 and int(model.optimizer.iterations) == 0
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    history = model.fit(x, y, batch_size=32, epochs=160, verbose=0).history["loss"]
    assert 2.0**10 <= float(model.optimizer.dynamic_scale) <= 2.0**30 and int(model.optimizer.iterations) > 100
    assert np.isfinite(history).all() and history[-1] < history[0] / 100
