"""Crossentropies for one class of many."""

from keraunos import config, ops
from keraunos.losses.binary import checked_smoothing
from keraunos.losses.wrapper import NamedLoss
from keraunos.ops.rectifiers import floating


def _classes(tag, y_true, y_pred, axis):
    y_pred = floating(y_pred)
    y_true = ops.cast(ops.convert_to_tensor(y_true), y_pred.dtype)
    if len(y_true.shape) != len(y_pred.shape) or y_true.shape[axis] != y_pred.shape[axis]:
        raise ValueError(
            f"[{tag}] y_true {tuple(y_true.shape)} and y_pred {tuple(y_pred.shape)} must have the same shape; "
            "for class numbers use sparse_categorical_crossentropy"
        )
    return y_true, y_pred


def _smoothed(y_true, label_smoothing, axis):
    if not label_smoothing:
        return y_true
    return y_true * (1.0 - label_smoothing) + label_smoothing / y_true.shape[axis]


def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """`-sum(t log(p))` over `axis`.

    Args:
        y_true: one-hot labels or probabilities, shape `(N, ..., C)`.
        y_pred: probabilities or logits of the same shape.
        from_logits: whether `y_pred` holds logits.
        label_smoothing: share of the label that is spread evenly over all classes.
        axis: axis of classes.

    >>> import keraunos as keras
    >>> keras.losses.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).numpy().round(4)
    array([0.6931], dtype=float32)
    """
    y_true, y_pred = _classes("categorical_crossentropy", y_true, y_pred, axis)
    y_true = _smoothed(y_true, label_smoothing, axis)
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


def categorical_focal_crossentropy(
    y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """`sum(alpha (1 - p)^gamma * -t log(p))` over `axis`, which fades easy samples out (Lin et al., 2017).

    Args:
        y_true: one-hot labels or probabilities, shape `(N, ..., C)`.
        y_pred: probabilities or logits of the same shape.
        alpha: factor, or one per class.
        gamma: exponent.
        from_logits, label_smoothing, axis: see `categorical_crossentropy`.

    >>> import keraunos as keras
    >>> keras.losses.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).numpy().round(4)
    array([0.0433], dtype=float32)
    """
    y_true, y_pred = _classes("categorical_focal_crossentropy", y_true, y_pred, axis)
    y_true = _smoothed(y_true, label_smoothing, axis)
    if from_logits:
        y_pred = ops.softmax(y_pred, axis=axis)
    y_pred = y_pred / ops.sum(y_pred, axis=axis, keepdims=True)
    y_pred = ops.clip(y_pred, config.epsilon(), 1 - config.epsilon())
    weight = ops.power(1.0 - y_pred, gamma) * (
        alpha if isinstance(alpha, (int, float)) else ops.cast(alpha, y_pred.dtype)
    )
    return ops.sum(weight * -y_true * ops.log(y_pred), axis=axis)


def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    """`-log(p[t])` along `axis`.

    Args:
        y_true: class numbers, shape `(N, ...)` or `(N, ..., 1)`.
        y_pred: probabilities or logits, shape `(N, ..., C)`.
        from_logits: whether `y_pred` holds logits.
        ignore_class: a class number whose samples do not count.
        axis: axis of classes.

    >>> import keraunos as keras
    >>> keras.losses.sparse_categorical_crossentropy([1], [[0.5, 0.5]]).numpy().round(4)
    array([0.6931], dtype=float32)
    """
    y_pred = floating(y_pred)
    y_true = ops.convert_to_tensor(y_true)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, axis=-1)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)
    y_true = ops.cast(y_true, "int32")
    counts = ops.not_equal(y_true, ignore_class)
    # An ignored label may be out of range, and its predictions must not send NaN back: both become zero.
    y_true = ops.where(counts, y_true, 0)
    y_pred = y_pred * ops.cast(ops.expand_dims(counts, axis), y_pred.dtype)
    entropy = ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)
    entropy = ops.where(counts, entropy, 0)
    entropy._keras_mask = counts
    return entropy


def categorical_generalized_cross_entropy(y_true, y_pred, q):
    """`(1 - p[t]^q) / q`: between crossentropy (q towards 0) and absolute error (q = 1), robust against wrong labels.

    Source: Zhang and Sabuncu, 2018.

    Args:
        y_true: class numbers, shape `(N, ...)`.
        y_pred: probabilities, shape `(N, ..., C)`.
        q: exponent in (0, 1].

    >>> import keraunos as keras
    >>> keras.losses.categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5).numpy()
    array([1.], dtype=float32)
    """
    y_pred = floating(y_pred)
    chosen = ops.one_hot(ops.cast(ops.convert_to_tensor(y_true), "int32"), y_pred.shape[-1], dtype=y_pred.dtype)
    return (1 - ops.power(ops.sum(y_pred * chosen, axis=-1), q)) / q


class CategoricalCrossentropy(NamedLoss):
    """`-sum(t log(p))` over the axis of classes.

    Args:
        from_logits: whether predictions are logits.
        label_smoothing: in [0, 1]: share of the label that is spread evenly over all classes.
        axis: axis of classes.
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.losses.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.6931
    """

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_crossentropy",
        dtype=None,
    ):
        super().__init__(
            categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=checked_smoothing(label_smoothing),
            axis=axis,
        )

    def get_config(self):
        return {**super().get_config(), **self._fn_kwargs}


class CategoricalFocalCrossentropy(NamedLoss):
    """Categorical crossentropy that fades easy samples out (Lin et al., 2017).

    Args:
        alpha, gamma: see `categorical_focal_crossentropy`.
        from_logits, label_smoothing, axis: see `CategoricalCrossentropy`.
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.losses.CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.0433
    """

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_focal_crossentropy",
        dtype=None,
    ):
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=checked_smoothing(label_smoothing),
            axis=axis,
        )

    def get_config(self):
        return {**super().get_config(), **self._fn_kwargs}


class SparseCategoricalCrossentropy(NamedLoss):
    """`-log(p[t])`, with class numbers as labels.

    Args:
        from_logits: whether predictions are logits.
        ignore_class: a class number whose samples do not count.
        axis: axis of classes.
        reduction, name, dtype: see `Loss`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.losses.SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
    0.6931
    """

    _integer_targets = True

    def __init__(
        self,
        from_logits=False,
        ignore_class=None,
        reduction="sum_over_batch_size",
        axis=-1,
        name="sparse_categorical_crossentropy",
        dtype=None,
    ):
        super().__init__(
            sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )

    def get_config(self):
        arguments = dict(self._fn_kwargs)
        if arguments["axis"] == -1:
            del arguments["axis"]
        return {**super().get_config(), **arguments}


class CategoricalGeneralizedCrossEntropy(NamedLoss):
    """`(1 - p[t]^q) / q`, robust against wrong labels (Zhang and Sabuncu, 2018).

    Args:
        q: exponent in (0, 1).
        reduction, name, dtype: see `Loss`.

    Raises:
        ValueError: for other exponents.

    Example:

    >>> import keraunos as keras
    >>> float(keras.losses.CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
    1.0
    """

    _integer_targets = True

    def __init__(
        self, q=0.5, reduction="sum_over_batch_size", name="categorical_generalized_cross_entropy", dtype=None
    ):
        if not 0 < q < 1:
            raise ValueError(f"[categorical_generalized_cross_entropy] q must be in (0, 1), got {q}")
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)

    def get_config(self):
        return {**super().get_config(), **self._fn_kwargs}
