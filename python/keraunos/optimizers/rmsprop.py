"""RMSprop."""

from keraunos import ops
from keraunos.ops import update
from keraunos.optimizers.optimizer import Optimizer
from keraunos.optimizers.options import with_options


class RMSprop(Optimizer):
    """Steps divided by the root of a running mean of squared gradients (Tieleman and Hinton, 2012).

    `v = rho v + (1 - rho) g^2; w -= rate g / sqrt(v + epsilon)`.

    Args:
        learning_rate: number or schedule.
        rho: decay of the running mean.
        momentum: share of the last step that is kept.
        epsilon: added under the root.
        centered: whether to subtract the square of the mean gradient (Graves, 2013).
        options: see `Optimizer`.

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([1.0])
    >>> keras.optimizers.RMSprop(0.1).apply([keras.ops.ones((1,))], [v])
    >>> v.numpy().round(4)
    array([0.6838], dtype=float32)
    """

    @with_options()
    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, **options):
        super().__init__(learning_rate, **options)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def build(self, variables):
        super().build(variables)
        self._velocities = self.add_optimizer_variables(variables, "velocity")
        if self.momentum > 0:
            self._momentums = self.add_optimizer_variables(variables, "momentum")
        if self.centered:
            self._means = self.add_optimizer_variables(variables, "average_gradient")

    def update_step(self, gradient, variable, learning_rate):
        velocity = self.slot(self._velocities, variable)
        if not self.momentum > 0 and not self.centered:
            w, v = update.rmsprop(variable, velocity, gradient, learning_rate, self.rho, self.epsilon)
            velocity.assign(v)
            variable.assign(w)
            return
        rate = ops.cast(learning_rate, variable.dtype)
        velocity.assign(self.rho * velocity + (1 - self.rho) * ops.square(gradient))
        spread = velocity.value
        if self.centered:
            mean = self.slot(self._means, variable)
            mean.assign(self.rho * mean + (1 - self.rho) * gradient)
            spread = spread - ops.square(mean)
        step = rate * gradient * ops.rsqrt(spread + self.epsilon)
        if self.momentum > 0:
            momentum = self.slot(self._momentums, variable)
            momentum.assign(self.momentum * momentum + step)
            step = momentum.value
        variable.assign(variable - step)

    def get_config(self):
        return {
            **super().get_config(),
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
