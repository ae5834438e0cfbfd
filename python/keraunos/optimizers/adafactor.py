"""Adafactor."""

from keraunos import ops
from keraunos.graph import Variable
from keraunos.optimizers.optimizer import Optimizer
from keraunos.optimizers.options import with_options


class Adafactor(Optimizer):
    """Adaptive steps whose mean squares are kept as row and column means, which saves memory (Shazeer and Stern, 2018).

    Args:
        learning_rate: number or schedule.
        beta_2_decay: exponent of `beta_2 = 1 - t^beta_2_decay`.
        epsilon_1: added to squared gradients.
        epsilon_2: least size of a variable, relative to which steps are taken.
        clip_threshold: largest root mean square of a step.
        relative_step: whether the rate is at most `1 / sqrt(t)`.
        options: see `Optimizer`.

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([1.0])
    >>> keras.optimizers.Adafactor(0.5).apply([keras.ops.ones((1,))], [v])
    >>> v.numpy().round(4)
    array([0.5], dtype=float32)
    """

    @with_options()
    def __init__(
        self,
        learning_rate=0.001,
        beta_2_decay=-0.8,
        epsilon_1=1e-30,
        epsilon_2=1e-3,
        clip_threshold=1.0,
        relative_step=True,
        **options,
    ):
        super().__init__(learning_rate, **options)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def build(self, variables):
        super().build(variables)
        self._rows, self._columns, self._velocities = [], [], []
        for variable in variables:
            shape = variable.shape
            matrix = len(shape) >= 2
            # Vectors have no rows and columns; their empty slots keep the order of saved state.
            row_shape, column_shape = (shape[:-1], (*shape[:-2], shape[-1])) if matrix else ((), ())
            self._rows.append(self.add_variable(row_shape, "zeros", variable.dtype, name=variable.name))
            self._columns.append(self.add_variable(column_shape, "zeros", variable.dtype, name=variable.name))
            self._velocities.append(self.add_variable_from_reference(variable, "velocity"))

    def update_step(self, gradient, variable, learning_rate):
        rows, columns = self.slot(self._rows, variable), self.slot(self._columns, variable)
        velocity = self.slot(self._velocities, variable)
        step = ops.cast(self.iterations + 1, variable.dtype)
        slowing = 1 / ops.sqrt(step)
        rate = ops.cast(learning_rate, variable.dtype)
        if self.relative_step and isinstance(self._learning_rate, Variable):
            rate = ops.minimum(rate, slowing)
        size = ops.maximum(_root_mean_square(variable), self.epsilon_2) * ops.minimum(rate, slowing)
        squares = ops.square(gradient) + self.epsilon_1
        beta = 1 - ops.power(step, self.beta_2_decay)
        if len(variable.shape) >= 2:
            rows.assign(beta * rows + (1 - beta) * ops.mean(squares, axis=-1))
            columns.assign(beta * columns + (1 - beta) * ops.mean(squares, axis=-2))
            share = rows / ops.mean(rows, axis=-1, keepdims=True)
            velocity.assign(ops.expand_dims(share, -1) * ops.expand_dims(columns, -2))
        else:
            velocity.assign(beta * velocity + (1 - beta) * squares)
        direction = gradient / ops.sqrt(velocity)
        direction = direction / ops.maximum(_root_mean_square(direction) / self.clip_threshold, 1.0)
        variable.assign(variable - size * direction)

    def get_config(self):
        return {
            **super().get_config(),
            "beta_2_decay": self.beta_2_decay,
            "epsilon_1": self.epsilon_1,
            "epsilon_2": self.epsilon_2,
            "clip_threshold": self.clip_threshold,
            "relative_step": self.relative_step,
        }


def _root_mean_square(x):
    return ops.sqrt(ops.mean(ops.square(x)))
