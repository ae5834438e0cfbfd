"""What all optimizers share: state, clipping, weight decay, averaging, accumulation."""

import numbers
import warnings

import numpy as np

from keraunos import config, initializers, ops
from keraunos._naming import automatic_name
from keraunos.graph import Variable
from keraunos.optimizers.schedules.schedule import LearningRateSchedule
from keraunos.optimizers.weight_decay import WeightDecay
from keraunos.saving import serialization
from keraunos.saving.state import by_position


class Optimizer(WeightDecay):
    """Base class: subclasses implement `build` (slots) and `update_step(gradient, variable, learning_rate)`.

    Args:
        learning_rate: number, or a `LearningRateSchedule` of the number of updates made so far.
        weight_decay: share `weight_decay * learning_rate` by which weights shrink before each update.
        clipnorm: largest norm of each gradient.
        clipvalue: largest absolute value of gradient elements.
        global_clipnorm: largest norm of all gradients together.
        use_ema: whether to keep exponential moving averages of the weights.
        ema_momentum: share of the old average, in [0, 1].
        ema_overwrite_frequency: number of updates after which the weights become their averages; default: only in
            `finalize_variable_values`, at the end of training.
        loss_scale_factor: the loss is multiplied and gradients are divided by it.
        gradient_accumulation_steps: number of calls (at least 2) whose mean gradient makes one update.
        name: default: from the class name.

    Raises:
        ValueError: when more than one way of clipping is given, or a number is out of its range.

    Example:

    >>> import keraunos as keras
    >>> class Signs(keras.optimizers.Optimizer):
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         variable.assign(variable - keras.ops.sign(gradient) * learning_rate)
    >>> v = keras.Variable([1.0, 2.0])
    >>> Signs(0.5).apply([keras.ops.convert_to_tensor([3.0, -3.0])], [v])
    >>> v.numpy()
    array([0.5, 2.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        **unknown,
    ):
        if unknown:
            raise ValueError(f"[optimizer] unknown arguments of {type(self).__name__}: {', '.join(sorted(unknown))}")
        if sum(limit is not None for limit in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ValueError(
                "[optimizer] only one of clipnorm, clipvalue and global_clipnorm can be set, got "
                f"clipnorm={clipnorm}, clipvalue={clipvalue}, global_clipnorm={global_clipnorm}"
            )
        if gradient_accumulation_steps and gradient_accumulation_steps < 2:
            raise ValueError(
                f"[optimizer] gradient_accumulation_steps must be at least 2, got {gradient_accumulation_steps}"
            )
        if use_ema and not 0 <= ema_momentum <= 1:
            raise ValueError(f"[optimizer] ema_momentum must be in [0, 1], got {ema_momentum}")
        if ema_overwrite_frequency is not None and ema_overwrite_frequency < 1:
            raise ValueError(f"[optimizer] ema_overwrite_frequency must be at least 1, got {ema_overwrite_frequency}")
        self.name = name or automatic_name(type(self))
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.built = False
        self._variables = []
        self._trainable_variables = []
        self._indices = {}
        self._undecayed = set()
        self._undecayed_names = None
        self._calls = self._track(Variable(0, dtype="int64", trainable=False, name="iteration"))
        self._learning_rate = self._checked_rate(learning_rate)

    def _track(self, variable):
        variable.path = f"{self.name}/{variable.name}"
        self._variables.append(variable)
        return variable

    def _checked_rate(self, rate):
        if isinstance(rate, dict):
            rate = serialization.deserialize_keras_object(rate)
        if isinstance(rate, LearningRateSchedule):
            return rate
        if isinstance(rate, bool) or not (isinstance(rate, numbers.Real) or hasattr(rate, "numpy")):
            raise ValueError(
                "[optimizer] learning_rate must be a number or a LearningRateSchedule, got "
                f"{type(rate).__name__}: {rate!r}"
            )
        value = np.asarray(rate, dtype=config.floatx())
        return self._track(Variable(value, dtype=config.floatx(), trainable=False, name="learning_rate"))

    @property
    def variables(self):
        """The state: number of calls, learning rate, then slots."""
        return list(self._variables)

    # How files see an optimizer: `saving/state.py`.
    _not_in_files = frozenset({"_variables", "_trainable_variables", "_indices"})
    _layers_in_files = None
    _may_be_missing = True

    def _variables_in_files(self):
        return self.variables

    @property
    def iterations(self):
        """Number of updates made, int64."""
        if self.gradient_accumulation_steps:
            return ops.floor_divide(self._calls, self.gradient_accumulation_steps)
        return self._calls

    @property
    def learning_rate(self):
        """The current learning rate: a variable, or what the schedule says.

        Assign a number or a schedule to change it.
        """
        if isinstance(self._learning_rate, LearningRateSchedule):
            return self._learning_rate(self._calls)
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        if isinstance(value, LearningRateSchedule):
            if isinstance(self._learning_rate, Variable):
                self._variables = [v for v in self._variables if v is not self._learning_rate]
            self._learning_rate = value
        elif isinstance(self._learning_rate, LearningRateSchedule):
            raise TypeError(
                "[optimizer] the learning rate follows a schedule and cannot be set; create it with a number"
            )
        else:
            self._learning_rate.assign(value)

    def build(self, variables):
        """Creates the slots for `variables`; subclasses call it first and add their own."""
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulators = self.add_optimizer_variables(variables, "gradient_accumulator")
        self._indices = {variable: index for index, variable in enumerate(variables)}
        self._trainable_variables = list(variables)
        self.built = True

    def add_variable(self, shape, initializer="zeros", dtype=None, aggregation="none", layout=None, name=None):
        """A new state variable that is not tied to a weight; `aggregation` and `layout` are accepted for
        compatibility."""
        return self._track(
            Variable(
                initializers.get(initializer),
                shape=tuple(shape),
                dtype=dtype or config.floatx(),
                trainable=False,
                name=name or "variable",
            )
        )

    def add_variable_from_reference(self, reference_variable, name=None, initializer="zeros"):
        """A new slot with the shape and dtype of a weight, called `<path of the weight>_<name>`."""
        prefix = reference_variable.path.replace("/", "_")
        return self.add_variable(
            reference_variable.shape, initializer, reference_variable.dtype, name=f"{prefix}_{name or 'var'}"
        )

    def add_optimizer_variables(self, trainable_variables, name, initializer="zeros"):
        """One slot per weight; with a list of names a list of such lists, created weight by weight."""
        names = [name] if isinstance(name, str) else list(name)
        initial = list(initializer) if isinstance(initializer, (list, tuple)) else [initializer] * len(names)
        slots = tuple([] for _ in names)
        for variable in trainable_variables:
            for slot, slot_name, value in zip(slots, names, initial, strict=True):
                slot.append(self.add_variable_from_reference(variable, slot_name, value))
        return slots[0] if isinstance(name, str) else slots

    def slot(self, slots, variable):
        """The member of `slots` that belongs to `variable`."""
        return slots[self._indices[variable]]

    def update_step(self, gradient, variable, learning_rate):
        """Assigns the new value of `variable` and of its slots."""
        raise NotImplementedError(f"[optimizer] {type(self).__name__} must implement update_step()")

    def assign(self, variable, value):
        """Replaces the value of `variable`; for update steps."""
        variable.assign(value)

    def assign_add(self, variable, value):
        """Adds `value` to `variable`."""
        variable.assign_add(value)

    def assign_sub(self, variable, value):
        """Subtracts `value` from `variable`."""
        variable.assign_sub(value)

    def before_update(self):
        """Called once before the update steps of a call; for state that all variables share."""

    def apply_gradients(self, grads_and_vars):
        """One update from `(gradient, variable)` pairs; returns the number of calls so far."""
        gradients, variables = zip(*grads_and_vars, strict=True)
        self.apply(gradients, variables)
        return self._calls

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
        variables = self._known_variables(grads, trainable_variables)
        grads, variables = _without_missing(grads, variables)
        grads = [ops.cast(g, v.dtype) for g, v in zip(grads, variables, strict=True)]
        if self.loss_scale_factor is not None:
            grads = [g / self.loss_scale_factor for g in grads]
        if self.gradient_accumulation_steps:
            self._accumulate(grads, variables)
        else:
            self._update(grads, variables)
        if self.use_ema:
            self._average()
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable.value))
        self._calls.assign_add(1)

    def _known_variables(self, grads, variables):
        if variables is None:
            if not self.built:
                raise ValueError("[optimizer] apply(grads) without variables needs optimizer.build(variables) first")
            variables = self._trainable_variables
        variables = list(variables)
        if not self.built:
            self.build(variables)
        if len(grads) != len(variables):
            raise ValueError(f"[optimizer] got {len(grads)} gradients for {len(variables)} variables")
        unknown = [v.path for v in variables if v not in self._indices]
        if unknown:
            raise ValueError(
                f"[optimizer] unknown variables {', '.join(unknown)}: the optimizer was built with others; "
                "create a new one"
            )
        return variables

    def _update(self, grads, variables):
        grads = self._clipped(grads)
        self._decay(variables)
        self.before_update()
        rate = self.learning_rate
        for gradient, variable in zip(grads, variables, strict=True):
            self.update_step(gradient, variable, rate)

    def _accumulate(self, grads, variables):
        # Every call computes the update; all but each k-th throw it away. That keeps the call free of branches, so that
        # it can be traced.
        is_update = ops.equal(ops.mod(self._calls + 1, self.gradient_accumulation_steps), 0)
        accumulators = [self.slot(self._accumulators, v) for v in variables]
        totals = [a + g for a, g in zip(accumulators, grads, strict=True)]
        kept = [v for v in (*variables, *self._variables) if v is not self._calls and v not in accumulators]
        before = [ops.copy(v.value) for v in kept]
        self._update([t / self.gradient_accumulation_steps for t in totals], variables)
        for variable, old in zip(kept, before, strict=True):
            variable.assign(ops.where(is_update, variable.value, old))
        for accumulator, total in zip(accumulators, totals, strict=True):
            accumulator.assign(ops.where(is_update, ops.zeros_like(total), total))

    def _clipped(self, grads):
        if self.clipvalue:
            return [ops.clip(g, -self.clipvalue, self.clipvalue) for g in grads]
        if self.clipnorm:
            return [g * self.clipnorm / ops.maximum(ops.sqrt(ops.sum(ops.square(g))), self.clipnorm) for g in grads]
        if self.global_clipnorm:
            total = ops.sum(ops.square(grads[0]))
            for g in grads[1:]:
                total = total + ops.cast(ops.sum(ops.square(g)), total.dtype)
            factor = self.global_clipnorm / ops.maximum(ops.sqrt(total), self.global_clipnorm)
            return [g * ops.cast(factor, g.dtype) for g in grads]
        return grads

    def _average(self):
        # The first average is the variable itself.
        first = ops.equal(self.iterations, 0)
        for variable, average in zip(self._trainable_variables, self._averages, strict=True):
            mixed = self.ema_momentum * average + (1 - self.ema_momentum) * variable
            average.assign(ops.where(first, variable.value, mixed))
        if self.ema_overwrite_frequency:
            due = ops.equal(ops.mod(self.iterations + 1, self.ema_overwrite_frequency), 0)
            for variable, average in zip(self._trainable_variables, self._averages, strict=True):
                variable.assign(ops.where(due, average.value, variable.value))

    def finalize_variable_values(self, var_list):
        """At the end of training: with `use_ema`, the variables become their averages."""
        if self.use_ema and self.built:
            for variable in var_list:
                variable.assign(self.slot(self._averages, variable).value)

    def scale_loss(self, loss):
        """`loss` times `loss_scale_factor`."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def set_weights(self, weights):
        """Sets the state from arrays in the order of `variables`.

        Raises:
            ValueError: when the optimizer is not built, or number or shapes differ.
        """
        if not self.built:
            raise ValueError("[optimizer] set_weights needs optimizer.build(variables) first")
        if len(weights) != len(self._variables):
            raise ValueError(f"[optimizer] expected {len(self._variables)} arrays, got {len(weights)}")
        for variable, weight in zip(self._variables, weights, strict=True):
            variable.assign(weight)

    def save_own_variables(self, store):
        """Writes the state into a dict-like store under "0", "1", ..."""
        for index, variable in enumerate(self.variables):
            store[str(index)] = variable.numpy()

    @by_position
    def load_own_variables(self, store):
        """Reads the state from such a store; a store of other size is left alone with a warning."""
        if len(store.keys()) != len(self.variables):
            warnings.warn(
                f"[optimizer] state not loaded: the file has {len(store.keys())} arrays, {self.name} "
                f"{len(self.variables)} variables",
                stacklevel=2,
            )
            return
        for index, variable in enumerate(self.variables):
            variable.assign(np.asarray(store[str(index)]))

    def get_config(self):
        """Constructor arguments, for saving."""
        rate = self._learning_rate
        return {
            "name": self.name,
            "learning_rate": serialization.serialize_keras_object(rate)
            if isinstance(rate, LearningRateSchedule)
            else float(rate.numpy()),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The optimizer that `get_config` described."""
        config = dict(config)
        if isinstance(config.get("learning_rate"), dict):
            config["learning_rate"] = serialization.deserialize_keras_object(
                config["learning_rate"], custom_objects=custom_objects
            )
        return cls(**config)


def _without_missing(grads, variables):
    present = [(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
    if not present:
        raise ValueError("[optimizer] no gradients for any variable: does the loss depend on them?")
    if len(present) < len(grads):
        missing = ", ".join(v.path for g, v in zip(grads, variables, strict=True) if g is None)
        warnings.warn(f"[optimizer] no gradients for {missing}: the loss does not depend on them", stacklevel=3)
    return [g for g, _ in present], [v for _, v in present]
