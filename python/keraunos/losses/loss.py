"""What every loss is: a callable `(y_true, y_pred, sample_weight) -> scalar` that can be saved."""

from keraunos import config, dtype_policies, ops
from keraunos._naming import automatic_name
from keraunos.losses.reduction import checked_reduction, reduce_weighted


class Loss:
    """Base class: subclasses implement `call(y_true, y_pred)`, which returns one loss per sample.

    Args:
        name: name in logs.
        reduction: `"sum_over_batch_size"`, `"sum"`, `"mean"`, `"mean_with_sample_weight"` or `"none"`.
        dtype: dtype of the computation; default: `keraunos.config.floatx()`.

    Raises:
        ValueError: for other reductions.

    Example:

    >>> import keraunos as keras
    >>> class Cubes(keras.losses.Loss):
    ...     def call(self, y_true, y_pred):
    ...         return keras.ops.sum((y_pred - y_true) ** 3, axis=-1)
    >>> float(Cubes()([[0.0]], [[2.0]]))
    8.0
    """

    # Class numbers stay integers where a loss looks them up.
    _integer_targets = False

    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        self.name = name or automatic_name(type(self))
        self.reduction = checked_reduction(reduction)
        self._dtype_policy = dtype_policies.get(dtype or config.floatx())

    @property
    def dtype(self):
        """Name of the dtype of the computation."""
        return self._dtype_policy.compute_dtype

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The reduced loss.

        Args:
            y_true: targets, shape `(N, ...)`.
            y_pred: predictions, shape `(N, ...)`; a mask attached to them takes values out.
            sample_weight: factors of the losses, shape `(N,)` or that of the losses.
        """
        mask = getattr(y_pred, "_keras_mask", None)
        y_pred = _convert(y_pred, self.dtype)
        y_true = _convert(y_true, None if self._integer_targets else self.dtype)
        values = self.call(y_true, y_pred)
        own_mask = getattr(values, "_keras_mask", None)
        if own_mask is not None:
            mask = own_mask if mask is None else ops.logical_and(mask, own_mask)
        return reduce_weighted(values, sample_weight, mask, self.reduction)

    def call(self, y_true, y_pred):
        """Losses per sample, shape `(N, ...)` without the axis they were taken over."""
        raise NotImplementedError(f"[loss] {type(self).__name__} must implement call(y_true, y_pred)")

    def get_config(self):
        """Constructor arguments, for saving."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config):
        """The loss that `get_config` described."""
        return cls(**config)


def _convert(value, dtype):
    if isinstance(value, dict):
        return {key: _convert(item, dtype) for key, item in value.items()}
    if isinstance(value, (list, tuple)) and any(hasattr(item, "shape") for item in value):
        return type(value)(_convert(item, dtype) for item in value)
    tensor = ops.convert_to_tensor(value)
    # A tensor that has the dtype already must stay the same object: it may carry its logits.
    if dtype is None or tensor.dtype == dtype:
        return tensor
    converted = ops.cast(tensor, dtype)
    logits = getattr(tensor, "_keras_logits", None)
    if logits is not None and tensor.dtype in ("bfloat16", "float16"):
        # Probabilities that were rounded to halves have no gradient below 1e-7; their logits have.
        converted._keras_logits = ops.cast(logits, dtype)
    return converted
