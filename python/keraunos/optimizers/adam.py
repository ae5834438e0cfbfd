"""Adam and AdamW."""

from keraunos import ops
from keraunos.ops import update
from keraunos.optimizers.optimizer import Optimizer
from keraunos.optimizers.options import with_options


class Adam(Optimizer):
    """Steps scaled by running means of gradients and their squares (Kingma and Ba, 2015).

    With `t` the number of the update: `m += (g - m) (1 - beta_1); v += (g^2 - v) (1 - beta_2);
    w -= rate sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(v) + epsilon)`.

    Args:
        learning_rate: number or schedule.
        beta_1: decay of the mean of gradients.
        beta_2: decay of the mean of squares.
        epsilon: added to the root.
        amsgrad: whether to use the largest `v` so far (Reddi et al., 2018).
        options: see `Optimizer`.

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([1.0])
    >>> keras.optimizers.Adam(0.5).apply([keras.ops.ones((1,))], [v])
    >>> v.numpy().round(4)
    array([0.5], dtype=float32)
    """

    @with_options()
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False, **options):
        super().__init__(learning_rate, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad

    def build(self, variables):
        super().build(variables)
        self._momentums, self._velocities = self.add_optimizer_variables(variables, ["momentum", "velocity"])
        if self.amsgrad:
            self._largest = self.add_optimizer_variables(variables, "velocity_hat")

    def update_step(self, gradient, variable, learning_rate):
        m, v = self.slot(self._momentums, variable), self.slot(self._velocities, variable)
        if not self.amsgrad:
            new_w, new_m, new_v = update.adam(
                variable, m, v, gradient, learning_rate, self.iterations, self.beta_1, self.beta_2, self.epsilon
            )
        else:
            largest = self.slot(self._largest, variable)
            new_m, new_v, factor = self._moments(gradient, variable, m, v)
            largest.assign(ops.maximum(largest, new_v))
            step = ops.cast(learning_rate, variable.dtype) * factor * new_m
            new_w = variable - step / (ops.sqrt(largest) + self.epsilon)
        m.assign(new_m)
        v.assign(new_v)
        variable.assign(new_w)

    def _moments(self, gradient, variable, m, v):
        """The new running means and the factor that removes their bias towards zero."""
        step = ops.cast(self.iterations + 1, variable.dtype)
        factor = ops.sqrt(1 - ops.power(self.beta_2, step)) / (1 - ops.power(self.beta_1, step))
        return (
            m + (gradient - m) * (1 - self.beta_1),
            v + (ops.square(gradient) - v) * (1 - self.beta_2),
            factor,
        )

    def get_config(self):
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }


class AdamW(Adam):
    """Adam with weight decay apart from the gradient (Loshchilov and Hutter, 2019).

    Args:
        learning_rate: number or schedule.
        weight_decay: share `weight_decay * learning_rate` by which weights shrink before each update.
        beta_1, beta_2, epsilon, amsgrad: see `Adam`.
        options: see `Optimizer`.

    Raises:
        ValueError: when `weight_decay` is `None`.

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([1.0])
    >>> keras.optimizers.AdamW(0.5, weight_decay=0.1).apply([keras.ops.zeros((1,))], [v])
    >>> v.numpy().round(4)
    array([0.95], dtype=float32)
    """

    @with_options()
    def __init__(
        self,
        learning_rate=0.001,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        **options,
    ):
        if weight_decay is None:
            raise ValueError("[adamw] weight_decay must be a number, got None; without decay use Adam")
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **options)
