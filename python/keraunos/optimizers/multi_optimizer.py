"""MultiOptimizer: different optimizers for different variables; OptimizerMap: which one for which, by path."""

import re
from collections.abc import MutableMapping

from keraunos.optimizers.loss_scale_optimizer import LossScaleOptimizer
from keraunos.optimizers.optimizer import Optimizer
from keraunos.saving import serialization


class OptimizerMap(MutableMapping):
    """Optimizers by the paths of variables.

    Args:
        default_optimizer: for variables that no key fits.
        optimizer_map: dict of key -> optimizer. A key is a path, or a regular expression that has to fit all of it:
            `"encoder/.*"` for everything inside of `encoder`. A key that is the path itself comes first.

    Raises:
        TypeError: when these are no optimizers.
        ValueError: for keys that are there already or no strings, and where several expressions fit a path.

    Example:

    >>> import keraunos as keras
    >>> optimizers = keras.optimizers.OptimizerMap(keras.optimizers.SGD())
    >>> optimizers["encoder/.*"] = keras.optimizers.Adam()
    >>> type(optimizers["encoder/dense/kernel"]).__name__, type(optimizers["decoder/kernel"]).__name__
    ('Adam', 'SGD')

    Source: https://keras.io/api/optimizers/
    """

    def __init__(self, default_optimizer, optimizer_map=None):
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(f"[optimizer_map] default_optimizer must be an optimizer, got {default_optimizer!r}")
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise TypeError(f"[optimizer_map] optimizer_map must be a dict, got {optimizer_map!r}")
        self.default_optimizer = default_optimizer
        self._optimizers = {}
        for key, optimizer in (optimizer_map or {}).items():
            self[key] = optimizer

    def __getitem__(self, key):
        if key in self._optimizers:
            return self._optimizers[key]
        fitting = [pattern for pattern in self._optimizers if re.fullmatch(pattern, key)]
        if len(fitting) > 1:
            raise ValueError(f"[optimizer_map] several keys fit {key!r}: {', '.join(fitting)}")
        return self._optimizers[fitting[0]] if fitting else self.default_optimizer

    def __setitem__(self, key, optimizer):
        if not isinstance(key, str):
            raise ValueError(f"[optimizer_map] a key must be a string, got {key!r}")
        if key in self._optimizers:
            raise ValueError(f"[optimizer_map] there is an optimizer for {key!r} already; delete it first")
        self._optimizers[key] = checked(optimizer, key)

    def __delitem__(self, key):
        del self._optimizers[key]

    def __len__(self):
        return len(self._optimizers)

    def __iter__(self):
        return iter(self._optimizers)

    def __call__(self, variable):
        """The optimizer of a variable."""
        return self[variable.path]

    def get_config(self):
        """Constructor arguments, for saving."""
        return {
            "default_optimizer": serialization.serialize_keras_object(self.default_optimizer),
            "optimizer_map": serialization.serialize_keras_object(self._optimizers),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The map that `get_config` described."""
        return cls(**{k: serialization.deserialize_keras_object(v, custom_objects) for k, v in config.items()})


def checked(optimizer, what):
    """`optimizer`, if it is one that others may contain.

    Raises:
        ValueError: for anything else.
    """
    if not isinstance(optimizer, Optimizer):
        raise ValueError(f"[optimizer_map] {what}: expected an optimizer, got {optimizer!r}")
    if isinstance(optimizer, (LossScaleOptimizer, MultiOptimizer)):
        raise ValueError(f"[optimizer_map] {what}: a {type(optimizer).__name__} cannot be inside of a MultiOptimizer")
    return optimizer


class MultiOptimizer(Optimizer):
    """Updates every variable with the optimizer that is its own.

    Args:
        optimizer_map: `OptimizerMap`, or a function of a variable that returns its optimizer; the same object for those
            that share one.
        loss_scale_factor: the loss is multiplied and gradients are divided by it; replaces that of the optimizers.
        name: default: from the class name.

    Attributes:
        optimizers: the optimizers inside. There is no `learning_rate` but theirs.

    Raises:
        ValueError: when a variable's optimizer is none, or one that contains others.

    Example:

    >>> import keraunos as keras
    >>> head, body = keras.Variable([1.0], name="head"), keras.Variable([1.0], name="body")
    >>> rates = keras.optimizers.OptimizerMap(keras.optimizers.SGD(0.1), {"head": keras.optimizers.SGD(0.5)})
    >>> optimizer = keras.optimizers.MultiOptimizer(rates)
    >>> optimizer.apply([keras.ops.ones((1,)), keras.ops.ones((1,))], [head, body])
    >>> head.numpy(), body.numpy()
    (array([0.5], dtype=float32), array([0.9], dtype=float32))

    Source: https://keras.io/api/optimizers/
    """

    _not_in_files = Optimizer._not_in_files | {"optimizers", "_optimizer_map", "_own"}

    def __init__(self, optimizer_map, loss_scale_factor=None, name=None):
        self.optimizers = []
        self._optimizer_map, self._own = optimizer_map, {}
        super().__init__(0.0, loss_scale_factor=loss_scale_factor, name=name)
        if isinstance(optimizer_map, OptimizerMap):
            for optimizer in (*optimizer_map.values(), optimizer_map.default_optimizer):
                self._add(optimizer, "default_optimizer")

    def _add(self, optimizer, what):
        if not any(optimizer is known for known in self.optimizers):
            checked(optimizer, what).loss_scale_factor = self.loss_scale_factor
            self.optimizers.append(optimizer)

    def build(self, variables):
        variables = list(variables)
        for variable in variables:
            optimizer = self._optimizer_map(variable)
            self._add(optimizer, variable.path)
            self._own[variable] = optimizer
        for optimizer in self.optimizers:
            own = [variable for variable in variables if self._own[variable] is optimizer]
            if own:
                optimizer.build(own)
        super().build(variables)

    @property
    def variables(self):
        """Its own state, then that of the optimizers inside."""
        return [*self._variables, *(variable for optimizer in self.optimizers for variable in optimizer.variables)]

    @property
    def learning_rate(self):
        """Raises AttributeError: there are several."""
        raise AttributeError("[optimizer] a MultiOptimizer has no learning rate; read those of its .optimizers")

    @learning_rate.setter
    def learning_rate(self, value):
        raise AttributeError("[optimizer] a MultiOptimizer has no learning rate; set those of its .optimizers")

    @property
    def loss_scale_factor(self):
        """What the loss is multiplied by; setting it sets it for the optimizers inside."""
        return self._loss_scale_factor

    @loss_scale_factor.setter
    def loss_scale_factor(self, value):
        self._loss_scale_factor = value
        for optimizer in self.optimizers:
            optimizer.loss_scale_factor = value

    def apply(self, grads, trainable_variables=None):
        """One update.

        Args:
            grads: gradients, `None` for variables that had no part in the loss.
            trainable_variables: their variables; default: those the optimizer was built with.

        Raises:
            ValueError: for variables the optimizer was not built with, or without any gradient.
        """
        grads = list(grads)
        if not grads:
            return
        pairs = list(zip(grads, self._known_variables(grads, trainable_variables), strict=True))
        if all(gradient is None for gradient in grads):
            raise ValueError("[optimizer] no gradients for any variable: does the loss depend on them?")
        for optimizer in self.optimizers:
            own = [(gradient, variable) for gradient, variable in pairs if self._own[variable] is optimizer]
            if any(gradient is not None for gradient, _ in own):
                optimizer.apply(*zip(*own, strict=True))
        self._calls.assign_add(1)

    def finalize_variable_values(self, var_list):
        for optimizer in self.optimizers:
            optimizer.finalize_variable_values([variable for variable in var_list if self._own[variable] is optimizer])

    def set_weights(self, weights):
        if len(weights) != len(self.variables):
            raise ValueError(f"[optimizer] expected {len(self.variables)} arrays, got {len(weights)}")
        super().set_weights(weights[: len(self._variables)])
        rest = iter(weights[len(self._variables) :])
        for optimizer in self.optimizers:
            for variable in optimizer.variables:
                variable.assign(next(rest))

    def get_config(self):
        return {
            "optimizer_map": serialization.serialize_keras_object(self._optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        optimizers = serialization.deserialize_keras_object(config["optimizer_map"], custom_objects)
        return cls(**{**config, "optimizer_map": optimizers})
