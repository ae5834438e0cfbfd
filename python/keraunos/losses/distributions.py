"""Losses between distributions: Kullback-Leibler and Poisson."""

from keraunos import config, ops
from keraunos.losses.wrapper import NamedLoss, pair


def kl_divergence(y_true, y_pred):
    """`sum(y_true * log(y_true / y_pred))` over the last axis, both cut to `[1e-7, 1]`.

    >>> import keraunos as keras
    >>> keras.losses.kl_divergence([[0.5, 0.5]], [[0.25, 0.75]]).numpy().round(4)
    array([0.1438], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    y_true = ops.clip(y_true, config.epsilon(), 1)
    y_pred = ops.clip(y_pred, config.epsilon(), 1)
    return ops.sum(y_true * ops.log(y_true / y_pred), axis=-1)


def poisson(y_true, y_pred):
    """`mean(y_pred - y_true * log(y_pred + 1e-7))` over the last axis.

    >>> import keraunos as keras
    >>> keras.losses.poisson([[1.0]], [[2.0]]).numpy().round(4)
    array([1.3069], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    return ops.mean(y_pred - y_true * ops.log(y_pred + config.epsilon()), axis=-1)


class KLDivergence(NamedLoss):
    """Kullback-Leibler divergence of the predicted from the true distribution along the last axis.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.losses.KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
    0.1438
    """

    def __init__(self, reduction="sum_over_batch_size", name="kl_divergence", dtype=None):
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(NamedLoss):
    """Negative log-likelihood of counts with predicted rates, up to a constant.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.losses.Poisson()([[1.0]], [[2.0]])), 4)
    1.3069
    """

    def __init__(self, reduction="sum_over_batch_size", name="poisson", dtype=None):
        super().__init__(poisson, reduction, name, dtype)
