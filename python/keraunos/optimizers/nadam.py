"""Nadam."""

from keraunos import config, ops
from keraunos.optimizers.optimizer import Optimizer
from keraunos.optimizers.options import with_options

# Dozat's schedule of the momentum: beta_1 (1 - 0.5 * 0.96^t).
_WARM_UP = 0.96


class Nadam(Optimizer):
    """Adam with Nesterov's look-ahead and a momentum that warms up (Dozat, 2016).

    Args:
        learning_rate: number or schedule.
        beta_1: decay of the mean of gradients.
        beta_2: decay of the mean of squares.
        epsilon: added to the root.
        options: see `Optimizer`.

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([1.0])
    >>> keras.optimizers.Nadam(0.5).apply([keras.ops.ones((1,))], [v])
    >>> v.numpy().round(3)
    array([0.469], dtype=float32)
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
        dtype = variables[0].dtype if variables else config.floatx()
        self._product = self.add_variable((), "ones", dtype, name="variable")

    def _momentum_at(self, step):
        return self.beta_1 * (1 - 0.5 * ops.power(_WARM_UP, step))

    def before_update(self):
        step = ops.cast(self.iterations + 1, self._product.dtype)
        self._product.assign(self._product * self._momentum_at(step))

    def update_step(self, gradient, variable, learning_rate):
        m, v = self.slot(self._momentums, variable), self.slot(self._velocities, variable)
        step = ops.cast(self.iterations + 1, variable.dtype)
        now, then = self._momentum_at(step), self._momentum_at(step + 1)
        product = ops.cast(self._product, variable.dtype)
        m.assign(m + (gradient - m) * (1 - self.beta_1))
        v.assign(v + (ops.square(gradient) - v) * (1 - self.beta_2))
        ahead = then * m / (1 - product * then) + (1 - now) * gradient / (1 - product)
        spread = v / (1 - ops.power(self.beta_2, step))
        rate = ops.cast(learning_rate, variable.dtype)
        variable.assign(variable - ahead * rate / (ops.sqrt(spread) + self.epsilon))

    def get_config(self):
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
