"""Regularizers by name."""

import inspect

from keraunos.regularizers.regularizer import Regularizer
from keraunos.saving import resolve, serialization

_NAMESPACE = resolve.Namespace(
    "regularizer",
    "keraunos.regularizers",
    ("L1", "L2", "L1L2", "OrthogonalRegularizer"),
    {"orthogonal": "OrthogonalRegularizer"},
)


def get(identifier):
    """The regularizer for a name, dict, class, instance or callable; `None` stays `None`.

    Example:

    >>> import keraunos as keras
    >>> keras.regularizers.get("l2").get_config()
    {'l2': 0.01}
    """
    return _NAMESPACE.get(identifier, Regularizer)


def serialize(regularizer):
    """The dict form of a regularizer."""
    return serialization.serialize_keras_object(regularizer)


def deserialize(config, custom_objects=None):
    """The regularizer of a dict or name."""
    found = _NAMESPACE.deserialize(config, custom_objects)
    return found() if inspect.isclass(found) else found
