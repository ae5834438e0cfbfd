"""The best value of one rate while another stays at or above a bound."""

from keraunos import ops
from keraunos.metrics import confusion
from keraunos.metrics.metric import Metric


class _BestUnderBound(Metric):
    """`max(best)` over the thresholds where `bounded >= value`; rates are pairs of counts."""

    def __init__(self, value, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        if not 0 <= value <= 1:
            raise ValueError(f"[{self.name}] the bound must be in [0, 1], got {value}")
        if num_thresholds <= 0:
            raise ValueError(f"[{self.name}] num_thresholds must be positive, got {num_thresholds}")
        self.value = value
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        self.thresholds = [0.5] if num_thresholds == 1 else [0.0, *confusion.spread(num_thresholds), 1.0]
        shape = (len(self.thresholds),)
        self.true_positives = self.add_variable(shape, "zeros", name="true_positives")
        self.false_positives = self.add_variable(shape, "zeros", name="false_positives")
        self.true_negatives = self.add_variable(shape, "zeros", name="true_negatives")
        self.false_negatives = self.add_variable(shape, "zeros", name="false_negatives")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds labels and scores of one shape."""
        found = confusion.counts(y_true, y_pred, self.thresholds, self.dtype, sample_weight, class_id=self.class_id)
        for variable, count in zip(self.variables, found, strict=True):
            variable.assign_add(count)

    def _sensitivity(self):
        return ops.divide_no_nan(self.true_positives, self.true_positives + self.false_negatives)

    def _specificity(self):
        return ops.divide_no_nan(self.true_negatives, self.true_negatives + self.false_positives)

    def _precision(self):
        return ops.divide_no_nan(self.true_positives, self.true_positives + self.false_positives)

    def _best(self, bounded, best):
        return ops.max(ops.where(bounded >= self.value, best, 0))

    def get_config(self):
        return {**super().get_config(), "class_id": self.class_id, "num_thresholds": self.num_thresholds}


class SensitivityAtSpecificity(_BestUnderBound):
    """The best sensitivity `TP / (TP + FN)` with a specificity `TN / (TN + FP)` of at least `specificity`.

    Args:
        specificity: bound in [0, 1].
        num_thresholds: number of thresholds.
        class_id: look at this class alone.
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.SensitivityAtSpecificity(0.5)([0, 0, 1, 1], [0.1, 0.4, 0.3, 0.9]))
    1.0
    """

    def __init__(self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity

    def result(self):
        return self._best(self._specificity(), self._sensitivity())

    def get_config(self):
        return {**super().get_config(), "specificity": self.specificity}


class SpecificityAtSensitivity(_BestUnderBound):
    """The best specificity `TN / (TN + FP)` with a sensitivity `TP / (TP + FN)` of at least `sensitivity`.

    Args:
        sensitivity: bound in [0, 1].
        num_thresholds: number of thresholds.
        class_id: look at this class alone.
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.SpecificityAtSensitivity(0.5)([0, 0, 1, 1], [0.1, 0.4, 0.3, 0.9]))
    1.0
    """

    def __init__(self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity

    def result(self):
        return self._best(self._sensitivity(), self._specificity())

    def get_config(self):
        return {**super().get_config(), "sensitivity": self.sensitivity}


class PrecisionAtRecall(_BestUnderBound):
    """The best precision `TP / (TP + FP)` with a recall `TP / (TP + FN)` of at least `recall`.

    Args:
        recall: bound in [0, 1].
        num_thresholds: number of thresholds.
        class_id: look at this class alone.
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.PrecisionAtRecall(0.5)([0, 0, 1, 1], [0.1, 0.4, 0.3, 0.9]))
    1.0
    """

    def __init__(self, recall, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = recall

    def result(self):
        return self._best(self._sensitivity(), self._precision())

    def get_config(self):
        return {**super().get_config(), "recall": self.recall}


class RecallAtPrecision(_BestUnderBound):
    """The best recall `TP / (TP + FN)` with a precision `TP / (TP + FP)` of at least `precision`.

    Args:
        precision: bound in [0, 1].
        num_thresholds: number of thresholds.
        class_id: look at this class alone.
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.RecallAtPrecision(0.9)([0, 0, 1, 1], [0.1, 0.4, 0.3, 0.9]))
    0.5
    """

    def __init__(self, precision, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = precision

    def result(self):
        return self._best(self._precision(), self._sensitivity())

    def get_config(self):
        return {**super().get_config(), "precision": self.precision}
