"""LossScaleOptimizer: keeps small gradients of float16 from becoming zero."""

from keraunos import ops
from keraunos.graph import Variable
from keraunos.optimizers.optimizer import Optimizer
from keraunos.saving import serialization


class LossScaleOptimizer(Optimizer):
    """Another optimizer, with a loss scale that follows the gradients (Micikevicius et al., 2018).

    `scale_loss` multiplies the loss by the scale; `apply` divides the gradients by it again. When one of them is
    infinite or NaN, the step is skipped and the scale halved; after `dynamic_growth_steps` steps without that it is
    doubled. All of it is part of the compiled step.

    Args:
        inner_optimizer: the optimizer that makes the updates.
        initial_scale: scale at the beginning; too much costs a skipped step per factor of two.
        dynamic_growth_steps: number of good steps after which the scale is doubled.
        name: default: from the class name.

    Raises:
        ValueError: for arguments of optimizers that belong to `inner_optimizer`.

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([1.0])
    >>> optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.5), initial_scale=4.0)
    >>> optimizer.apply([keras.ops.convert_to_tensor([8.0])], [v])
    >>> optimizer.apply([keras.ops.convert_to_tensor([float("inf")])], [v])
    >>> v.numpy(), float(optimizer.dynamic_scale)
    (array([0.], dtype=float32), 2.0)

    Source: https://keras.io/api/optimizers/loss_scale_optimizer/
    """

    def __init__(self, inner_optimizer, initial_scale=2.0**15, dynamic_growth_steps=2000, name=None, **kwargs):
        if not kwargs.pop("dynamic", True):
            raise ValueError("[optimizer] dynamic=False is not supported; set loss_scale_factor on inner_optimizer")
        for argument, value in kwargs.items():
            if argument not in _DEFAULTS or value != _DEFAULTS[argument]:
                raise ValueError(
                    f"[optimizer] LossScaleOptimizer has no argument {argument!r}; give it to inner_optimizer"
                )
        super().__init__(0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        inner_optimizer.loss_scale_factor = None  # or gradients would be divided twice
        self.step_counter = self._track(Variable(0, dtype="int64", trainable=False, name="step_counter"))
        self.dynamic_scale = self._track(
            Variable(initial_scale, dtype="float32", trainable=False, name="dynamic_scale")
        )

    def build(self, variables):
        self.inner_optimizer.build(variables)
        super().build(variables)

    @property
    def variables(self):
        """Its own state, then that of the inner optimizer."""
        return [*self._variables, *self.inner_optimizer.variables]

    @property
    def iterations(self):
        """Number of updates that were made; skipped steps do not count."""
        return self.inner_optimizer.iterations

    @property
    def learning_rate(self):
        """That of the inner optimizer."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self.inner_optimizer.learning_rate = value

    def scale_loss(self, loss):
        """`loss` times the scale."""
        return ops.multiply(loss, self.dynamic_scale)

    def apply(self, grads, trainable_variables=None):
        """One update, or none where a gradient is infinite or NaN.

        Args:
            grads: gradients of the scaled loss, `None` for variables that had no part in it.
            trainable_variables: their variables; default: those the optimizer was built with.
        """
        variables = self._known_variables(grads, trainable_variables)
        grads = [None if g is None else ops.cast(g, v.dtype) for g, v in zip(grads, variables, strict=True)]
        finite = ops.convert_to_tensor(True)
        for gradient in grads:
            if gradient is not None:
                finite = ops.logical_and(finite, ops.all(ops.isfinite(gradient)))
        # Every step computes the update and throws it away where it is not good: no branch, so that it can be traced.
        state = [*variables, *self.inner_optimizer.variables]
        before = [v.value for v in state]
        scale = self.dynamic_scale.value
        self.inner_optimizer.apply([None if g is None else g / ops.cast(scale, g.dtype) for g in grads], variables)
        for variable, old in zip(state, before, strict=True):
            variable.assign(ops.where(finite, variable.value, old))
        count = self.step_counter + 1
        grows = ops.logical_and(finite, ops.equal(count, self.dynamic_growth_steps))
        self.step_counter.assign(ops.where(ops.logical_and(finite, ops.logical_not(grows)), count, 0))
        self.dynamic_scale.assign(scale * ops.where(finite, ops.where(grows, 2.0, 1.0), 0.5))

    def set_weights(self, weights):
        own = len(self._variables)
        super().set_weights(weights[:own])
        self.inner_optimizer.set_weights(weights[own:])

    def finalize_variable_values(self, var_list):
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self):
        return {
            "name": self.name,
            "inner_optimizer": serialization.serialize_keras_object(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        inner = serialization.deserialize_keras_object(config["inner_optimizer"], custom_objects)
        return cls(**{**config, "inner_optimizer": inner})


# Older files hold these arguments of the base class.
_DEFAULTS = {
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}
