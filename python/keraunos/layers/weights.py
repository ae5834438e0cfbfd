"""LayerWeights: creating, listing, reading and writing the weights of a layer and of the layers inside it."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph.variable import Variable
from keraunos.saving.state import by_position


class LayerWeights:
    """The part of `Layer` that deals with variables. Order: own trainable, own others, then layer by layer."""

    def add_weight(self, shape=None, initializer=None, dtype=None, trainable=True, autocast=True, regularizer=None,
                   constraint=None, aggregation=None, overwrite_with_gradient=False, name=None):  # fmt: skip
        """Creates a weight and tracks it.

        Args:
            shape: tuple of ints; default: a scalar.
            initializer: initializer, its name or config; default: `"glorot_uniform"` for floats, `"zeros"` else.
            dtype: default: the layer's.
            trainable: whether optimizers update it.
            autocast: whether `call` reads it in the compute dtype where that is another one.
            regularizer: penalty added to the losses.
            constraint: projection applied after each update.
            name: name in summaries and files.

        Returns:
            A `keraunos.Variable`.
        """
        from keraunos import constraints, initializers, regularizers

        shape = () if shape is None else tuple(int(extent) for extent in shape)
        if any(extent < 0 for extent in shape):
            raise ValueError(f"[add_weight] {self.name}: shape must not be negative, got {shape}")
        dtype = dtypes.standardize(dtype or self.variable_dtype)
        initializer = initializer or ("glorot_uniform" if dtypes.is_float(dtype) else "zeros")
        variable = Variable(initializers.get(initializer), shape, dtype, trainable, autocast, name=name)
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        self._tracker.replace(f"add_weight {id(variable)}", variable)
        return variable

    def _flatten_layers(self):
        """This layer and all layers inside it, each once, depth first."""
        found, stack = {}, [self]
        while stack:
            layer = stack.pop()
            if id(layer) not in found:
                found[id(layer)] = layer
                stack.extend(reversed(layer._tracker.layers))
        return list(found.values())

    def _name_variables(self, path):
        self._path = path
        for variable in self._tracker.variables:
            variable.path = f"{path}/{variable.name}"
        for layer in self._tracker.layers:
            layer._name_variables(f"{path}/{layer.name}")

    def _own(self):
        own = self._tracker.variables
        return [v for v in own if v.trainable] + [v for v in own if not v.trainable]

    @property
    def weights(self):
        """All variables that are part of the model: trainable or not, without metrics and random seeds."""
        return list({id(v): v for layer in self._flatten_layers() for v in layer._own()}.values())

    @property
    def variables(self):
        """`weights` and the states of seed generators."""
        seeds = [s.state for layer in self._flatten_layers() for s in layer._tracker.seeds]
        return [*self.weights, *seeds]

    @property
    def trainable_weights(self):
        """Variables that optimizers update: none when the layer is frozen."""
        if not self.trainable:
            return []
        found = [v for v in self._tracker.variables if v.trainable]
        for layer in self._tracker.layers:
            found += layer.trainable_weights
        return list({id(v): v for v in found}.values())

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self):
        """`weights` without the trainable ones."""
        trainable = {id(v) for v in self.trainable_weights}
        return [v for v in self.weights if id(v) not in trainable]

    @property
    def non_trainable_variables(self):
        trainable = {id(v) for v in self.trainable_weights}
        return [v for v in self.variables if id(v) not in trainable]

    # How files see a layer (`saving/state.py`): attributes in which nothing is looked for, the layers of a model,
    # whether those come before attributes, and whether a file may lack the state.
    _not_in_files = frozenset({"_constructor_arguments", "_inbound_nodes", "_losses", "_tracker"})
    _layers_in_files = None
    _comes_first_in_files = False
    _may_be_missing = False

    def _variables_in_files(self):
        return self._own()

    def save_own_variables(self, store):
        """Puts the layer's own variables, without those of layers inside, into a dict of arrays; overridable together
        with `load_own_variables`."""
        for position, variable in enumerate(self._own()):
            store[str(position)] = variable

    @by_position
    def load_own_variables(self, store):
        """Assigns what `save_own_variables` put there.

        Args:
            store: dict of arrays.
        """
        for position, variable in enumerate(self._own()):
            variable.assign(store[str(position)])

    def count_params(self):
        """Number of scalars in the weights."""
        if not self.built:
            raise ValueError(
                f"[count_params] {self.name} has no weights before it is built; call it or its build() first"
            )
        return sum(v.size for v in self.weights)

    def get_weights(self):
        """Copies of the weights as a list of arrays, in the order of `weights`."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights):
        """Replaces the weights.

        Args:
            weights: arrays in the order and shapes of `get_weights()`.

        Raises:
            ValueError: when their number or a shape does not fit; then nothing has changed.
        """
        variables = self.weights
        weights = [np.asarray(w) for w in weights]
        if len(weights) != len(variables):
            hint = "" if self.built else "; the layer is not built yet"
            raise ValueError(f"[set_weights] {self.name}: expected {len(variables)} arrays, got {len(weights)}{hint}")
        for variable, value in zip(variables, weights, strict=True):
            if variable.shape != value.shape:
                raise ValueError(f"[set_weights] {variable.path}: expected shape {variable.shape}, got {value.shape}")
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)
