"""Adadelta."""

from keraunos import ops
from keraunos.optimizers.optimizer import Optimizer
from keraunos.optimizers.options import with_options


class Adadelta(Optimizer):
    """Steps of the size of recent steps over recent gradients (Zeiler, 2012).

    `a = rho a + (1 - rho) g^2; d = g sqrt(s + epsilon) / sqrt(a + epsilon); s = rho s + (1 - rho) d^2; w -= rate d`.

    Args:
        learning_rate: number or schedule; 1 is the original.
        rho: decay of the running means.
        epsilon: added under the roots.
        options: see `Optimizer`.

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([1.0])
    >>> keras.optimizers.Adadelta(1.0).apply([keras.ops.ones((1,))], [v])
    >>> v.numpy().round(4)
    array([0.9986], dtype=float32)
    """

    @with_options()
    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7, **options):
        super().__init__(learning_rate, **options)
        self.rho = rho
        self.epsilon = epsilon

    def build(self, variables):
        super().build(variables)
        self._gradients, self._steps = self.add_optimizer_variables(
            variables, ["accumulated_grad", "accumulated_delta_var"]
        )

    def update_step(self, gradient, variable, learning_rate):
        squares, steps = self.slot(self._gradients, variable), self.slot(self._steps, variable)
        squares.assign(self.rho * squares + (1 - self.rho) * ops.square(gradient))
        step = gradient * ops.sqrt(steps + self.epsilon) / ops.sqrt(squares + self.epsilon)
        steps.assign(self.rho * steps + (1 - self.rho) * ops.square(step))
        variable.assign(variable - ops.cast(learning_rate, variable.dtype) * step)

    def get_config(self):
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}
