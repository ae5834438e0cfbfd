"""Schedule-free AdamW."""

from keraunos import initializers, ops
from keraunos.optimizers.optimizer import Optimizer
from keraunos.optimizers.options import with_options


class ScheduleFreeAdamW(Optimizer):
    """AdamW without a learning-rate schedule: weights lie between a fast sequence and its average.

    Source: Defazio et al., The Road Less Scheduled, 2024.

    The variable is `y = (1 - beta_1) z + beta_1 x`; `z` takes the steps, `x` is the running mean of `z`.

    Args:
        learning_rate: number or schedule.
        beta_1: share of the average in the weights.
        beta_2: decay of the mean of squares.
        epsilon: added to the root.
        warmup_steps: number of updates over which the rate grows.
        options: see `Optimizer`.

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([1.0])
    >>> keras.optimizers.ScheduleFreeAdamW(0.5).apply([keras.ops.ones((1,))], [v])
    >>> v.numpy().round(4)
    array([0.5], dtype=float32)
    """

    @with_options()
    def __init__(self, learning_rate=0.0025, beta_1=0.9, beta_2=0.999, epsilon=1e-8, warmup_steps=0, **options):
        super().__init__(learning_rate, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.warmup_steps = warmup_steps

    def build(self, variables):
        super().build(variables)
        self._momentums, self._velocities = [], []
        for variable in variables:
            start = initializers.Constant(variable.numpy())
            self._momentums.append(self.add_variable_from_reference(variable, "momentum", start))
            self._velocities.append(self.add_variable_from_reference(variable, "velocity"))

    def update_step(self, gradient, variable, learning_rate):
        z, velocity = self.slot(self._momentums, variable), self.slot(self._velocities, variable)
        step = ops.cast(self.iterations + 1, variable.dtype)
        rate = ops.cast(learning_rate, variable.dtype)
        if self.warmup_steps > 0:
            rate = rate * ops.minimum(step / self.warmup_steps, 1.0)
        velocity.assign(velocity + (ops.square(gradient) - velocity) * (1 - self.beta_2))
        root = ops.sqrt(velocity / (1 - ops.power(self.beta_2, step))) + self.epsilon
        z.assign(z - rate * gradient / root)
        # Keras on TensorFlow takes the new z here, where the paper has the old one.
        average = (variable - (1 - self.beta_1) * z) / self.beta_1
        share = 1.0 / step
        average = (1 - share) * average + share * z
        variable.assign((1 - self.beta_1) * z + self.beta_1 * average)

    def get_config(self):
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "warmup_steps": self.warmup_steps,
        }
