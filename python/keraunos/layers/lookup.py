"""Layers from dicts."""

from keraunos.layers.layer import Layer
from keraunos.saving import serialization


def serialize(layer):
    """The dict form of a layer."""
    return serialization.serialize_keras_object(layer)


def deserialize(config, custom_objects=None):
    """The layer of a dict.

    Raises:
        ValueError: when the dict describes something else.
    """
    layer = serialization.deserialize_keras_object(config, custom_objects=custom_objects)
    if not isinstance(layer, Layer):
        raise ValueError(f"[layer] expected the dict of a layer, got {config!r}")
    return layer


def get(identifier):
    """The layer of a dict, or the layer itself."""
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if callable(identifier):
        return identifier
    raise ValueError(f"[layer] expected a layer or its dict, got {type(identifier).__name__}: {identifier!r}")
