"""Weights of classes as weights of samples, or of steps and pixels where these have labels of their own."""

import numpy as np

from keraunos._structure import map_leaves
from keraunos.training.compiled_metrics import flavour
from keraunos.utils.imbalance import balanced_class_weights


class ClassWeights:
    """What `fit(class_weight=...)` was given, for one model.

    Args:
        given: {class: weight} or "balanced"; for several outputs a dict by their names, or a list, of such, or
            "balanced" for all of them.
        model: the model; the shapes of its outputs tell what its targets are.

    Raises:
        TypeError: for anything else.
    """

    def __init__(self, given, model):
        self._given, self._model = given, model
        for part in _parts(given):
            if part is not None and part != "balanced" and not isinstance(part, dict):
                raise TypeError(f"[fit] class_weight must be a dict {{class: weight}} or 'balanced', got {part!r}")
        self.balanced = "balanced" in [part for part in _parts(given) if isinstance(part, str)]

    def apply(self, x, y, weight):
        """Sample weights for targets `y` of inputs `x`: those of their classes, times `weight` unless that is None.

        Returns:
            float32 array, or list of one per output, with the axes that class numbers have.

        Raises:
            ValueError: when there is no entry, or no target, for an output.
        """
        y = map_leaves(y, np.asarray)
        self._model._build_for(x)
        outputs, known = self._model._known_outputs()
        if outputs is None or outputs.single:
            targets = [y] if isinstance(y, np.ndarray) else list(y.values() if isinstance(y, dict) else y)
            if len(targets) != 1 or len(_parts(self._given)) != 1:
                raise ValueError(
                    "[fit] class_weight needs one array of targets and one dict for a model with one output"
                )
            return _times(_factors(_parts(self._given)[0], targets[0], known and known[0][1]), weight)
        targets = outputs.spread(y, "y")
        weights = [None] * outputs.count if weight is None else outputs.spread(weight, "sample_weight", each=True)
        entries = zip(self._per_output(outputs), targets, known, weights, strict=True)
        return [_times(_factors(part, target, shape), own) for part, target, (_, shape), own in entries]

    def _per_output(self, outputs):
        if isinstance(self._given, (list, tuple)):
            matches = len(self._given) == outputs.count
        else:
            matches = self._given == "balanced" or set(self._given) <= set(outputs.names)
        if not matches:
            raise ValueError(
                "[fit] class_weight needs an entry for every output: "
                f"{{{outputs.names[0]!r}: {{class: weight}}, ...}}; got {self._given!r}"
            )
        return outputs.spread(self._given, "class_weight", each=True)


def _parts(given):
    """The entries: one per output when `given` is a list, or a dict by names."""
    if isinstance(given, (list, tuple)):
        return list(given)
    by_name = isinstance(given, dict) and any(isinstance(part, (dict, str)) or part is None for part in given.values())
    return list(given.values()) if by_name else [given]


def _factors(class_weight, y, shape):
    """float32 weight of every class number: `class_weight[class]`, 1 for classes without an entry."""
    if class_weight is None or y is None:
        return np.ones(1 if y is None else len(y), np.float32)
    numbers = _class_numbers(y, shape)
    table = balanced_class_weights(numbers) if class_weight == "balanced" else _numbered(class_weight)
    present, places = np.unique(numbers, return_inverse=True)
    weights = np.array([table.get(int(number), 1.0) for number in present], np.float32)
    return weights[places].reshape(numbers.shape)


def _numbered(class_weight):
    try:
        return {int(number): float(weight) for number, weight in class_weight.items()}
    except (TypeError, ValueError):
        raise TypeError(f"[fit] class_weight must be a dict {{class number: weight}}, got {class_weight!r}") from None


def _class_numbers(y, shape):
    """Class numbers of targets, by Keras's rule of what targets for an output of `shape` are; the last axis of one-hot
    targets is gone."""
    kind = flavour(y.shape, shape) if shape else "Categorical" if y.ndim > 1 and y.shape[-1] > 1 else "Sparse"
    return y.argmax(-1) if kind == "Categorical" else np.round(y).astype(np.int64)


def _times(factors, weight):
    """The product of two weights of samples, the one with fewer axes spread over the last axes of the other."""
    if weight is None:
        return factors
    weight = np.asarray(weight)
    rank = max(weight.ndim, factors.ndim)
    wide = [a.reshape(*a.shape, *[1] * (rank - a.ndim)) for a in (weight, factors)]
    return np.multiply(*wide).astype(np.float32)
