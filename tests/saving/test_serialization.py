"""Objects to dicts and back; what a file may not do."""

import sys

import keraunos as keras
import numpy as np
import pytest
from keraunos import saving


@saving.register_keras_serializable(package="tests")
class Scale(keras.layers.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


@saving.register_keras_serializable(package="tests")
def shifted(x):
    return x + 1


class Unregistered(keras.layers.Layer):
    def call(self, inputs):
        return inputs


def test_registered_class():
    config = saving.serialize_keras_object(Scale(3.0))
    assert config["registered_name"] == "tests>Scale"
    assert saving.deserialize_keras_object(config).factor == 3.0


def test_registered_function_as_activation():
    layer = keras.layers.Dense(2, activation=shifted)
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert again.activation is shifted


def test_unregistered_class_needs_custom_objects():
    config = saving.serialize_keras_object(Unregistered())
    with pytest.raises(ValueError, match="register it with keras.saving.register_keras_serializable"):
        saving.deserialize_keras_object(config)
    found = saving.deserialize_keras_object(config, custom_objects={"Unregistered": Unregistered})
    assert type(found) is Unregistered
    with saving.custom_object_scope({"Unregistered": Unregistered}):
        assert type(saving.deserialize_keras_object(config)) is Unregistered


@pytest.mark.parametrize(
    "config",
    [
        {"module": "os", "class_name": "system", "config": {"command": "true"}},
        {"module": "antigravity", "class_name": "anything", "config": {}},
        {"module": "builtins", "class_name": "eval", "config": {"source": "1"}},
        {"module": "keras.src.os", "class_name": "system", "config": {}},
    ],
)
def test_a_file_cannot_name_code_outside_the_package(config):
    with pytest.raises(ValueError, match=r"\[saving\]"):
        saving.deserialize_keras_object({**config, "registered_name": None})
    assert "antigravity" not in sys.modules


@pytest.mark.parametrize(
    "value",
    [None, 3, 2.5, "text", True, [1, 2], (1, (2, 3)), {"a": [1]}, b"bytes"],
)
def test_plain_values_round_trip(value):
    assert saving.deserialize_keras_object(saving.serialize_keras_object(value)) == value


def test_arrays_round_trip():
    array = np.arange(6, dtype="int32").reshape(2, 3)
    again = saving.deserialize_keras_object(saving.serialize_keras_object(array))
    np.testing.assert_array_equal(again, array)
    assert again.dtype == array.dtype


def test_lambdas_and_strangers_are_refused():
    with pytest.raises(ValueError, match="a lambda has no name"):
        saving.serialize_keras_object(lambda x: x)
    with pytest.raises(ValueError, match="expected an object with get_config"):
        saving.serialize_keras_object(object())


def test_unknown_class_suggests_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'Dense'"):
        saving.deserialize_keras_object(
            {"module": "keras.layers", "class_name": "Dennse", "config": {}, "registered_name": None}
        )


def test_module_names_are_those_of_keras():
    pairs = [
        (keras.layers.Dense(1), "keras.layers"),
        (keras.losses.MeanSquaredError(), "keras.losses"),
        (keras.metrics.AUC(), "keras.metrics"),
        (keras.optimizers.Adam(), "keras.optimizers"),
        (keras.optimizers.schedules.CosineDecay(0.1, 10), "keras.optimizers.schedules"),
        (keras.initializers.Zeros(), "keras.initializers"),
    ]
    for obj, module in pairs:
        config = saving.serialize_keras_object(obj)
        assert config["module"] == module and config["registered_name"] is None
