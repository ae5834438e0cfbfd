"""Initializers by name."""

import inspect

from keraunos.initializers.initializer import Initializer
from keraunos.saving import resolve, serialization

_NAMESPACE = resolve.Namespace(
    "initializer",
    "keraunos.initializers",
    ("Zeros", "Ones", "Constant", "Identity", "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling",
     "GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal", "Orthogonal",
     "STFT"),
    {"normal": "RandomNormal", "uniform": "RandomUniform", "one": "Ones", "zero": "Zeros", "eye": "Identity",
     "IdentityInitializer": "Identity", "OrthogonalInitializer": "Orthogonal",
     "STFTInitializer": "STFT"},
)  # fmt: skip


def get(identifier):
    """The initializer for a name, dict, class, instance, callable or array; `None` stays `None`.

    Example:

    >>> import keraunos as keras
    >>> keras.initializers.get("he_normal").get_config()["seed"] is None
    True
    """
    if identifier is not None and not callable(identifier) and not isinstance(identifier, (str, dict)):
        from keraunos.initializers.constants import Constant

        if hasattr(identifier, "shape") or isinstance(identifier, (int, float)):
            return Constant(identifier)
    return _NAMESPACE.get(identifier, Initializer)


def serialize(initializer):
    """The dict form of an initializer."""
    return serialization.serialize_keras_object(initializer)


def deserialize(config, custom_objects=None):
    """The initializer of a dict or name."""
    found = _NAMESPACE.deserialize(config, custom_objects)
    return found() if inspect.isclass(found) else found
