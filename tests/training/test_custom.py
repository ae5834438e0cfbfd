"""Losses, metrics and optimizers of one's own: plain functions and subclasses."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers, ops

RNG = np.random.default_rng(41)
X = RNG.normal(size=(40, 3)).astype("float32")
Y = RNG.normal(size=(40, 2)).astype("float32")


def fitted(loss="mse", optimizer=None, eagerly=False, epochs=3, **compiled):
    m = keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_initializer="ones")])
    m.compile(optimizer or keras.optimizers.SGD(0.1), loss, run_eagerly=eagerly, **compiled)
    history = m.fit(X, Y, batch_size=16, epochs=epochs, shuffle=False, verbose=0).history
    return m, history


both = pytest.mark.parametrize("eagerly", [False, True])


@both
def test_a_function_as_loss(eagerly):
    def squares(y_true, y_pred):
        return ops.mean(ops.square(y_true - y_pred), axis=-1)

    (a, first), (b, second) = fitted(squares, eagerly=eagerly), fitted("mse", eagerly=eagerly)
    np.testing.assert_allclose(first["loss"], second["loss"], rtol=1e-6)
    np.testing.assert_allclose(a.get_weights()[0], b.get_weights()[0], rtol=0, atol=1e-6)


def test_a_function_that_returns_a_scalar_and_one_with_operators_alone():
    _, first = fitted(lambda y_true, y_pred: ops.mean((y_true - y_pred) ** 2))
    _, second = fitted("mse")
    np.testing.assert_allclose(first["loss"], second["loss"], rtol=1e-6)


@both
def test_a_function_as_metric(eagerly):
    def off(y_true, y_pred):
        return ops.max(ops.abs(y_true - y_pred), axis=-1)

    m, history = fitted(metrics=[off, "mae"], eagerly=eagerly)
    assert list(history) == ["loss", "mae", "off"]
    want = np.abs(m.predict(X, verbose=0) - Y).max(-1).mean()
    np.testing.assert_allclose(m.evaluate(X, Y, verbose=0, return_dict=True)["off"], want, rtol=1e-5)


def test_a_loss_subclass():
    class Scaled(keras.losses.Loss):
        def __init__(self, factor, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, y_true, y_pred):
            return self.factor * ops.mean(ops.square(y_true - y_pred), -1)

    (_, first), (_, second) = fitted(Scaled(3.0), epochs=1), fitted("mse", epochs=1)
    assert first["loss"][0] > second["loss"][0]
    _, summed = fitted(Scaled(1.0, reduction="sum"), keras.optimizers.SGD(0.1 / 16), epochs=1)
    assert summed["loss"][0] > 10 * second["loss"][0]


@both
def test_a_metric_subclass(eagerly):
    class Largest(keras.metrics.Metric):
        def __init__(self, name="largest"):
            super().__init__(name=name)
            self.found = self.add_variable(shape=(), initializer="zeros", name="found")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.found.assign(ops.maximum(self.found, ops.max(y_pred)))

        def result(self):
            return self.found

    m, history = fitted(metrics=[Largest()], eagerly=eagerly)
    want = max(float(m.predict(X, verbose=0).max()), 0.0)
    assert m.evaluate(X, Y, verbose=0)[1] == want and len(history["largest"]) == 3


def test_an_optimizer_subclass():
    class Signs(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, learning_rate):
            self.assign_sub(variable, learning_rate * ops.sign(gradient))

    m, _ = fitted(optimizer=Signs(learning_rate=0.25), epochs=2)
    steps = (m.get_weights()[0] - 1) / 0.25
    np.testing.assert_array_equal(steps, np.round(steps))
    assert int(m.optimizer.iterations) == 6


def test_an_activation_and_an_initializer_of_ones_own():
    layer = layers.Dense(
        2, activation=lambda x: ops.tanh(x) * 2, kernel_initializer=lambda shape, dtype=None: np.ones(shape, dtype)
    )
    np.testing.assert_allclose(layer(X), 2 * np.tanh(X.sum(1, keepdims=True) * np.ones((1, 2))), rtol=1e-5, atol=1e-6)


def test_a_loss_without_gradient_is_explained():
    with pytest.raises(ValueError, match="gradient"):
        fitted(lambda y_true, y_pred: ops.mean(ops.cast(ops.argmax(y_pred, -1), "float32")))
