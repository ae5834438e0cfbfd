"""Crossentropies for yes or no."""

from keraunos import ops
from keraunos.losses.wrapper import NamedLoss, pair


def _smoothed(y_true, label_smoothing):
    return y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing if label_smoothing else y_true


def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """`-mean(t log(p) + (1 - t) log(1 - p))` over `axis`.

    Args:
        y_true: labels or probabilities, shape `(N, ..., D)`.
        y_pred: probabilities or logits of the same shape.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: share by which labels move towards 1/2.
        axis: axis of the mean.

    >>> import keraunos as keras
    >>> keras.losses.binary_crossentropy([[1.0, 0.0]], [[0.5, 0.5]]).numpy().round(4)
    array([0.6931], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    y_true = _smoothed(y_true, label_smoothing)
    return ops.mean(ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits), axis=axis)


def binary_focal_crossentropy(
    y_true, y_pred, apply_class_balancing=False, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """Binary crossentropy times `(1 - p_t)^gamma`, which fades easy samples out (Lin et al., 2017).

    Args:
        y_true: labels or probabilities, shape `(N, ..., D)`.
        y_pred: probabilities or logits of the same shape.
        apply_class_balancing: whether to weight classes 1 and 0 with `alpha` and `1 - alpha`.
        alpha: weight of class 1.
        gamma: exponent; 0 gives the crossentropy.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: share by which labels move towards 1/2.
        axis: axis of the mean.

    >>> import keraunos as keras
    >>> keras.losses.binary_focal_crossentropy([[1.0]], [[0.5]]).numpy().round(4)
    array([0.1733], dtype=float32)
    """
    y_true, y_pred = pair(y_true, y_pred)
    y_true = _smoothed(y_true, label_smoothing)
    if from_logits:
        logits, y_pred = y_pred, ops.sigmoid(y_pred)
        entropy = ops.binary_crossentropy(y_true, logits, from_logits=True)
    else:
        entropy = ops.binary_crossentropy(y_true, y_pred)
    right = y_true * y_pred + (1 - y_true) * (1 - y_pred)
    focal = ops.power(1.0 - right, gamma) * entropy
    if apply_class_balancing:
        focal = (y_true * alpha + (1 - y_true) * (1 - alpha)) * focal
    return ops.mean(focal, axis=axis)


class BinaryCrossentropy(NamedLoss):
    """`-mean(t log(p) + (1 - t) log(1 - p))`.

    Args:
        from_logits: whether predictions are logits.
        label_smoothing: in [0, 1]: share by which labels move towards 1/2.
        axis: axis of the mean.
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.losses.BinaryCrossentropy()([[1.0, 0.0]], [[0.5, 0.5]])), 4)
    0.6931
    """

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_crossentropy",
        dtype=None,
    ):
        super().__init__(
            binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=checked_smoothing(label_smoothing),
            axis=axis,
        )

    def get_config(self):
        return {**super().get_config(), **self._fn_kwargs}


class BinaryFocalCrossentropy(NamedLoss):
    """Binary crossentropy that fades easy samples out (Lin et al., 2017).

    Args:
        apply_class_balancing, alpha, gamma: see `binary_focal_crossentropy`.
        from_logits, label_smoothing, axis: see `BinaryCrossentropy`.
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.losses.BinaryFocalCrossentropy()([[1.0]], [[0.5]])), 4)
    0.1733
    """

    def __init__(
        self,
        apply_class_balancing=False,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_focal_crossentropy",
        dtype=None,
    ):
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=checked_smoothing(label_smoothing),
            axis=axis,
        )

    def get_config(self):
        return {**super().get_config(), **self._fn_kwargs}


def checked_smoothing(label_smoothing):
    """`label_smoothing`, if it lies in [0, 1]."""
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"[loss] label_smoothing must be in [0, 1], got {label_smoothing}")
    return label_smoothing
