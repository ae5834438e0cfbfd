"""Weighted sums and means of values."""

from keraunos import ops
from keraunos.losses.reduction import align_ranks, apply_mask
from keraunos.metrics.metric import Metric
from keraunos.saving import serialization


def per_sample(values, sample_weight, reduce, dtype):
    """Values and weights of samples, both `(N,)`.

    Args:
        values: tensor `(N, ...)`; a mask attached to it sets weights to zero.
        sample_weight: tensor of the leading axes of `values`, or `None`.
        reduce: `ops.mean` or `ops.sum`: what happens to the axes after the first.
        dtype: dtype of the results.
    """
    mask = getattr(values, "_keras_mask", None)
    values = ops.cast(ops.convert_to_tensor(values), dtype)
    if sample_weight is not None:
        sample_weight = ops.cast(ops.convert_to_tensor(sample_weight), dtype)
        sample_weight = apply_mask(sample_weight, mask, dtype, "sum")
        values, sample_weight = align_ranks(values, sample_weight)
        weight_rank, rank = len(sample_weight.shape), len(values.shape)
        if rank > weight_rank:
            values = reduce(values, axis=tuple(range(weight_rank, rank)))
        sample_weight = ops.broadcast_to(sample_weight, values.shape)
        values = values * sample_weight
        if weight_rank > 1:
            sample_weight = reduce(sample_weight, axis=tuple(range(1, weight_rank)))
    if len(values.shape) > 1:
        values = reduce(values, axis=tuple(range(1, len(values.shape))))
    return values, sample_weight


class Sum(Metric):
    """The weighted sum of values.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> metric = keras.metrics.Sum()
    >>> metric.update_state([1.0, 3.0])
    >>> float(metric.result())
    4.0
    """

    def __init__(self, name="sum", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")

    def update_state(self, values, sample_weight=None):
        """Adds `values (N, ...)`, weighted with `sample_weight`."""
        values, _ = per_sample(values, sample_weight, ops.sum, self.dtype)
        self.total.assign_add(ops.sum(values))

    def result(self):
        return self.total.value


class Mean(Metric):
    """The weighted mean of values: `sum(w x) / sum(w)`, 0 without values.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> metric = keras.metrics.Mean()
    >>> metric.update_state([1.0, 3.0], sample_weight=[3.0, 1.0])
    >>> float(metric.result())
    1.5
    """

    def __init__(self, name="mean", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, values, sample_weight=None):
        """Adds `values (N, ...)`, averaged over all axes but the first, weighted with `sample_weight`."""
        values, sample_weight = per_sample(values, sample_weight, ops.mean, self.dtype)
        self.total.assign_add(ops.sum(values))
        if sample_weight is not None:
            self.count.assign_add(ops.sum(sample_weight))
        else:
            self.count.assign_add(float(values.shape[0]) if values.shape else 1.0)

    def result(self):
        return ops.divide_no_nan(self.total, self.count)


class MeanMetricWrapper(Mean):
    """The mean of a function of targets and predictions.

    Args:
        fn: function `(y_true, y_pred, **kwargs) -> values (N, ...)`.
        name, dtype: see `Metric`.
        kwargs: arguments of `fn`.

    Example:

    >>> import keraunos as keras
    >>> metric = keras.metrics.MeanMetricWrapper(lambda y_true, y_pred: y_pred - y_true, name="bias")
    >>> metric.update_state(keras.ops.zeros((2,)), keras.ops.ones((2,)))
    >>> float(metric.result())
    1.0
    """

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(name=name or getattr(fn, "__name__", None), dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds `fn(y_true, y_pred)`; where a mask is attached to `y_pred`, masked values do not count."""
        mask = getattr(y_pred, "_keras_mask", None)
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        super().update_state(values, apply_mask(sample_weight, mask, self.dtype, "sum"))

    def get_config(self):
        return {
            **super().get_config(),
            "fn": serialization.serialize_keras_object(self._fn),
            **serialization.serialize_keras_object(self._fn_kwargs),
        }

    @classmethod
    def from_config(cls, config):
        config = {key: serialization.deserialize_keras_object(v) if key == "fn" else v for key, v in config.items()}
        return cls(**config)


class NamedMean(MeanMetricWrapper):
    """A mean metric of this package: its function is known by its class; `_saved` names the arguments to save."""

    _saved = ()

    def get_config(self):
        return {**Metric.get_config(self), **{name: self._fn_kwargs[name] for name in self._saved}}

    @classmethod
    def from_config(cls, config):
        return cls(**config)
