"""Metrics by name."""

import inspect

from keraunos.metrics.metric import Metric
from keraunos.saving import resolve, serialization

_NAMESPACE = resolve.Namespace(
    "metric",
    "keraunos.metrics",
    ("Metric", "Mean", "Sum", "MeanMetricWrapper", "Accuracy", "BinaryAccuracy", "CategoricalAccuracy",
     "SparseCategoricalAccuracy", "TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy", "TruePositives",
     "TrueNegatives", "FalsePositives", "FalseNegatives", "Precision", "Recall", "SensitivityAtSpecificity",
     "SpecificityAtSensitivity", "PrecisionAtRecall", "RecallAtPrecision", "AUC", "FBetaScore", "F1Score", "IoU",
     "MeanIoU", "BinaryIoU", "OneHotIoU", "OneHotMeanIoU", "R2Score", "PearsonCorrelation", "ConcordanceCorrelation",
     "MeanSquaredError", "RootMeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
     "MeanSquaredLogarithmicError", "CosineSimilarity", "LogCoshError", "BinaryCrossentropy", "CategoricalCrossentropy",
     "SparseCategoricalCrossentropy", "KLDivergence", "Poisson", "Hinge", "SquaredHinge", "CategoricalHinge"),
    {"mse": "MeanSquaredError", "mae": "MeanAbsoluteError", "mape": "MeanAbsolutePercentageError",
     "msle": "MeanSquaredLogarithmicError", "bce": "BinaryCrossentropy", "rmse": "RootMeanSquaredError",
     "kld": "KLDivergence", "logcosh": "LogCoshError", "log_cosh": "LogCoshError"},
)  # fmt: skip


def get(identifier):
    """The metric for a name, dict, class, instance or function; `None` stays `None`.

    Example:

    >>> import keraunos as keras
    >>> keras.metrics.get("mse").name
    'mean_squared_error'
    """
    return _NAMESPACE.get(identifier, Metric)


def serialize(metric):
    """The dict form of a metric."""
    return serialization.serialize_keras_object(metric)


def deserialize(config, custom_objects=None):
    """The metric of a dict or name."""
    found = _NAMESPACE.deserialize(config, custom_objects)
    return found() if inspect.isclass(found) else found
