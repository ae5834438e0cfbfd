"""The metrics of `compile`: names resolved against shapes, updated together."""

from keraunos.metrics.metric import Metric
from keraunos.training.outputs import Outputs

_AMBIGUOUS = ("accuracy", "acc", "crossentropy", "ce")


class CompiledMetrics:
    """Metrics of a model's outputs.

    Args:
        metrics: what `compile(metrics=...)` was given: a list for the only output; a list or dict with an entry (a
            metric, a list of them or None) per output for several. Updated without sample weights.
        weighted_metrics: what `compile(weighted_metrics=...)` was given; updated with them.
        output_names: names of the outputs of a functional model.
    """

    def __init__(self, metrics, weighted_metrics, output_names=None):
        self._given = [(metrics, False), (weighted_metrics, True)]
        self._names = output_names
        self._built = None

    def build(self, y_true, y_pred):
        """Makes the metric objects, once the shapes are known which `"accuracy"` depends on.

        Args:
            y_true, y_pred: anything with the shapes of targets and outputs, in their structures.
        """
        if self._built is not None:
            return
        outputs = Outputs(y_pred, self._names)
        y_pred, y_true = outputs.leaves(y_pred), self._targets(outputs, y_true)
        keys, built = {"loss"}, []
        for given, weighted in self._given:
            what = "weighted_metrics" if weighted else "metrics"
            for place, one in enumerate(_per_output(given, outputs, what)):
                for entry in _flat(one):
                    metric = _resolve(entry, y_true[place].shape, y_pred[place].shape)
                    prefix = f"{outputs.names[place]}_" if outputs.count > 1 and outputs.names[place] else ""
                    key = _new_key(keys, metric.name, prefix, weighted)
                    keys.add(key)
                    built.append((place, metric, weighted, key))
        self._built = built

    def _targets(self, outputs, y_true):
        """A target per output."""
        if not any(given for given, _ in self._given):
            return [None] * outputs.count
        return [y_true[0]] if isinstance(y_true, (list, tuple)) and outputs.single else outputs.spread(y_true, "y")

    @property
    def metrics(self):
        """The metric objects; empty before `build`."""
        return [metric for _, metric, _, _ in self._built or ()]

    def key(self, metric):
        """The name of `metric` in logs: its own behind that of its output, or one that tells it from another metric of
        that name."""
        return next((key for _, known, _, key in self._built or () if known is metric), metric.name)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch."""
        self.build(y_true, y_pred)
        if not self._built:
            return
        outputs = Outputs(y_pred, self._names)
        y_pred, targets = outputs.leaves(y_pred), self._targets(outputs, y_true)
        weights = [None] * outputs.count
        if sample_weight is not None:
            weights = outputs.spread(sample_weight, "sample_weight", each=True)
        for place, metric, weighted, _ in self._built:
            if weighted:
                metric.update_state(targets[place], y_pred[place], sample_weight=weights[place])
            else:
                metric.update_state(targets[place], y_pred[place])


def _per_output(given, outputs, what):
    if given is None or isinstance(given, (list, tuple)) and not given:
        return [None] * outputs.count
    if outputs.single and not (isinstance(given, dict) and set(given) <= set(outputs.names)):
        return [given]
    return outputs.spread(given, what)


def _new_key(keys, name, prefix, weighted):
    """A name for the logs that is not taken: that of a weighted metric says so, else numbers tell them apart."""
    key = f"{prefix}{name}"
    if key in keys and weighted:
        key = f"{prefix}weighted_{name}"
    number, base = 1, key
    while key in keys:
        key, number = f"{base}_{number}", number + 1
    return key


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
        return getattr(metrics, flavour(y_true_shape, y_pred_shape) + kind)(name=given)
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


def flavour(y_true_shape, y_pred_shape):
    """Keras's rule: one output unit is binary; labels with an axis less, or one column, are sparse; else one-hot."""
    if not y_pred_shape or y_pred_shape[-1] == 1:
        return "Binary"
    sparse = len(y_true_shape) < len(y_pred_shape) or (y_true_shape[-1] == 1 and y_pred_shape[-1] > 1)
    return "SparseCategorical" if sparse else "Categorical" if y_pred_shape[-1] > 1 else "Binary"
