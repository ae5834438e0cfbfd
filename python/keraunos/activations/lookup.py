"""Activations by name."""

from keraunos.activations import functions
from keraunos.saving import resolve, serialization

_NAMESPACE = resolve.Namespace("activation", "keraunos.activations", functions.__all__)


def get(identifier):
    """The activation for a name, dict, layer or callable; `None` is `linear`.

    Raises:
        ValueError: for unknown names, with the nearest known one.

    Example:

    >>> import keraunos as keras
    >>> keras.activations.get("relu") is keras.activations.relu
    True
    """
    if identifier is None:
        return functions.linear
    return _NAMESPACE.get(identifier)


def serialize(activation):
    """The name of one of this package's activations, the dict form of any other.

    >>> import keraunos as keras
    >>> keras.activations.serialize(keras.activations.swish)
    'silu'
    """
    name = getattr(activation, "__name__", None)
    if name in functions.__all__ and getattr(functions, name) is activation:
        return name
    return serialization.serialize_keras_object(activation)


def deserialize(config, custom_objects=None):
    """The activation of a name or dict."""
    return _NAMESPACE.deserialize(config, custom_objects)
