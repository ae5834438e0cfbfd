"""Regression losses as metrics."""

from keraunos import ops
from keraunos.losses.regression import cosine_similarity as negative_cosine_similarity
from keraunos.losses.regression import (
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from keraunos.losses.wrapper import pair
from keraunos.metrics.means import Mean, NamedMean

__all__ = [
    "CosineSimilarity", "LogCoshError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredError",
    "MeanSquaredLogarithmicError", "RootMeanSquaredError", "huber", "log_cosh", "mean_absolute_error",
    "mean_absolute_percentage_error", "mean_squared_error", "mean_squared_logarithmic_error",
]  # fmt: skip


def cosine_similarity(y_true, y_pred, axis=-1):
    """`cos` of the angle between the vectors along `axis`."""
    return -negative_cosine_similarity(y_true, y_pred, axis=axis)


class MeanSquaredError(NamedMean):
    """Mean of squared errors.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.MeanSquaredError()([[0.0], [1.0]], [[2.0], [1.0]]))
    2.0
    """

    def __init__(self, name="mean_squared_error", dtype=None):
        super().__init__(mean_squared_error, name, dtype)


class RootMeanSquaredError(Mean):
    """Square root of the mean of squared errors.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.RootMeanSquaredError()([[0.0], [0.0]], [[2.0], [2.0]]))
    2.0
    """

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name, dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds targets and predictions of one shape."""
        y_true, y_pred = pair(y_true, y_pred)
        super().update_state(ops.square(y_pred - y_true), sample_weight)

    def result(self):
        return ops.sqrt(super().result())


class MeanAbsoluteError(NamedMean):
    """Mean of absolute errors.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.MeanAbsoluteError()([[0.0], [1.0]], [[2.0], [1.0]]))
    1.0
    """

    def __init__(self, name="mean_absolute_error", dtype=None):
        super().__init__(mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(NamedMean):
    """Mean of absolute errors in percent of the target.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.MeanAbsolutePercentageError()([[1.0]], [[1.5]]))
    50.0
    """

    def __init__(self, name="mean_absolute_percentage_error", dtype=None):
        super().__init__(mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(NamedMean):
    """Mean of squared differences of `log(1 + x)`.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.MeanSquaredLogarithmicError()([[0.0]], [[1.0]])), 4)
    0.4805
    """

    def __init__(self, name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(mean_squared_logarithmic_error, name, dtype)


class CosineSimilarity(NamedMean):
    """Mean cosine of the angle between predictions and targets: 1 for equal directions.

    Args:
        name, dtype: see `Metric`.
        axis: axis of the vectors.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.CosineSimilarity()([[1.0, 0.0]], [[3.0, 4.0]])), 4)
    0.6
    """

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        super().__init__(cosine_similarity, name, dtype, axis=axis)

    @property
    def _saved(self):
        return () if self._fn_kwargs["axis"] == -1 else ("axis",)


class LogCoshError(NamedMean):
    """Mean of `log(cosh(error))`.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.LogCoshError()([[0.0]], [[1.0]])), 4)
    0.4338
    """

    def __init__(self, name="logcosh", dtype=None):
        super().__init__(log_cosh, name, dtype)
