"""Decoupled weight decay: which variables it acts on, and the step (Loshchilov and Hutter, ICLR 2019)."""

import re

from keraunos import ops


class WeightDecay:
    """The part of `Optimizer` that shrinks variables by `weight_decay * learning_rate` before every update."""

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        """Keeps variables from weight decay.

        Args:
            var_list: variables.
            var_names: patterns that occur in the names of variables.
        """
        self._undecayed = set(var_list or ())
        self._undecayed_names = re.compile("|".join(sorted(set(var_names)))) if var_names else None

    def decays(self, variable):
        """Whether weight decay acts on `variable`."""
        if variable in self._undecayed:
            return False
        return self._undecayed_names is None or not self._undecayed_names.search(variable.name)

    def decay_of(self, variable):
        """The weight decay of `variable`, or `None`."""
        return self.weight_decay

    def _decay(self, variables):
        for variable in variables:
            decay = self.decay_of(variable)
            if decay is not None and self.decays(variable):
                rate = ops.cast(self.learning_rate, variable.dtype)
                variable.assign(variable - variable * (decay * rate))
