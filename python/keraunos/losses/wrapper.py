"""A function as a loss."""

from keraunos import ops
from keraunos.losses.loss import Loss
from keraunos.losses.reduction import align_ranks
from keraunos.ops.rectifiers import floating
from keraunos.saving import serialization


class LossFunctionWrapper(Loss):
    """The loss whose `call` is `fn(y_true, y_pred, **kwargs)`.

    Args:
        fn: function `(y_true, y_pred, **kwargs) -> losses per sample`.
        reduction, name, dtype: see `Loss`.
        kwargs: arguments of `fn`.

    Example:

    >>> import keraunos as keras
    >>> loss = keras.losses.LossFunctionWrapper(lambda y_true, y_pred: y_pred - y_true)
    >>> float(loss([1.0, 1.0], [2.0, 4.0]))
    2.0
    """

    def __init__(self, fn, reduction="sum_over_batch_size", name=None, dtype=None, **kwargs):
        super().__init__(name=name or getattr(fn, "__name__", None), reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true, y_pred):
        if hasattr(y_true, "shape") and hasattr(y_pred, "shape") and not self._integer_targets:
            aligned_true, aligned_pred = align_ranks(y_true, y_pred)
            return self.fn(aligned_true, aligned_pred, **self._fn_kwargs)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self):
        return {
            **super().get_config(),
            "fn": serialization.serialize_keras_object(self.fn),
            **serialization.serialize_keras_object(self._fn_kwargs),
        }

    @classmethod
    def from_config(cls, config):
        config = {key: serialization.deserialize_keras_object(v) if key == "fn" else v for key, v in config.items()}
        return cls(**config)


class NamedLoss(LossFunctionWrapper):
    """A loss of this package: its function is known by its class, so that it is not saved."""

    def get_config(self):
        return {"name": self.name, "reduction": self.reduction}


def pair(y_true, y_pred):
    """Targets and predictions as tensors of one floating-point dtype and, where an axis of extent 1 differs, rank."""
    y_pred = floating(y_pred)
    return align_ranks(ops.cast(ops.convert_to_tensor(y_true), y_pred.dtype), y_pred)
