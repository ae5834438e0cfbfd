"""Outputs by name: how what users give per output (targets, losses, metrics, weights) meets what the model returns."""

from keraunos._structure import flatten


class Outputs:
    """The outputs of a model: a flat list of places, each with a name.

    Args:
        y_pred: what the model returned: a tensor, or a list, tuple or dict of them, nested or not.
        names: names of the outputs of a functional model, in the order of the leaves; None for other models.

    Attributes:
        names: a name per output: the keys of a dict, else the layers' names, else None for models that know none.
        single: whether the model returns one tensor.
    """

    def __init__(self, y_pred, names=None):
        self.count = max(1, len(flatten(y_pred)))
        self.single = not isinstance(y_pred, (list, tuple, dict)) or self.count == 1
        self._structure = y_pred
        if isinstance(y_pred, dict) and len(y_pred) == self.count:
            keys = list(y_pred)
            # The order in which a functional model was given its outputs; else sorted, as `flatten` goes.
            self._order = keys if names and set(names) == set(keys) else sorted(keys)
            self.names = list(self._order)
        else:
            self._order = None
            self.names = list(names) if names and len(names) == self.count else [None] * self.count

    def leaves(self, y_pred):
        """The tensors of the outputs."""
        return [y_pred[key] for key in self._order] if self._order else flatten(y_pred)

    def spread(self, value, what, each=False):
        """`value`, given for all outputs in some form, as a list with an entry per output.

        Args:
            value: a dict by output name, a list in the order of the outputs, the structure of the outputs itself, or
                one entry.
            what: name of the argument, for messages.
            each: whether one entry that is no list or dict holds for every output; else it is the only output's.

        Raises:
            ValueError: for names that no output has, and for the wrong number of entries.
        """
        if isinstance(value, dict):
            return self._by_name(value, what)
        if isinstance(value, (list, tuple)) and not self.single:
            if len(value) == self.count:
                return list(value)
            found = flatten(value)
            if len(found) == self.count:
                return found
        elif each or self.single:
            return [value] * self.count
        raise ValueError(
            f"[compile] {what} must be a list with an entry for each of the {self.count} outputs, or a dict by their "
            "names "
            f"{[name for name in self.names if name]}; got {_form(value)}"
        )

    def _by_name(self, value, what):
        if isinstance(self._structure, dict) and self._order is None:
            return _nested(value, self._structure)
        unknown = [key for key in value if key not in self.names]
        if unknown:
            raise ValueError(f"[compile] {what}: there is no output {unknown[0]!r}; the outputs are {self.names}")
        return [value.get(name) for name in self.names]


def _nested(value, structure):
    """Entries of a nested dict or list in the order of the leaves of `structure`; None where there is none."""
    if isinstance(structure, dict):
        return [
            e
            for key in sorted(structure)
            for e in _nested(value.get(key) if isinstance(value, dict) else None, structure[key])
        ]
    if isinstance(structure, (list, tuple)):
        parts = value if isinstance(value, (list, tuple)) else [value] * len(structure)
        return [e for part, inner in zip(parts, structure, strict=True) for e in _nested(part, inner)]
    return [value]


def _form(value):
    if isinstance(value, (list, tuple)):
        return f"{len(value)} entries"
    return type(value).__name__
