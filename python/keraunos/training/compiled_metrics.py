"""The metrics of `compile`: names resolved against shapes, updated together."""

from keraunos.metrics.metric import Metric

_AMBIGUOUS = ("accuracy", "acc", "crossentropy", "ce")


class CompiledMetrics:
    """Metrics of a model with one output.

    Args:
        metrics: what `compile(metrics=...)` was given; updated without sample weights.
        weighted_metrics: what `compile(weighted_metrics=...)` was given; updated with them.
    """

    def __init__(self, metrics, weighted_metrics):
        self._given = [(m, False) for m in _flat(metrics)] + [(m, True) for m in _flat(weighted_metrics)]
        self._built = None

    def build(self, y_true_shape, y_pred_shape):
        """Makes the metric objects, now that the shapes are known which `"accuracy"` depends on."""
        if self._built is None:
            keys, built = {"loss"}, []
            for given, weighted in self._given:
                metric = _resolve(given, y_true_shape, y_pred_shape)
                key = metric.name if metric.name not in keys or not weighted else f"weighted_{metric.name}"
                number = 1
                while key in keys:
                    key, number = f"{metric.name}_{number}", number + 1
                keys.add(key)
                built.append((metric, weighted, key))
            self._built = built

    @property
    def metrics(self):
        """The metric objects; empty before `build`."""
        return [metric for metric, _, _ in self._built or ()]

    def key(self, metric):
        """The name of `metric` in logs: its own, or one that tells it from another metric of that name."""
        return next((key for known, _, key in self._built or () if known is metric), metric.name)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch."""
        self.build(y_true.shape, y_pred.shape)
        for metric, weighted, _ in self._built:
            if weighted:
                metric.update_state(y_true, y_pred, sample_weight=sample_weight)
            else:
                metric.update_state(y_true, y_pred)


def _flat(metrics):
    if metrics is None:
        return []
    if isinstance(metrics, dict):
        return [m for value in metrics.values() for m in _flat(value)]
    if isinstance(metrics, (list, tuple)):
        return [m for value in metrics for m in _flat(value)]
    return [metrics]


def _resolve(given, y_true_shape, y_pred_shape):
    from keraunos import metrics

    if isinstance(given, str) and given.lower() in _AMBIGUOUS:
        kind = "Accuracy" if given.lower() in ("accuracy", "acc") else "Crossentropy"
        return getattr(metrics, _flavour(y_true_shape, y_pred_shape) + kind)(name=given)
    found = metrics.get(given)
    if isinstance(found, Metric):
        if isinstance(given, str):
            found.name = given
        return found
    if isinstance(found, type):
        return found()
    return metrics.MeanMetricWrapper(found, name=given if isinstance(given, str) else _function_name(found))


def _function_name(function):
    return getattr(function, "__name__", type(function).__name__).strip("<>")


def _flavour(y_true_shape, y_pred_shape):
    """Keras's rule: one output unit is binary; labels with an axis less, or one column, are sparse; else one-hot."""
    if not y_pred_shape or y_pred_shape[-1] == 1:
        return "Binary"
    sparse = len(y_true_shape) < len(y_pred_shape) or (y_true_shape[-1] == 1 and y_pred_shape[-1] > 1)
    return "SparseCategorical" if sparse else "Categorical" if y_pred_shape[-1] > 1 else "Binary"
