"""Area under the curve of two rates over all thresholds."""

from keraunos import config, ops
from keraunos.metrics import confusion
from keraunos.metrics.metric import Metric

_CURVES = ("ROC", "PR", "PRGAIN")
_METHODS = ("interpolation", "majoring", "minoring")


class AUC(Metric):
    """Area under the ROC curve (true over false positive rate) or the precision-recall curve, as a Riemann sum.

    Args:
        num_thresholds: number of thresholds, evenly spaced.
        curve: `"ROC"`, `"PR"` or `"PRGAIN"` (Flach and Kull, 2015).
        summation_method: `"interpolation"` (trapezoids; between precisions as by Davis and Goadrich, 2006),
            `"majoring"` or `"minoring"` (the larger or smaller end of each step).
        name, dtype: see `Metric`.
        thresholds: thresholds in [0, 1] instead; ends are added.
        multi_label: whether columns have a curve each, whose areas are averaged.
        num_labels: number of columns, when it is known beforehand.
        label_weights: weights of columns.
        from_logits: whether scores are logits.

    Raises:
        ValueError: for unknown curves and methods.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.AUC(num_thresholds=3)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9])), 4)
    0.75
    """

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name=None,
        dtype=None,
        thresholds=None,
        multi_label=False,
        num_labels=None,
        label_weights=None,
        from_logits=False,
    ):
        super().__init__(name=name, dtype=dtype)
        if str(curve).upper() not in _CURVES:
            raise ValueError(f"[auc] curve must be one of {', '.join(_CURVES)}, got {curve!r}")
        if str(summation_method).lower() not in _METHODS:
            raise ValueError(f"[auc] summation_method must be one of {', '.join(_METHODS)}, got {summation_method!r}")
        if num_labels and not multi_label:
            raise ValueError("[auc] num_labels needs multi_label=True")
        self.curve = str(curve).upper()
        self.summation_method = str(summation_method).lower()
        self._given_thresholds = thresholds is not None
        if thresholds is not None:
            inner = sorted(confusion.checked_thresholds("auc", list(thresholds), 0.5))
        elif num_thresholds <= 1:
            raise ValueError(f"[auc] num_thresholds must be larger than 1, got {num_thresholds}")
        else:
            inner = confusion.spread(num_thresholds)
        self.num_thresholds = len(inner) + 2
        self.thresholds = [-config.epsilon(), *inner, 1 + config.epsilon()]
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = label_weights
        self.from_logits = from_logits
        self._built = False
        if not multi_label or num_labels:
            self._build(num_labels)

    def _build(self, labels):
        shape = (self.num_thresholds, labels) if self.multi_label else (self.num_thresholds,)
        self.true_positives = self.add_variable(shape, "zeros", name="true_positives")
        self.false_positives = self.add_variable(shape, "zeros", name="false_positives")
        self.true_negatives = self.add_variable(shape, "zeros", name="true_negatives")
        self.false_negatives = self.add_variable(shape, "zeros", name="false_negatives")
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds labels and scores of one shape, `(N, L)` with `multi_label`."""
        y_pred = ops.convert_to_tensor(y_pred)
        if not self._built:
            if len(y_pred.shape) != 2:
                raise ValueError(f"[auc] multi_label needs predictions (N, L), got shape {tuple(y_pred.shape)}")
            self._build(y_pred.shape[1])
        if self.from_logits:
            y_pred = ops.sigmoid(y_pred)
        found = confusion.counts(
            y_true,
            y_pred,
            self.thresholds,
            self.dtype,
            sample_weight,
            per_label=self.multi_label,
            label_weights=None if self.multi_label else self.label_weights,
        )
        for variable, count in zip(self.variables, found, strict=True):
            variable.assign_add(count)

    def result(self):
        if not self._built:
            return ops.zeros((), dtype=self.dtype)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._average(self._interpolated_precision_recall())
        x, y = self._points()
        before, after = y[:-1], y[1:]
        if self.summation_method == "interpolation":
            heights = (before + after) * 0.5
        elif self.summation_method == "minoring":
            heights = ops.minimum(before, after)
        else:
            heights = ops.maximum(before, after)
        return self._average((x[:-1] - x[1:]) * heights)

    def _points(self):
        tp, fp = self.true_positives.value, self.false_positives.value
        tn, fn = self.true_negatives.value, self.false_negatives.value
        recall = ops.divide_no_nan(tp, tp + fn)
        if self.curve == "ROC":
            return ops.divide_no_nan(fp, fp + tn), recall
        if self.curve == "PR":
            return recall, ops.divide_no_nan(tp, tp + fp)
        odds = ops.divide_no_nan(tp + fn, tn + fp)
        none_found = ops.equal(tp, 0)
        recall_gain = ops.where(none_found, 0, 1 - odds * ops.divide_no_nan(fn, tp))
        precision_gain = ops.where(none_found, 1, 1 - odds * ops.divide_no_nan(fp, tp))
        return ops.maximum(recall_gain, 0), precision_gain

    def _interpolated_precision_recall(self):
        # Between thresholds TP is linear in P = TP + FP: TP = intercept + slope * P. The area of the step in recall is
        # the integral of TP / P over TP, divided by the number of positives.
        tp, predicted = self.true_positives.value, self.true_positives + self.false_positives
        found = tp[:-1] - tp[1:]
        slope = ops.divide_no_nan(found, ops.maximum(predicted[:-1] - predicted[1:], 0))
        intercept = tp[1:] - slope * predicted[1:]
        both = ops.logical_and(predicted[:-1] > 0, predicted[1:] > 0)
        ratio = ops.where(both, ops.divide_no_nan(predicted[:-1], ops.maximum(predicted[1:], 0)), 1)
        positives = ops.maximum(tp[1:] + self.false_negatives.value[1:], 0)
        return ops.divide_no_nan(slope * (found + intercept * ops.log(ratio)), positives)

    def _average(self, steps):
        areas = ops.sum(steps, axis=0)
        if not self.multi_label:
            return areas
        if self.label_weights is None:
            return ops.mean(areas)
        weights = ops.cast(ops.convert_to_tensor(self.label_weights), self.dtype)
        return ops.divide_no_nan(ops.sum(areas * weights), ops.sum(weights))

    def get_config(self):
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": self.label_weights,
            "from_logits": self.from_logits,
        }
        if self._given_thresholds:
            config["thresholds"] = self.thresholds[1:-1]
        return config
