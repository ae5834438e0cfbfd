"""Confusion counts, precision and recall."""

from keraunos import ops
from keraunos.metrics import confusion
from keraunos.metrics.metric import Metric


class _Count(Metric):
    """One of the four confusion counts; `_which` is its place in the result of `confusion.counts`."""

    _which = 0

    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = confusion.checked_thresholds(type(self).__name__, thresholds, 0.5)
        self.accumulator = self.add_variable((len(self.thresholds),), "zeros", name="accumulator")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds labels and scores of one shape."""
        found = confusion.counts(y_true, y_pred, self.thresholds, self.dtype, sample_weight)
        self.accumulator.assign_add(found[self._which])

    def result(self):
        return self.accumulator[0] if len(self.thresholds) == 1 else self.accumulator.value

    def get_config(self):
        return {**super().get_config(), "thresholds": self.init_thresholds}


class TruePositives(_Count):
    """Weighted number of positives with a score above the threshold.

    Args:
        thresholds: number or list of numbers in [0, 1]; default 0.5.
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.TruePositives()([1, 1, 0], [0.9, 0.1, 0.8]))
    1.0
    """

    _which = 0


class FalsePositives(_Count):
    """Weighted number of negatives with a score above the threshold.

    Args:
        thresholds: number or list of numbers in [0, 1]; default 0.5.
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.FalsePositives()([1, 1, 0], [0.9, 0.1, 0.8]))
    1.0
    """

    _which = 1


class TrueNegatives(_Count):
    """Weighted number of negatives with a score not above the threshold.

    Args:
        thresholds: number or list of numbers in [0, 1]; default 0.5.
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.TrueNegatives()([1, 1, 0], [0.9, 0.1, 0.8]))
    0.0
    """

    _which = 2


class FalseNegatives(_Count):
    """Weighted number of positives with a score not above the threshold.

    Args:
        thresholds: number or list of numbers in [0, 1]; default 0.5.
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.FalseNegatives()([1, 1, 0], [0.9, 0.1, 0.8]))
    1.0
    """

    _which = 3


class _Ratio(Metric):
    """True positives over true positives plus another count."""

    _other = ("false_positives", 1)

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        default = 0.5 if top_k is None else confusion.NEVER
        self.thresholds = confusion.checked_thresholds(type(self).__name__, thresholds, default)
        shape = (len(self.thresholds),)
        self.true_positives = self.add_variable(shape, "zeros", name="true_positives")
        setattr(self, self._other[0], self.add_variable(shape, "zeros", name=self._other[0]))

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds labels and scores of one shape."""
        found = confusion.counts(
            y_true, y_pred, self.thresholds, self.dtype, sample_weight, top_k=self.top_k, class_id=self.class_id
        )
        self.true_positives.assign_add(found[0])
        getattr(self, self._other[0]).assign_add(found[self._other[1]])

    def result(self):
        ratio = ops.divide_no_nan(self.true_positives, self.true_positives + getattr(self, self._other[0]))
        return ratio[0] if len(self.thresholds) == 1 else ratio

    def get_config(self):
        return {
            **super().get_config(),
            "thresholds": self.init_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }


class Precision(_Ratio):
    """True positives over everything predicted positive; 0 without predictions.

    Args:
        thresholds: number or list of numbers in [0, 1]; default 0.5, or none with `top_k`.
        top_k: count the k largest scores of a sample as predicted.
        class_id: look at this class alone.
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.Precision()([1, 1, 0], [0.9, 0.1, 0.8]))
    0.5
    """

    _other = ("false_positives", 1)


class Recall(_Ratio):
    """True positives over all positives; 0 without positives.

    Args:
        thresholds: number or list of numbers in [0, 1]; default 0.5, or none with `top_k`.
        top_k: count the k largest scores of a sample as predicted.
        class_id: look at this class alone.
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.Recall()([1, 1, 0], [0.9, 0.1, 0.8]))
    0.5
    """

    _other = ("false_negatives", 3)
