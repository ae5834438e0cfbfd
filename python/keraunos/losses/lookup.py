"""Losses by name."""

import inspect

from keraunos.losses.loss import Loss
from keraunos.saving import resolve, serialization

_NAMESPACE = resolve.Namespace(
    "loss",
    "keraunos.losses",
    ("Loss", "MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError",
     "CosineSimilarity", "Huber", "LogCosh", "Hinge", "SquaredHinge", "CategoricalHinge", "BinaryCrossentropy",
     "BinaryFocalCrossentropy", "CategoricalCrossentropy", "CategoricalFocalCrossentropy",
     "SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy", "KLDivergence", "Poisson", "Dice",
     "Tversky", "Circle", "CTC",
     "mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_logarithmic_error",
     "cosine_similarity", "huber", "log_cosh", "hinge", "squared_hinge", "categorical_hinge", "binary_crossentropy",
     "binary_focal_crossentropy", "categorical_crossentropy", "categorical_focal_crossentropy",
     "sparse_categorical_crossentropy", "categorical_generalized_cross_entropy", "kl_divergence", "poisson", "dice",
     "tversky", "circle", "ctc"),
    {"mse": "mean_squared_error", "mae": "mean_absolute_error", "mape": "mean_absolute_percentage_error",
     "msle": "mean_squared_logarithmic_error", "bce": "binary_crossentropy", "kld": "kl_divergence",
     "logcosh": "log_cosh", "huber_loss": "huber", "mean_squared_error_loss": "mean_squared_error"},
)  # fmt: skip


def get(identifier):
    """The loss for a name, dict, class, instance or function; `None` stays `None`.

    A lower-case name gives the function, a class name an instance.

    Example:

    >>> import keraunos as keras
    >>> keras.losses.get("mse") is keras.losses.mean_squared_error
    True
    """
    return _NAMESPACE.get(identifier, Loss)


def serialize(loss):
    """The dict form of a loss."""
    return serialization.serialize_keras_object(loss)


def deserialize(name, custom_objects=None):
    """The loss of a dict or name."""
    found = _NAMESPACE.deserialize(name, custom_objects)
    return found() if inspect.isclass(found) else found
