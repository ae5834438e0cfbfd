"""Optimizers: against NumPy loops, options, state, errors."""

import warnings

import keraunos as keras
import numpy as np
import pytest
from keraunos import ops, optimizers

STEPS = 20
CLASSES = [
    name
    for name in optimizers.__all__
    if isinstance(getattr(optimizers, name, None), type)
    and name not in ("Optimizer", "LossScaleOptimizer", "MultiOptimizer", "OptimizerMap")
]


def loop_sgd(w, grads, rate=0.1, momentum=0.9, nesterov=True):
    m = np.zeros_like(w)
    for g in grads:
        m = momentum * m - rate * g
        w = w + (momentum * m - rate * g if nesterov else m)
    return w


def loop_adam(w, grads, rate=0.1, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m = v = np.zeros_like(w)
    for t, g in enumerate(grads, 1):
        m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g * g
        w = w - rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (np.sqrt(v) + epsilon)
    return w


def loop_rmsprop(w, grads, rate=0.1, rho=0.9, epsilon=1e-7):
    v = np.zeros_like(w)
    for g in grads:
        v = rho * v + (1 - rho) * g * g
        w = w - rate * g / np.sqrt(v + epsilon)
    return w


def loop_adagrad(w, grads, rate=0.1, start=0.1, epsilon=1e-7):
    a = np.full_like(w, start)
    for g in grads:
        a = a + g * g
        w = w - rate * g / np.sqrt(a + epsilon)
    return w


def loop_adamw(w, grads, rate=0.1, decay=0.05):
    m = v = np.zeros_like(w)
    for t, g in enumerate(grads, 1):
        w = w - w * decay * rate
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w = w - rate * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-7)
    return w


PAIRS = {
    "sgd": (lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True), loop_sgd),
    "adam": (lambda: optimizers.Adam(0.1), loop_adam),
    "rmsprop": (lambda: optimizers.RMSprop(0.1), loop_rmsprop),
    "adagrad": (lambda: optimizers.Adagrad(0.1), loop_adagrad),
    "adamw": (lambda: optimizers.AdamW(0.1, weight_decay=0.05), loop_adamw),
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_twenty_steps_against_a_loop(name, dtype):
    """A float32 step differs from the float64 loop by a few roundings of the weight: 20 steps stay within 1e-5."""
    make, loop = PAIRS[name]
    local = np.random.default_rng(7)
    start, grads = local.standard_normal((3, 2)), local.standard_normal((STEPS, 3, 2))
    variable, optimizer = keras.Variable(start.astype(dtype)), make()
    for g in grads.astype(dtype):
        optimizer.apply([ops.convert_to_tensor(g)], [variable])
    assert variable.dtype == dtype
    # The learning rate is a float32 in either case: 0.1 is off by 1.5e-9.
    limit = 1e-5 if dtype == "float32" else 1e-7
    np.testing.assert_allclose(variable.numpy(), loop(start, grads), rtol=limit, atol=limit)
    assert int(optimizer.iterations) == STEPS


@pytest.mark.parametrize("name", CLASSES)
def test_config_round_trip(name):
    optimizer = getattr(optimizers, name)(learning_rate=0.25, clipnorm=1.0, name="mine")
    again = optimizers.deserialize(optimizers.serialize(optimizer))
    assert type(again) is type(optimizer)
    assert again.get_config() == optimizer.get_config()
    assert type(optimizers.get(name.lower())) is type(optimizer)


@pytest.mark.parametrize("name", CLASSES)
def test_descends(name):
    """A few steps on a parabola make it smaller."""
    variable = keras.Variable(np.array([[1.0, -1.0], [0.5, 2.0]], "float32"))
    optimizer = getattr(optimizers, name)(learning_rate=0.01)
    before = float(ops.sum(ops.square(variable)))
    for _ in range(10):
        optimizer.apply([ops.convert_to_tensor(2 * variable.numpy())], [variable])
    assert float(ops.sum(ops.square(variable))) < before


def test_accumulated_gradients_make_one_mean_step():
    grads = np.random.default_rng(8).standard_normal((3, 4)).astype("float32")
    one, many = keras.Variable(np.ones(4, "float32")), keras.Variable(np.ones(4, "float32"))
    single = optimizers.Adam(0.1)
    single.apply([ops.convert_to_tensor(grads.mean(0))], [one])
    accumulating = optimizers.Adam(0.1, gradient_accumulation_steps=3)
    for update in range(2):
        before = many.numpy()
        for g in grads:
            np.testing.assert_array_equal(many.numpy(), before)
            assert int(accumulating.iterations) == update
            accumulating.apply([ops.convert_to_tensor(g)], [many])
        np.testing.assert_allclose(many.numpy(), one.numpy(), rtol=1e-5)
        single.apply([ops.convert_to_tensor(grads.mean(0))], [one])


def test_global_clipping_keeps_the_direction():
    a, b = keras.Variable([0.0, 0.0]), keras.Variable([0.0])
    optimizers.SGD(1.0, global_clipnorm=1.0).apply(
        [ops.convert_to_tensor([3.0, 0.0]), ops.convert_to_tensor([4.0])], [a, b]
    )
    np.testing.assert_allclose([*a.numpy(), *b.numpy()], [-0.6, 0.0, -0.8], rtol=1e-6)


def test_constraints_are_applied_after_the_update():
    variable = keras.Variable([1.0, -1.0])
    variable.constraint = keras.constraints.NonNeg()
    optimizers.SGD(0.5).apply([ops.convert_to_tensor([1.0, 1.0])], [variable])
    np.testing.assert_array_equal(variable.numpy(), [0.5, 0.0])


def test_schedule_is_read_at_the_number_of_updates_made():
    schedule = optimizers.schedules.PiecewiseConstantDecay([0, 1], [1.0, 0.1, 0.01])
    variable, optimizer = keras.Variable(0.0), optimizers.SGD(schedule)
    for expected in (-1.0, -1.1, -1.11):
        optimizer.apply([ops.ones(())], [variable])
        np.testing.assert_allclose(float(variable), expected, rtol=1e-6)
    with pytest.raises(TypeError, match="follows a schedule"):
        optimizer.learning_rate = 0.1


def test_learning_rate_can_be_set():
    optimizer = optimizers.SGD(1.0)
    optimizer.learning_rate = 0.5
    assert float(optimizer.learning_rate) == 0.5
    variable = keras.Variable(1.0)
    optimizer.apply([ops.ones(())], [variable])
    assert float(variable) == 0.5
    optimizer.learning_rate = optimizers.schedules.ExponentialDecay(0.25, 10, 0.5)
    assert "learning_rate" not in [v.name for v in optimizer.variables]
    np.testing.assert_allclose(float(optimizer.learning_rate), 0.25 * 0.5**0.1, rtol=1e-6)


def test_a_compiled_update_follows_a_new_learning_rate():
    pytest.importorskip("keraunos._cpu", reason="needs the native module")
    variable, optimizer = keras.Variable(0.0), optimizers.SGD(1.0)
    optimizer.build([variable])
    step = keras.function(lambda g: optimizer.apply([g], [variable]))
    step(ops.ones(()))
    optimizer.learning_rate = 0.5
    step(ops.ones(()))
    assert float(variable) == -1.5


def test_variables_without_gradient_are_named_and_left_alone():
    used, unused = keras.Variable(1.0, name="used"), keras.Variable(1.0, name="unused")
    with pytest.warns(UserWarning, match="no gradients for unused"):
        optimizers.SGD(0.5).apply([ops.ones(()), None], [used, unused])
    assert (float(used), float(unused)) == (0.5, 1.0)
    with pytest.raises(ValueError, match="no gradients for any variable"):
        optimizers.SGD().apply([None], [used])


def test_state_can_be_saved_and_restored():
    grads = [ops.convert_to_tensor([1.0, 2.0])]
    variable, optimizer = keras.Variable([1.0, 1.0]), optimizers.Adam(0.1)
    optimizer.apply(grads, [variable])
    store, values = {}, variable.numpy()
    optimizer.save_own_variables(store)
    optimizer.apply(grads, [variable])
    other_variable, other = keras.Variable(values), optimizers.Adam(0.1)
    other.build([other_variable])
    other.load_own_variables(store)
    other.apply(grads, [other_variable])
    np.testing.assert_array_equal(other_variable.numpy(), variable.numpy())
    with pytest.raises(ValueError, match="expected 4 arrays, got 1"):
        other.set_weights([np.zeros(1)])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        other.load_own_variables({"0": np.zeros(())})
    assert "state not loaded" in str(caught[0].message)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: optimizers.SGD(momentum=2.0), r"\[sgd\] momentum must be in \[0, 1\], got 2.0"),
        (lambda: optimizers.SGD(clipnorm=1.0, clipvalue=1.0), "only one of clipnorm, clipvalue"),
        (lambda: optimizers.Adam(learning_rate="fast"), "learning_rate must be a number"),
        (lambda: optimizers.Adam(lr=0.1), "unknown arguments of Adam: lr"),
        (lambda: optimizers.Adam(use_ema=True, ema_momentum=2.0), "ema_momentum must be in"),
        (lambda: optimizers.Adam(gradient_accumulation_steps=1), "must be at least 2"),
        (lambda: optimizers.AdamW(weight_decay=None), "without decay use Adam"),
        (lambda: optimizers.Lion(beta_1=0.0), "beta_1 must be in"),
        (lambda: optimizers.Ftrl(learning_rate_power=0.5), "learning_rate_power must be at most 0"),
        (lambda: optimizers.get("adamm"), "did you mean 'adam"),
        (lambda: optimizers.get(3), "expected a name"),
        (lambda: optimizers.schedules.ExponentialDecay(0.1, 0, 0.5), "number of steps must be positive"),
        (lambda: optimizers.schedules.PiecewiseConstantDecay([1], [0.1]), "one more than boundaries"),
        (lambda: optimizers.SGD().apply([ops.ones(())]), "needs optimizer.build"),
    ],
)
def test_errors(make, match):
    with pytest.raises(ValueError, match=match):
        make()


def test_unknown_variables_are_named():
    optimizer = optimizers.SGD()
    optimizer.build([keras.Variable(1.0)])
    with pytest.raises(ValueError, match="unknown variables other"):
        optimizer.apply([ops.ones(())], [keras.Variable(1.0, name="other")])


def test_exclusion_from_weight_decay():
    kept, decayed = keras.Variable(1.0, name="bias"), keras.Variable(1.0, name="kernel")
    optimizer = optimizers.SGD(1.0, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_list=[kept])
    optimizer.apply([ops.zeros(()), ops.zeros(())], [kept, decayed])
    assert (float(kept), float(decayed)) == (1.0, 0.5)
