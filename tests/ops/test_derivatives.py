"""Gradients that users define, and derivatives along a direction."""

import keraunos as keras
import numpy as np
import pytest
from derivative_checks import RNG, both
from keraunos import ops


@ops.custom_gradient
def clipped(x, scale):
    """scale * x, whose gradient by x is clipped and by scale absent."""
    return ops.multiply(x, scale), lambda upstream: (ops.clip(upstream, -1, 1), None)


@ops.custom_gradient
def parts(x):
    """Two results of one argument; what the gradient gets, by sorted keys, tells which cotangent belongs to which."""
    return {"low": x - 1, "high": [x * 2]}, lambda high, low: 10 * low + 100 * high


def test_the_result_is_that_of_the_function_and_the_gradient_is_not():
    x, upstream = RNG.normal(size=(3,)), np.array([0.5, 5.0, -7.0])
    np.testing.assert_array_equal(both(clipped, x, 3.0), 3 * x)
    gradient = keras.grad(lambda t: ops.sum(clipped(t, 3.0) * upstream))
    np.testing.assert_array_equal(both(gradient, x), [0.5, 1, -1])
    by_scale = keras.grad(lambda t, s: ops.sum(clipped(t, s)), argnums=1)
    np.testing.assert_array_equal(both(by_scale, x, np.array(3.0)), 0)
    both_parts = keras.grad(lambda t: ops.sum(parts(t)["low"]) + 3 * ops.sum(parts(t)["high"][0]))
    np.testing.assert_array_equal(both(both_parts, x), np.full(3, 310.0))
    # Of a result that nothing is made of, the cotangent is 0.
    np.testing.assert_array_equal(both(keras.grad(lambda t: ops.sum(parts(t)["low"])), x), np.full(3, 10.0))


def test_cotangents_take_the_dtype_of_their_argument():
    plain = ops.custom_gradient(lambda t: (t * 2, lambda upstream: np.full(3, 7.0)))
    found = keras.grad(lambda t: ops.sum(ops.square(plain(ops.square(t)))))(np.ones(3, "float32"))
    assert found.dtype == "float32"
    np.testing.assert_array_equal(found, np.full(3, 14.0))


def test_tapes():
    x = keras.Variable(np.array([0.2, 0.7]), dtype="float64")
    straight = ops.custom_gradient(lambda t: (ops.round(t), lambda upstream: upstream))
    with keras.GradientTape() as tape:
        loss = ops.sum(straight(x) * np.array([2.0, 3.0]))
    np.testing.assert_array_equal(tape.gradient(loss, x), [2, 3])


def test_a_gradient_that_uses_the_argument_can_be_differentiated_again():
    cube = ops.custom_gradient(lambda t: (t**3, lambda upstream: upstream * 3 * t**2))
    x = RNG.normal(size=(4,))
    first = keras.grad(lambda t: ops.sum(cube(t)))
    np.testing.assert_allclose(both(first, x), 3 * x**2, rtol=1e-14)
    np.testing.assert_allclose(both(keras.grad(lambda t: ops.sum(first(t))), x), 6 * x, rtol=1e-14)


def test_training_uses_it():
    class Straight(keras.layers.Layer):
        def call(self, x):
            return ops.custom_gradient(lambda t: (ops.sign(t), lambda upstream: upstream))(x)

    model = keras.Sequential([keras.layers.Dense(1, use_bias=False, kernel_initializer="ones"), Straight()])
    model.compile("sgd", loss="mse")
    model.optimizer.learning_rate = 0.25
    x, y = np.array([[1.0, 2.0]], "float32"), np.array([[0.0]], "float32")
    model.fit(x, y, verbose=0)
    # The sign is 1, so is the error: its gradient of 2 times x arrives at the weights.
    np.testing.assert_allclose(model.get_weights()[0][:, 0], 1 - 0.25 * 2 * x[0], rtol=1e-6)


def test_errors_of_custom_gradients():
    wrong = ops.custom_gradient(lambda a, b: (a + b, lambda upstream: upstream))
    with pytest.raises(ValueError, match="1 values for 2 arguments"):
        keras.grad(lambda t: ops.sum(wrong(t, t)))(np.ones(2))


def test_directional_derivatives():
    x, y, dx, dy = RNG.normal(size=(4, 3, 2))

    def function(a, b):
        return {"product": ops.sin(a) * b, "sum": ops.sum(a * a, axis=0)}

    value, slope = ops.jvp(function, (x, y), (dx, dy))
    np.testing.assert_allclose(value["product"], np.sin(x) * y, rtol=1e-14)
    np.testing.assert_allclose(slope["product"], np.cos(x) * y * dx + np.sin(x) * dy, rtol=1e-12)
    np.testing.assert_allclose(slope["sum"], (2 * x * dx).sum(0), rtol=1e-12)
    compiled = keras.function(lambda *t: ops.jvp(function, t[:2], t[2:])[1]["product"])
    np.testing.assert_allclose(compiled(x, y, dx, dy), slope["product"], rtol=1e-12)
    # Matrices: d(A^-1) = -A^-1 dA A^-1.
    a, da = RNG.normal(size=(4, 4)) + 4 * np.eye(4), RNG.normal(size=(4, 4))
    inverse, change = ops.jvp(ops.inv, [a], [da])
    np.testing.assert_allclose(change, -inverse.numpy() @ da @ inverse.numpy(), rtol=1e-10, atol=1e-12)


def test_directional_derivatives_at_the_edges():
    x = np.array([0.3, -0.4])
    value, slope, extra = ops.jvp(lambda t: (t * 2, "note"), (x,), (np.ones(2),), has_aux=True)
    assert extra == "note"
    np.testing.assert_array_equal(slope, [2, 2])
    # Results that do not depend on the argument, or only by steps, do not change.
    value, slope = ops.jvp(lambda t: (ops.ones(3), ops.argmax(t), ops.stop_gradient(t)), (x,), (np.ones(2),))
    assert [s.shape for s in slope] == [(3,), (), (2,)]
    assert [float(ops.sum(ops.abs(s))) for s in slope] == [0, 0, 0]
    # One tensor in two places.
    t = ops.convert_to_tensor(x)
    _, slope = ops.jvp(lambda a, b: a * b, (t, t), (np.ones(2), np.zeros(2)))
    np.testing.assert_array_equal(slope, x)
    with pytest.raises(ValueError, match="expected tangents of shapes"):
        ops.jvp(lambda a: a, (x,), (np.ones(3),))
