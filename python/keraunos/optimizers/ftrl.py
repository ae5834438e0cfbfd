"""FTRL-Proximal."""

from keraunos import initializers, ops
from keraunos.optimizers.optimizer import Optimizer
from keraunos.optimizers.options import with_options


class Ftrl(Optimizer):
    """Follow the regularized leader, which gives exact zeros under l1 regularization (McMahan et al., 2013).

    With `p = -learning_rate_power`, `g' = g + 2 shrinkage w`: `n' = n + g^2;
    z += g' - (n'^p - n^p) / rate w; w = (clip(z, -l1, l1) - z) / ((n'^p + beta) / rate + 2 l2)`.

    Args:
        learning_rate: number or schedule.
        learning_rate_power: exponent, at most 0; -0.5 is the original.
        initial_accumulator_value: where the sum of squares starts.
        l1_regularization_strength: l1 penalty.
        l2_regularization_strength: l2 penalty.
        l2_shrinkage_regularization_strength: penalty on the size of the gradient's weights.
        beta: stabilizer of early steps.
        options: see `Optimizer`.

    Raises:
        ValueError: for negative strengths and a positive power.

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([1.0])
    >>> keras.optimizers.Ftrl(0.1).apply([keras.ops.ones((1,))], [v])
    >>> v.numpy().round(3)
    array([0.603], dtype=float32)
    """

    @with_options()
    def __init__(
        self,
        learning_rate=0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
        **options,
    ):
        super().__init__(learning_rate, **options)
        if learning_rate_power > 0:
            raise ValueError(f"[ftrl] learning_rate_power must be at most 0, got {learning_rate_power}")
        for name, value in (
            ("initial_accumulator_value", initial_accumulator_value),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength),
        ):
            if value < 0:
                raise ValueError(f"[ftrl] {name} must be at least 0, got {value}")
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta

    def build(self, variables):
        super().build(variables)
        start = initializers.Constant(self.initial_accumulator_value)
        self._sums, self._linears = self.add_optimizer_variables(variables, ["accumulator", "linear"], [start, "zeros"])

    def update_step(self, gradient, variable, learning_rate):
        total, linear = self.slot(self._sums, variable), self.slot(self._linears, variable)
        rate = ops.cast(learning_rate, variable.dtype)
        power = -self.learning_rate_power
        l1 = self.l1_regularization_strength
        l2 = self.l2_regularization_strength + self.beta / (2 * rate)
        shrunk = gradient + 2 * self.l2_shrinkage_regularization_strength * variable
        new_total = total + ops.square(gradient)
        new_power = ops.power(new_total, power)
        linear.assign(linear + shrunk - (new_power - ops.power(total, power)) / rate * variable)
        total.assign(new_total)
        variable.assign((ops.clip(linear, -l1, l1) - linear) / (new_power / rate + 2 * l2))

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate_power": self.learning_rate_power,
            "initial_accumulator_value": self.initial_accumulator_value,
            "l1_regularization_strength": self.l1_regularization_strength,
            "l2_regularization_strength": self.l2_regularization_strength,
            "l2_shrinkage_regularization_strength": self.l2_shrinkage_regularization_strength,
            "beta": self.beta,
        }
