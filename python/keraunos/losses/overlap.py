"""Losses on the overlap of regions, for segmentation."""

from keraunos import config, ops
from keraunos.losses.wrapper import NamedLoss, pair


def _axes(axis):
    return tuple(axis) if isinstance(axis, (list, tuple)) else axis


def dice(y_true, y_pred, axis=None):
    """`1 - 2 sum(t p) / (sum(t) + sum(p))` over `axis` (default: everything).

    >>> import keraunos as keras
    >>> round(float(keras.losses.dice([[1.0, 0.0]], [[1.0, 1.0]])), 4)
    0.3333
    """
    y_true, y_pred = pair(y_true, y_pred)
    axis = _axes(axis)
    both = ops.sum(y_true * y_pred, axis=axis)
    return 1 - 2.0 * both / (ops.sum(y_true, axis=axis) + ops.sum(y_pred, axis=axis) + config.epsilon())


def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """`1 - sum(t p) / (sum(t p) + alpha sum(t (1 - p)) + beta sum((1 - t) p))` over `axis` (after Salehi et al., 2017).

    `alpha` weighs what is missed and `beta` what is found in excess, as in Keras 3; the paper has them the other way.

    >>> import keraunos as keras
    >>> round(float(keras.losses.tversky([[1.0, 0.0]], [[1.0, 1.0]])), 4)
    0.3333
    """
    y_true, y_pred = pair(y_true, y_pred)
    axis = _axes(axis)
    both = ops.sum(y_true * y_pred, axis=axis)
    missed = ops.sum(y_true * (1 - y_pred), axis=axis)
    excess = ops.sum((1 - y_true) * y_pred, axis=axis)
    return 1 - both / (both + missed * alpha + excess * beta + config.epsilon())


class Dice(NamedLoss):
    """`1 - 2 sum(t p) / (sum(t) + sum(p))`.

    Args:
        reduction, name, dtype: see `Loss`.
        axis: axes of the sums; default: everything.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.losses.Dice()([[1.0, 0.0]], [[1.0, 1.0]])), 4)
    0.3333
    """

    def __init__(self, reduction="sum_over_batch_size", name="dice", axis=None, dtype=None):
        super().__init__(dice, reduction, name, dtype, axis=axis)

    def get_config(self):
        return {**super().get_config(), **self._fn_kwargs}


class Tversky(NamedLoss):
    """Overlap with weights for what is missed and what is in excess (see `tversky`); alpha = beta = 0.5 is Dice.

    Args:
        alpha: weight of what is missed.
        beta: weight of what is found in excess.
        reduction, name, dtype: see `Loss`.
        axis: axes of the sums; default: everything.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.losses.Tversky()([[1.0, 0.0]], [[1.0, 1.0]])), 4)
    0.3333
    """

    def __init__(self, alpha=0.5, beta=0.5, reduction="sum_over_batch_size", name="tversky", axis=None, dtype=None):
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)

    def get_config(self):
        return {**super().get_config(), **self._fn_kwargs}
