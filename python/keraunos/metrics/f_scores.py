"""F-scores: harmonic means of precision and recall."""

from keraunos import config, ops
from keraunos.metrics.metric import Metric

_AVERAGES = (None, "micro", "macro", "weighted")


class FBetaScore(Metric):
    """`(1 + beta^2) precision recall / (beta^2 precision + recall)` per class, or averaged.

    Args:
        average: `None`: one score per class; `"micro"`: of the counts of all classes; `"macro"`: mean of the classes;
            `"weighted"`: mean weighted with the number of positives.
        beta: weight of recall, positive.
        threshold: scores above it count as predicted; default: the largest of a sample does.
        name, dtype: see `Metric`.

    Raises:
        ValueError: for other averages, a beta that is not positive, a threshold outside (0, 1].

    Example:

    >>> import keraunos as keras
    >>> metric = keras.metrics.FBetaScore(beta=2.0, threshold=0.5)
    >>> metric([[1.0, 0.0], [1.0, 1.0]], [[0.9, 0.8], [0.1, 0.9]]).numpy().round(4)
    array([0.5556, 0.8333], dtype=float32)
    """

    def __init__(self, average=None, beta=1.0, threshold=None, name="fbeta_score", dtype=None):
        super().__init__(name=name, dtype=dtype)
        if average not in _AVERAGES:
            raise ValueError(f"[fbeta_score] average must be one of {_AVERAGES}, got {average!r}")
        if not isinstance(beta, float) or beta <= 0:
            raise ValueError(f"[fbeta_score] beta must be a positive float, got {beta!r}")
        if threshold is not None and not (isinstance(threshold, float) and 0 < threshold <= 1):
            raise ValueError(f"[fbeta_score] threshold must be a float in (0, 1], got {threshold!r}")
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self._built = False

    def _build(self, y_true_shape, y_pred_shape):
        if len(y_true_shape) != 2 or len(y_pred_shape) != 2:
            raise ValueError(
                f"[{self.name}] expected labels and scores (N, C), got {tuple(y_true_shape)} and {tuple(y_pred_shape)}"
            )
        shape = () if self.average == "micro" else (y_pred_shape[-1],)
        self.true_positives = self.add_variable(shape, "zeros", name="true_positives")
        self.false_positives = self.add_variable(shape, "zeros", name="false_positives")
        self.false_negatives = self.add_variable(shape, "zeros", name="false_negatives")
        self.intermediate_weights = self.add_variable(shape, "zeros", name="intermediate_weights")
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds one-hot or multi-hot labels and scores, both `(N, C)`."""
        y_true = ops.cast(ops.convert_to_tensor(y_true), self.dtype)
        y_pred = ops.cast(ops.convert_to_tensor(y_pred), self.dtype)
        if not self._built:
            self._build(y_true.shape, y_pred.shape)
        if self.threshold is None:
            largest = ops.max(y_pred, axis=-1, keepdims=True)
            # A sample without any score predicts nothing.
            y_pred = ops.logical_and(y_pred >= largest, ops.absolute(y_pred) > 1e-9)
        else:
            y_pred = y_pred > self.threshold
        y_pred = ops.cast(y_pred, self.dtype)
        axis = None if self.average == "micro" else 0
        weight = None if sample_weight is None else ops.expand_dims(ops.cast(sample_weight, self.dtype), 1)

        def total(values):
            return ops.sum(values if weight is None else values * weight, axis=axis)

        self.true_positives.assign_add(total(y_pred * y_true))
        self.false_positives.assign_add(total(y_pred * (1 - y_true)))
        self.false_negatives.assign_add(total((1 - y_pred) * y_true))
        self.intermediate_weights.assign_add(total(y_true))

    def result(self):
        if not self._built:
            return ops.zeros((), dtype=self.dtype)
        tiny = config.epsilon()
        precision = self.true_positives / (self.true_positives + self.false_positives + tiny)
        recall = self.true_positives / (self.true_positives + self.false_negatives + tiny)
        square = self.beta**2
        score = precision * recall / (square * precision + recall + tiny) * (1 + square)
        if self.average == "weighted":
            return ops.sum(score * self.intermediate_weights / (ops.sum(self.intermediate_weights) + tiny))
        return score if self.average is None else ops.mean(score)

    def get_config(self):
        return {**super().get_config(), "average": self.average, "beta": self.beta, "threshold": self.threshold}


class F1Score(FBetaScore):
    """`2 precision recall / (precision + recall)` per class, or averaged.

    Args:
        average, threshold: see `FBetaScore`.
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> metric = keras.metrics.F1Score(threshold=0.5)
    >>> metric([[1.0, 0.0], [1.0, 1.0]], [[0.9, 0.8], [0.1, 0.9]]).numpy().round(4)
    array([0.6667, 0.6667], dtype=float32)
    """

    def __init__(self, average=None, threshold=None, name="f1_score", dtype=None):
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self):
        config = super().get_config()
        del config["beta"]
        return config
