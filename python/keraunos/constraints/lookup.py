"""Constraints by name."""

import inspect

from keraunos.constraints.constraint import Constraint
from keraunos.saving import resolve, serialization

_NAMESPACE = resolve.Namespace("constraint", "keraunos.constraints", ("MaxNorm", "MinMaxNorm", "UnitNorm", "NonNeg"))


def get(identifier):
    """The constraint for a name, dict, class, instance or callable; `None` stays `None`.

    Example:

    >>> import keraunos as keras
    >>> keras.constraints.get("unit_norm").get_config()
    {'axis': 0}
    """
    return _NAMESPACE.get(identifier, Constraint)


def serialize(constraint):
    """The dict form of a constraint."""
    return serialization.serialize_keras_object(constraint)


def deserialize(config, custom_objects=None):
    """The constraint of a dict or name."""
    found = _NAMESPACE.deserialize(config, custom_objects)
    return found() if inspect.isclass(found) else found
