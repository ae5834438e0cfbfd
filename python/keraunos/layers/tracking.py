"""Tracking: what a layer owns is found in its attributes, in lists and dictionaries too."""

from keraunos.graph.variable import Variable


class Tracker:
    """The variables, layers, metrics and seed generators of one layer, in order of assignment."""

    __slots__ = ("variables", "layers", "metrics", "seeds", "_places")

    def __init__(self):
        self.variables, self.layers, self.metrics, self.seeds = [], [], [], []
        self._places = {}

    def replace(self, name, value):
        """Tracks `value` as attribute `name` and forgets what stood there."""
        for kind, item in self._places.pop(name, ()):
            if not any(item is other for places in self._places.values() for _, other in places):
                kind[:] = [known for known in kind if known is not item]
        found = []
        self._collect(value, found, set())
        if found:
            self._places[name] = found
            for kind, item in found:
                if not any(known is item for known in kind):
                    kind.append(item)

    def _collect(self, value, found, seen):
        from keraunos.layers.layer import Layer
        from keraunos.metrics.metric import Metric
        from keraunos.random.seed_generator import SeedGenerator

        if isinstance(value, Variable):
            found.append((self.variables, value))
        elif isinstance(value, Layer):
            found.append((self.layers, value))
        elif isinstance(value, SeedGenerator):
            found.append((self.seeds, value))
        elif isinstance(value, Metric):
            found.append((self.metrics, value))
        elif isinstance(value, (list, tuple, dict)) and id(value) not in seen:
            seen.add(id(value))
            for item in value.values() if isinstance(value, dict) else value:
                self._collect(item, found, seen)


class TrackedList(list):
    """A list attribute of a layer: what is appended later is tracked too."""

    def __init__(self, values, notify):
        super().__init__(values)
        self._notify = notify

    def append(self, value):
        super().append(value)
        self._notify(self)

    def extend(self, values):
        super().extend(values)
        self._notify(self)

    def insert(self, index, value):
        super().insert(index, value)
        self._notify(self)

    def pop(self, index=-1):
        value = super().pop(index)
        self._notify(self)
        return value
