"""Losses for numbers: squares, absolute values and relatives."""

import math

from keraunos import config, ops
from keraunos.losses.wrapper import NamedLoss, pair


def mean_squared_error(y_true, y_pred):
    """`mean((y_pred - y_true)^2)` over the last axis: `(N, ..., D)` gives `(N, ...)`.

    >>> import keraunos as keras
    >>> keras.losses.mean_squared_error([[0.0, 1.0]], [[2.0, 1.0]]).numpy()
    array([2.], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    return ops.mean(ops.square(y_pred - y_true), axis=-1)


def mean_absolute_error(y_true, y_pred):
    """`mean(abs(y_pred - y_true))` over the last axis.

    >>> import keraunos as keras
    >>> keras.losses.mean_absolute_error([[0.0, 1.0]], [[2.0, 1.0]]).numpy()
    array([1.], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    return ops.mean(ops.absolute(y_pred - y_true), axis=-1)


def mean_absolute_percentage_error(y_true, y_pred):
    """`100 * mean(abs((y_true - y_pred) / y_true))` over the last axis, with `abs(y_true)` at least 1e-7.

    >>> import keraunos as keras
    >>> keras.losses.mean_absolute_percentage_error([[1.0]], [[1.5]]).numpy()
    array([50.], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    return 100.0 * ops.mean(
        ops.absolute((y_true - y_pred) / ops.maximum(ops.absolute(y_true), config.epsilon())), axis=-1
    )


def mean_squared_logarithmic_error(y_true, y_pred):
    """`mean((log(1 + y_true) - log(1 + y_pred))^2)` over the last axis, with both at least 1e-7.

    >>> import keraunos as keras
    >>> keras.losses.mean_squared_logarithmic_error([[0.0]], [[1.0]]).numpy().round(4)
    array([0.4805], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    predicted = ops.log(ops.maximum(y_pred, config.epsilon()) + 1)
    wanted = ops.log(ops.maximum(y_true, config.epsilon()) + 1)
    return ops.mean(ops.square(predicted - wanted), axis=-1)


def cosine_similarity(y_true, y_pred, axis=-1):
    """`-cos` of the angle between the vectors along `axis`; 0 when one of them is zero.

    >>> import keraunos as keras
    >>> keras.losses.cosine_similarity([[1.0, 0.0]], [[3.0, 4.0]]).numpy()
    array([-0.6], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    return -ops.sum(ops.normalize(y_true, axis=axis) * ops.normalize(y_pred, axis=axis), axis=axis)


def huber(y_true, y_pred, delta=1.0):
    """Mean over the last axis of `e^2 / 2` where `abs(e) <= delta`, else `delta * abs(e) - delta^2 / 2` (Huber, 1964).

    >>> import keraunos as keras
    >>> keras.losses.huber([[0.0, 0.0]], [[0.5, 3.0]]).numpy()
    array([1.3125], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    error = y_pred - y_true
    size = ops.absolute(error)
    return ops.mean(ops.where(size <= delta, 0.5 * ops.square(error), delta * size - 0.5 * delta * delta), axis=-1)


def log_cosh(y_true, y_pred):
    """`mean(log(cosh(y_pred - y_true)))` over the last axis, written without overflow.

    >>> import keraunos as keras
    >>> keras.losses.log_cosh([[0.0]], [[1.0]]).numpy().round(4)
    array([0.4338], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    error = y_pred - y_true
    return ops.mean(error + ops.softplus(-2.0 * error) - math.log(2.0), axis=-1)


class MeanSquaredError(NamedLoss):
    """`mean((y_pred - y_true)^2)` over the last axis.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.losses.MeanSquaredError()([[0.0], [1.0]], [[2.0], [1.0]]))
    2.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_squared_error", dtype=None):
        super().__init__(mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(NamedLoss):
    """`mean(abs(y_pred - y_true))` over the last axis.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.losses.MeanAbsoluteError()([[0.0], [1.0]], [[2.0], [1.0]]))
    1.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_absolute_error", dtype=None):
        super().__init__(mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(NamedLoss):
    """`100 * mean(abs((y_true - y_pred) / y_true))` over the last axis.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.losses.MeanAbsolutePercentageError()([[1.0]], [[1.5]]))
    50.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_absolute_percentage_error", dtype=None):
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(NamedLoss):
    """`mean((log(1 + y_true) - log(1 + y_pred))^2)` over the last axis.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.losses.MeanSquaredLogarithmicError()([[0.0]], [[1.0]])), 4)
    0.4805
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


class CosineSimilarity(NamedLoss):
    """`-cos` of the angle between the vectors along `axis`: -1 for equal directions.

    Args:
        axis: axis of the vectors.
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.losses.CosineSimilarity()([[1.0, 0.0]], [[3.0, 4.0]])), 4)
    -0.6
    """

    def __init__(self, axis=-1, reduction="sum_over_batch_size", name="cosine_similarity", dtype=None):
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)
        self.axis = axis

    def get_config(self):
        return super().get_config() if self.axis == -1 else {**super().get_config(), "axis": self.axis}


class Huber(NamedLoss):
    """Squares of small errors, absolute values of large ones (Huber, 1964).

    Args:
        delta: where the parabola becomes a line.
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.losses.Huber()([[0.0, 0.0]], [[0.5, 3.0]]))
    1.3125
    """

    def __init__(self, delta=1.0, reduction="sum_over_batch_size", name="huber_loss", dtype=None):
        super().__init__(huber, reduction, name, dtype, delta=delta)
        self.delta = delta

    def get_config(self):
        return super().get_config() if self.delta == 1.0 else {**super().get_config(), "delta": self.delta}


class LogCosh(NamedLoss):
    """`mean(log(cosh(y_pred - y_true)))`: a smooth relative of the absolute error.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.losses.LogCosh()([[0.0]], [[1.0]])), 4)
    0.4338
    """

    def __init__(self, reduction="sum_over_batch_size", name="log_cosh", dtype=None):
        super().__init__(log_cosh, reduction, name, dtype)
