"""Adamax."""

from keraunos import ops
from keraunos.optimizers.optimizer import Optimizer
from keraunos.optimizers.options import with_options


class Adamax(Optimizer):
    """Adam with the largest recent gradient instead of the root of the mean square (Kingma and Ba, 2015, section 7.1).

    `m += (g - m) (1 - beta_1); u = max(beta_2 u, abs(g)); w -= rate m / ((1 - beta_1^t) (u + epsilon))`.

    Args:
        learning_rate: number or schedule.
        beta_1: decay of the mean of gradients.
        beta_2: decay of the largest gradient.
        epsilon: added to it.
        options: see `Optimizer`.

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([1.0])
    >>> keras.optimizers.Adamax(0.5).apply([keras.ops.ones((1,))], [v])
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
        self._momentums, self._norms = self.add_optimizer_variables(variables, ["momentum", "norm"])

    def update_step(self, gradient, variable, learning_rate):
        m, u = self.slot(self._momentums, variable), self.slot(self._norms, variable)
        step = ops.cast(self.iterations + 1, variable.dtype)
        m.assign(m + (gradient - m) * (1 - self.beta_1))
        u.assign(ops.maximum(self.beta_2 * u, ops.absolute(gradient)))
        rate = ops.cast(learning_rate, variable.dtype)
        variable.assign(variable - rate * m / ((1 - ops.power(self.beta_1, step)) * (u + self.epsilon)))

    def get_config(self):
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
