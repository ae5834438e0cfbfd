"""Adagrad."""

from keraunos import initializers
from keraunos.ops import update
from keraunos.optimizers.optimizer import Optimizer
from keraunos.optimizers.options import with_options


class Adagrad(Optimizer):
    """Steps divided by the root of the sum of all squared gradients (Duchi et al., 2011).

    `a += g^2; w -= rate g / sqrt(a + epsilon)`.

    Args:
        learning_rate: number or schedule.
        initial_accumulator_value: where the sum starts.
        epsilon: added under the root.
        options: see `Optimizer`.

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([1.0])
    >>> keras.optimizers.Adagrad(0.1, initial_accumulator_value=0.0).apply([keras.ops.ones((1,))], [v])
    >>> v.numpy().round(4)
    array([0.9], dtype=float32)
    """

    @with_options()
    def __init__(self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7, **options):
        super().__init__(learning_rate, **options)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def build(self, variables):
        super().build(variables)
        start = initializers.Constant(self.initial_accumulator_value)
        self._sums = self.add_optimizer_variables(variables, "accumulator", start)

    def update_step(self, gradient, variable, learning_rate):
        total = self.slot(self._sums, variable)
        w, a = update.adagrad(variable, total, gradient, learning_rate, self.epsilon)
        total.assign(a)
        variable.assign(w)

    def get_config(self):
        return {
            **super().get_config(),
            "initial_accumulator_value": self.initial_accumulator_value,
            "epsilon": self.epsilon,
        }
