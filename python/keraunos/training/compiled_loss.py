"""The losses of `compile`: names, functions or objects, one per output, added up."""

from keraunos.graph import primitives as p
from keraunos.losses.loss import Loss
from keraunos.losses.wrapper import LossFunctionWrapper
from keraunos.metrics import Mean
from keraunos.training.compiled_metrics import flavour
from keraunos.training.outputs import Outputs

_AMBIGUOUS = ("crossentropy", "ce")


class CompiledLoss:
    """The sum of the losses of a model's outputs, each times its weight.

    Args:
        loss: what `compile(loss=...)` was given: one loss, or a list or dict with one per output (None: that output has
            none). A model with one output may have a list of several, which are added.
        loss_weights: a number, or a list or dict of them as `loss`.
        output_names: names of the outputs of a functional model.

    Attributes:
        trackers: running means of the losses of single outputs, when there are several.
    """

    def __init__(self, loss, loss_weights=None, output_names=None):
        self._loss, self._weights, self._names = _resolved_tree(loss), loss_weights, output_names
        self._entries = None
        self.trackers = []

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The total loss of a batch, a scalar tensor, or None when no output has a loss."""
        outputs = Outputs(y_pred, self._names)
        predictions = outputs.leaves(y_pred)
        self.build(y_true, y_pred)
        targets = self._targets(outputs, y_true)
        weights = (
            [None] * outputs.count
            if sample_weight is None
            else outputs.spread(sample_weight, "sample_weight", each=True)
        )
        total = None
        for number, (place, loss, factor) in enumerate(self._entries):
            value = p.cast(loss(targets[place], predictions[place], weights[place]), "float32")
            if self.trackers:
                self.trackers[number].update_state(value, sample_weight=float(predictions[place].shape[0]))
            if factor is not None:
                value = p.multiply(value, float(factor))
            total = value if total is None else p.add(total, value)
        return total

    def given(self, outputs):
        """[(output, loss, weight)] for a model with `outputs`; the loss is a name where shapes must decide what it
        means.

        Raises:
            ValueError: when losses or weights do not match the outputs.
        """
        if outputs.single and isinstance(self._loss, (list, tuple)):
            factors = self._weights if isinstance(self._weights, (list, tuple)) else [self._weights] * len(self._loss)
            entries = [(0, loss, factor) for loss, factor in zip(self._loss, factors, strict=True)]
        else:
            losses = outputs.spread(self._loss, "loss", each=True)
            factors = [None] * outputs.count
            if self._weights is not None:
                factors = outputs.spread(self._weights, "loss_weights", each=True)
                factors = [one[0] if isinstance(one, (list, tuple)) else one for one in factors]
            entries = [(i, *pair) for i, pair in enumerate(zip(losses, factors, strict=True))]
        return [entry for entry in entries if entry[1] is not None]

    def build(self, y_true, y_pred):
        """Finds out which loss is whose, from anything with the shapes of targets and outputs; once."""
        if self._entries is not None:
            return
        outputs = Outputs(y_pred, self._names)
        predictions = outputs.leaves(y_pred)
        given = self.given(outputs)
        targets = self._targets(outputs, y_true, {place for place, _, _ in given})
        entries = []
        for place, loss, factor in given:
            if isinstance(loss, str):
                loss = _resolved(f"{flavour(targets[place].shape, predictions[place].shape)}Crossentropy")
            entries.append((place, loss, factor))
        self._entries = entries
        if len(entries) > 1:
            names = [outputs.names[place] or loss.name for place, loss, _ in entries]
            self.trackers = [Mean(name=f"{name}_loss") for name in names]

    def _targets(self, outputs, y_true, places=None):
        """A target per output; those of outputs without a loss may be left out."""
        places = {place for place, _, _ in self._entries} if places is None else places
        if isinstance(y_true, (list, tuple)) and len(y_true) == len(places) < outputs.count:
            found = iter(y_true)
            return [next(found) if place in places else None for place in range(outputs.count)]
        if isinstance(y_true, (list, tuple)) and len(y_true) == 1 and outputs.single:
            return list(y_true)
        targets = outputs.spread(y_true, "y")
        missing = [outputs.names[place] or place for place in places if targets[place] is None]
        if missing:
            raise ValueError(f"[fit] y holds no target for output {missing[0]!r}, which has a loss")
        return targets


def _resolved_tree(loss):
    """`Loss` objects in the structure of what was given; names that only shapes can resolve stay."""
    if isinstance(loss, dict) and "class_name" not in loss:
        return {name: _resolved_tree(one) for name, one in loss.items()}
    if isinstance(loss, (list, tuple)):
        return [_resolved_tree(one) for one in loss]
    return loss if isinstance(loss, str) and loss.lower() in ("crossentropy", "ce") else _resolved(loss)


def _resolved(loss):
    """A `Loss` for a name, a function, a class, a config or a loss."""
    from keraunos import losses

    found = losses.get(loss)
    if found is None or isinstance(found, Loss):
        return found
    if isinstance(found, type):
        return found()
    name = loss if isinstance(loss, str) else getattr(found, "__name__", "loss")
    wrapper = LossFunctionWrapper(found, name=name)
    wrapper._integer_targets = found is losses.sparse_categorical_crossentropy
    return wrapper
