"""Lion."""

from keraunos import ops
from keraunos.optimizers.optimizer import Optimizer
from keraunos.optimizers.options import with_options


class Lion(Optimizer):
    """Steps of one size, the sign of a running mean of gradients deciding (Chen et al., 2023).

    `w -= rate sign(beta_1 m + (1 - beta_1) g); m = beta_2 m + (1 - beta_2) g`.

    Args:
        learning_rate: number or schedule; a third to a tenth of Adam's.
        beta_1: share of the mean in the step, in (0, 1].
        beta_2: decay of the mean.
        options: see `Optimizer`.

    Raises:
        ValueError: for `beta_1` outside (0, 1].

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([1.0])
    >>> keras.optimizers.Lion(0.5).apply([keras.ops.ones((1,))], [v])
    >>> v.numpy()
    array([0.5], dtype=float32)
    """

    @with_options()
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.99, **options):
        super().__init__(learning_rate, **options)
        if not 0 < beta_1 <= 1:
            raise ValueError(f"[lion] beta_1 must be in (0, 1], got {beta_1}")
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def build(self, variables):
        super().build(variables)
        self._momentums = self.add_optimizer_variables(variables, "momentum")

    def update_step(self, gradient, variable, learning_rate):
        m = self.slot(self._momentums, variable)
        direction = ops.sign(m * self.beta_1 + gradient * (1 - self.beta_1))
        m.assign(m * self.beta_2 + gradient * (1 - self.beta_2))
        variable.assign(variable - ops.cast(learning_rate, variable.dtype) * direction)

    def get_config(self):
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2}
