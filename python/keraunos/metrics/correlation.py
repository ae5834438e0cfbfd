"""Correlations of predictions with targets."""

from keraunos import config, ops
from keraunos.losses.wrapper import pair
from keraunos.metrics.means import NamedMean


def pearson_correlation(y_true, y_pred, axis=-1):
    """Covariance over the product of standard deviations, along `axis`.

    >>> import keraunos as keras
    >>> keras.metrics.pearson_correlation([[1.0, 2.0, 3.0]], [[2.0, 4.0, 6.0]]).numpy().round(4)
    array([1.], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    y_true = y_true - ops.mean(y_true, axis=axis, keepdims=True)
    y_pred = y_pred - ops.mean(y_pred, axis=axis, keepdims=True)
    y_true = y_true / ops.std(y_true, axis=axis, keepdims=True)
    y_pred = y_pred / ops.std(y_pred, axis=axis, keepdims=True)
    return ops.mean(y_true * y_pred, axis=axis)


def concordance_correlation(y_true, y_pred, axis=-1):
    """Lin's concordance (1989) along `axis`: correlation that also counts shifts and scales.

    >>> import keraunos as keras
    >>> keras.metrics.concordance_correlation([[1.0, 2.0, 3.0]], [[1.0, 2.0, 3.0]]).numpy().round(4)
    array([1.], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    true_mean = ops.mean(y_true, axis=axis, keepdims=True)
    pred_mean = ops.mean(y_pred, axis=axis, keepdims=True)
    spread = (
        ops.var(y_true, axis=axis, keepdims=True)
        + ops.var(y_pred, axis=axis, keepdims=True)
        + ops.square(true_mean - pred_mean)
    )
    products = (y_true - pred_mean) * (y_pred - pred_mean)
    return ops.mean(2 * products / (spread + config.epsilon()), axis=axis)


class PearsonCorrelation(NamedMean):
    """The mean Pearson correlation of rows.

    Args:
        name, dtype: see `Metric`.
        axis: axis of the correlation.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.PearsonCorrelation()([[1.0, 2.0, 3.0]], [[2.0, 4.0, 6.0]])), 4)
    1.0
    """

    _saved = ("axis",)

    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        super().__init__(pearson_correlation, name, dtype, axis=axis)


class ConcordanceCorrelation(NamedMean):
    """The mean concordance correlation of rows (Lin, 1989).

    Args:
        name, dtype: see `Metric`.
        axis: axis of the correlation.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.ConcordanceCorrelation()([[1.0, 2.0, 3.0]], [[1.0, 2.0, 3.0]])), 4)
    1.0
    """

    _saved = ("axis",)

    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        super().__init__(concordance_correlation, name, dtype, axis=axis)
