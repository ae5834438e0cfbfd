"""Activations: names, extremes, gradients against differences."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import activations, ops

NAMES = [name for name in activations.__all__ if name not in ("get", "serialize", "deserialize", "threshold")]


@pytest.mark.parametrize("name", NAMES)
def test_found_and_saved_by_name(name):
    function = getattr(activations, name)
    assert activations.get(name) is function
    assert activations.deserialize(activations.serialize(function)) is function


@pytest.mark.parametrize("name", NAMES)
def test_gradient_against_differences(name):
    """One random direction in float64: the error of the quotient is about 1e-12 times a derivative."""
    local = np.random.default_rng(11)
    x, direction = local.standard_normal((2, 5, 6))
    x = x + np.where(np.abs(x) < 1e-3, 0.01, 0)
    upstream = local.standard_normal(np.asarray(getattr(activations, name)(ops.convert_to_tensor(x))).shape)

    def value(z):
        return float(ops.sum(getattr(activations, name)(ops.convert_to_tensor(z)) * upstream))

    tensor = ops.convert_to_tensor(x)
    with keras.GradientTape() as tape:
        out = getattr(activations, name)(tensor) if name != "linear" else tensor * 1.0
    found = np.sum(np.asarray(tape.gradient(out, tensor, output_gradients=ops.convert_to_tensor(upstream))) * direction)
    step = 1e-6
    expected = (value(x + step * direction) - value(x - step * direction)) / (2 * step)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_large_inputs_stay_finite(name):
    x = np.array([[-1e4, -80.0, 0.0, 80.0]], "float32")
    tensor = ops.convert_to_tensor(x)
    with keras.GradientTape() as tape:
        out = getattr(activations, name)(tensor) * 1.0
    assert np.isfinite(out).all()
    assert np.isfinite(tape.gradient(out, tensor)).all()


def test_softmax_over_several_axes():
    x = np.random.default_rng(12).standard_normal((2, 3, 4)).astype("float32")
    out = np.asarray(activations.softmax(ops.convert_to_tensor(x), axis=(0, 2)))
    np.testing.assert_allclose(out.sum(axis=(0, 2)), np.ones(3), rtol=1e-6)


def test_errors():
    with pytest.raises(ValueError, match="did you mean 'softmax'"):
        activations.get("sofmax")
    with pytest.raises(ValueError, match="even extent"):
        activations.glu(ops.ones((2, 3)))
    with pytest.raises(ValueError, match="out of range"):
        activations.softmax(ops.ones((2, 3)), axis=2)
