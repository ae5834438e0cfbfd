"""Coefficient of determination."""

from keraunos import ops
from keraunos.losses.reduction import align_ranks
from keraunos.metrics.metric import Metric

_AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


class R2Score(Metric):
    """`1 - sum((y - p)^2) / sum((y - mean(y))^2)`: the share of the variance that predictions explain.

    Args:
        class_aggregation: `"uniform_average"` or `"variance_weighted_average"` of the columns, `None`: all of them.
        num_regressors: number of independent variables for the adjusted score; 0: not adjusted.
        name, dtype: see `Metric`.

    Raises:
        ValueError: for other aggregations and a negative number of regressors.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.R2Score()([[1.0], [2.0], [3.0]], [[1.0], [2.0], [4.0]]))
    0.5
    """

    def __init__(self, class_aggregation="uniform_average", num_regressors=0, name="r2_score", dtype=None):
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in _AGGREGATIONS:
            raise ValueError(f"[r2_score] class_aggregation must be one of {_AGGREGATIONS}, got {class_aggregation!r}")
        if num_regressors < 0:
            raise ValueError(f"[r2_score] num_regressors must not be negative, got {num_regressors}")
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), "zeros", name="num_samples")
        self._built = False

    def _build(self, y_true_shape, y_pred_shape):
        if len(y_true_shape) != 2 or len(y_pred_shape) != 2:
            raise ValueError(
                f"[r2_score] expected targets and predictions (N, D), got {tuple(y_true_shape)} and "
                f"{tuple(y_pred_shape)}"
            )
        shape = (y_pred_shape[-1],)
        self.squared_sum = self.add_variable(shape, "zeros", name="squared_sum")
        self.sum = self.add_variable(shape, "zeros", name="sum")
        self.residual = self.add_variable(shape, "zeros", name="residual")
        self.count = self.add_variable(shape, "zeros", name="count")
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds targets and predictions `(N, D)`."""
        y_true = ops.cast(ops.convert_to_tensor(y_true), self.dtype)
        y_pred = ops.cast(ops.convert_to_tensor(y_pred), self.dtype)
        y_true, y_pred = align_ranks(y_true, y_pred)
        if not self._built:
            self._build(y_true.shape, y_pred.shape)
        weight = ops.cast(1.0 if sample_weight is None else ops.convert_to_tensor(sample_weight), self.dtype)
        if len(weight.shape) == 1:
            weight = ops.expand_dims(weight, 1)
        weight = ops.broadcast_to(weight, y_true.shape)
        weighted = y_true * weight
        self.sum.assign_add(ops.sum(weighted, axis=0))
        self.squared_sum.assign_add(ops.sum(y_true * weighted, axis=0))
        self.residual.assign_add(ops.sum(ops.square(y_true - y_pred) * weight, axis=0))
        self.count.assign_add(ops.sum(weight, axis=0))
        self.num_samples.assign_add(float(y_true.shape[0] * y_true.shape[1]))

    def result(self):
        if not self._built:
            return ops.zeros((), dtype=self.dtype)
        total = self.squared_sum - self.sum * (self.sum / self.count)
        scores = 1 - self.residual / total
        scores = ops.where(ops.isinf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = ops.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = ops.sum(total * scores) / ops.sum(total)
        if self.num_regressors:
            # With no more samples than regressors the adjustment has no meaning; the plain score stays.
            freedom = self.num_samples - (self.num_regressors + 1)
            adjusted = 1 - (1 - scores) * (self.num_samples - 1) / freedom
            scores = ops.where(freedom > 0, adjusted, scores)
        return scores

    def get_config(self):
        return {
            **super().get_config(),
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }
