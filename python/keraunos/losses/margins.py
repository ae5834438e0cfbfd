"""Hinge losses: zero beyond a margin."""

from keraunos import ops
from keraunos.losses.wrapper import NamedLoss, pair


def _signs(y_true):
    """Labels 0 and 1 as -1 and 1; labels that are not all 0 or 1 stay as they are."""
    binary = ops.all(ops.logical_or(ops.equal(y_true, 0), ops.equal(y_true, 1)))
    return ops.where(binary, 2 * y_true - 1, y_true)


def hinge(y_true, y_pred):
    """`mean(max(1 - y_true * y_pred, 0))` over the last axis; labels are -1 and 1 (0 and 1 are converted).

    >>> import keraunos as keras
    >>> keras.losses.hinge([[1.0, -1.0]], [[0.5, 0.5]]).numpy()
    array([1.], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    return ops.mean(ops.maximum(1.0 - _signs(y_true) * y_pred, 0.0), axis=-1)


def squared_hinge(y_true, y_pred):
    """`mean(max(1 - y_true * y_pred, 0)^2)` over the last axis; labels are -1 and 1 (0 and 1 are converted).

    >>> import keraunos as keras
    >>> keras.losses.squared_hinge([[1.0, -1.0]], [[0.5, 0.5]]).numpy()
    array([1.25], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    return ops.mean(ops.square(ops.maximum(1.0 - _signs(y_true) * y_pred, 0.0)), axis=-1)


def categorical_hinge(y_true, y_pred):
    """`max(largest wrong score - right score + 1, 0)` over the last axis; labels are one-hot.

    >>> import keraunos as keras
    >>> keras.losses.categorical_hinge([[1.0, 0.0]], [[0.5, 0.25]]).numpy()
    array([0.75], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    right = ops.sum(y_true * y_pred, axis=-1)
    wrong = ops.max((1.0 - y_true) * y_pred, axis=-1)
    return ops.maximum(wrong - right + 1.0, 0.0)


class Hinge(NamedLoss):
    """`mean(max(1 - y_true * y_pred, 0))`, with labels -1 and 1.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.losses.Hinge()([[1.0, -1.0]], [[0.5, 0.5]]))
    1.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="hinge", dtype=None):
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(NamedLoss):
    """`mean(max(1 - y_true * y_pred, 0)^2)`, with labels -1 and 1.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.losses.SquaredHinge()([[1.0, -1.0]], [[0.5, 0.5]]))
    1.25
    """

    def __init__(self, reduction="sum_over_batch_size", name="squared_hinge", dtype=None):
        super().__init__(squared_hinge, reduction, name, dtype)


class CategoricalHinge(NamedLoss):
    """`max(largest wrong score - right score + 1, 0)`, with one-hot labels.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.losses.CategoricalHinge()([[1.0, 0.0]], [[0.5, 0.25]]))
    0.75
    """

    def __init__(self, reduction="sum_over_batch_size", name="categorical_hinge", dtype=None):
        super().__init__(categorical_hinge, reduction, name, dtype)
