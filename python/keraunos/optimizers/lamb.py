"""LAMB."""

from keraunos import ops
from keraunos.optimizers.optimizer import Optimizer
from keraunos.optimizers.options import with_options


class Lamb(Optimizer):
    """Adam whose step is scaled per variable to the norm of the variable, for large batches (You et al., 2020).

    Args:
        learning_rate: number or schedule.
        beta_1: decay of the mean of gradients.
        beta_2: decay of the mean of squares.
        epsilon: added to the root.
        options: see `Optimizer`.

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([1.0])
    >>> keras.optimizers.Lamb(0.5).apply([keras.ops.ones((1,))], [v])
    >>> v.numpy().round(4)
    array([0.5], dtype=float32)
    """

    @with_options()
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **options):
        super().__init__(learning_rate, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables):
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(variables, ["momentum", "velocity"])

    def update_step(self, gradient, variable, learning_rate):
        m, v = self.slot(self._momentums, variable), self.slot(self._velocities, variable)
        step = ops.cast(self.iterations + 1, variable.dtype)
        m.assign(m + (gradient - m) * (1 - self.beta_1))
        v.assign(v + (ops.square(gradient) - v) * (1 - self.beta_2))
        mean = m / (1 - ops.power(self.beta_1, step))
        direction = mean / (ops.sqrt(v / (1 - ops.power(self.beta_2, step))) + self.epsilon)
        size = ops.sqrt(ops.sum(ops.square(variable)))
        length = ops.sqrt(ops.sum(ops.square(direction)))
        ratio = ops.where(ops.logical_and(size > 0, length > 0), ops.divide_no_nan(size, length), 1.0)
        variable.assign(variable - ratio * ops.cast(learning_rate, variable.dtype) * direction)

    def get_config(self):
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
