"""The models that every framework trains: shapes and weights fit the layers that keraunos builds from them."""

from dataclasses import replace

import keraunos as keras
import numpy as np
import pytest

from benchmarks import layers
from benchmarks.frameworks.keras_api import Runner
from benchmarks.models import CHECKED_STEPS
from benchmarks.workloads import MODELS, NETWORKS, WORKLOADS

NAMES = pytest.mark.parametrize("name", WORKLOADS)


def test_names_are_distinct():
    assert len(WORKLOADS) == len(MODELS) + len(NETWORKS)
    assert all(name == workload.name for name, workload in WORKLOADS.items())


def small(name):
    """The workload with the rows of a few steps."""
    workload = WORKLOADS[name]
    assert workload.rows % workload.batch == 0
    assert workload.steps >= CHECKED_STEPS
    return replace(workload, rows=CHECKED_STEPS * workload.batch)


@NAMES
def test_data(name):
    workload = small(name)
    x, y = workload.data()
    assert x.shape == (workload.rows, *workload.shape) and x.dtype == np.float32
    assert y.shape == (workload.rows,)
    assert 1 < len(set(y)) and set(y) <= set(range(workload.layers[-1].units))


@NAMES
def test_layers_and_weights_are_those_of_the_model(name):
    workload = small(name)
    runner = Runner(keras, workload, workload.data())
    assert runner.predict(2).shape == (2, workload.layers[-1].units)
    for layer, arrays in zip((la for la in runner.model.layers if la.weights), workload.weights(), strict=True):
        np.testing.assert_equal(layer.get_weights(), arrays)


@NAMES
def test_shapes_are_those_of_the_model(name):
    workload = small(name)
    layers_of_model = Runner(keras, workload, workload.data()).model.layers
    for layer, (described, shape) in zip(layers_of_model, workload.inputs(), strict=True):
        assert layer.compute_output_shape((None, *shape))[1:] == described.output(shape)


def test_weights_are_the_same_each_time():
    np.testing.assert_equal(NETWORKS["bnnet"].weights(), NETWORKS["bnnet"].weights())


def test_without_dropout():
    plain = NETWORKS["mnist"].without_dropout()
    assert any(isinstance(layer, layers.Dropout) for layer in NETWORKS["mnist"].layers)
    assert not any(isinstance(layer, layers.Dropout) for layer in plain.layers)
    np.testing.assert_equal(plain.weights(), NETWORKS["mnist"].weights())
    assert NETWORKS["cifar"].without_dropout() == NETWORKS["cifar"]


def test_longest_sum():
    assert MODELS["mlp"].longest_sum == 784
    assert NETWORKS["cifar"].longest_sum == 6 * 6 * 64  # the flattened pictures, not 3 * 3 * 32
    assert NETWORKS["bnnet"].longest_sum == 3 * 3 * 64
