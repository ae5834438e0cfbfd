"""The form of Keras 2: class names and configs without modules; optimizers that are gone."""

import keraunos as keras
import pytest
from keraunos.legacy.saving import deserialize_keras_object, serialize_keras_object

KNOWN = {"Dense": keras.layers.Dense, "Constant": keras.initializers.Constant, "relu": keras.activations.relu}


def test_there_and_back():
    written = serialize_keras_object(keras.initializers.Constant(3.0))
    assert written == {"class_name": "Constant", "config": {"value": 3.0}}
    assert deserialize_keras_object(written, KNOWN).value == 3.0
    inner = {"class_name": "Dense", "config": {"units": 2, "kernel_initializer": written, "activation": "relu"}}
    layer = deserialize_keras_object(inner, KNOWN)
    assert layer.units == 2 and layer.kernel_initializer.value == 3.0
    assert serialize_keras_object(None) is None and deserialize_keras_object(None) is None


class Holder:
    """An object whose constructor takes another as it is."""

    def __init__(self, inner):
        self.inner = inner

    def get_config(self):
        return {"inner": self.inner}


def test_objects_in_objects():
    written = serialize_keras_object(Holder(keras.initializers.Constant(3.0)))
    assert written["config"]["inner"]["class_name"] == "Constant"
    assert deserialize_keras_object(written, KNOWN, {"Holder": Holder}).inner.value == 3.0


def own(x):
    return x


def test_names():
    assert serialize_keras_object(own) == "own"
    assert deserialize_keras_object("own", custom_objects={"own": own}) is own is deserialize_keras_object(own)
    assert isinstance(deserialize_keras_object("Constant", KNOWN), keras.initializers.Constant)
    with keras.saving.custom_object_scope({"own": own}):
        assert deserialize_keras_object("own") is own


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: serialize_keras_object(3), "get_config"),
        (
            lambda: deserialize_keras_object("Dens", KNOWN, printable_module_name="layer"),
            "unknown layer 'Dens'; did you",
        ),
        (lambda: deserialize_keras_object("Dense"), "custom_objects"),
        (lambda: deserialize_keras_object({"class_name": "Dense"}, KNOWN), "class_name and config"),
        (lambda: deserialize_keras_object(3, KNOWN), "class_name and config"),
    ],
)
def test_what_does_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop", "Adagrad", "Ftrl", "Optimizer"])
def test_optimizers_of_keras_2_say_what_to_use(name):
    with pytest.raises(ImportError, match=f"use keras.optimizers.{name}"):
        getattr(keras.optimizers.legacy, name)(0.1)


def test_other_places():
    assert keras.utils.legacy.serialize_keras_object is serialize_keras_object
    assert keras.legacy.saving.deserialize_keras_object is deserialize_keras_object
