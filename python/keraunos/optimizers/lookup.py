"""Optimizers by name."""

import inspect

from keraunos.optimizers.optimizer import Optimizer
from keraunos.saving import resolve, serialization

_NAMESPACE = resolve.Namespace(
    "optimizer",
    "keraunos.optimizers",
    ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam", "Ftrl", "Lion", "Lamb", "Adafactor",
     "Muon", "ScheduleFreeAdamW", "LossScaleOptimizer"),
)  # fmt: skip


def get(identifier):
    """The optimizer for a name, dict, class or instance.

    Example:

    >>> import keraunos as keras
    >>> keras.optimizers.get("rmsprop").rho
    0.9
    """
    if isinstance(identifier, Optimizer):
        return identifier
    found = _NAMESPACE.find(identifier) if isinstance(identifier, str) else identifier
    if isinstance(found, dict):
        found = _NAMESPACE.deserialize(found)
    if inspect.isclass(found):
        found = found()
    if not isinstance(found, Optimizer):
        raise ValueError(
            f"[optimizer] expected a name, a dict or an Optimizer, got {type(identifier).__name__}: {identifier!r}"
        )
    return found


def serialize(optimizer):
    """The dict form of an optimizer."""
    return serialization.serialize_keras_object(optimizer)


def deserialize(config, custom_objects=None):
    """The optimizer of a dict or name."""
    found = _NAMESPACE.deserialize(config, custom_objects)
    return found() if inspect.isclass(found) else found
