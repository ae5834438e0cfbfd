"""Gradient descent, with momentum."""

from keraunos.ops import update
from keraunos.optimizers.optimizer import Optimizer
from keraunos.optimizers.options import with_options


class SGD(Optimizer):
    """Gradient descent: `w -= rate * g`, or with momentum `m = momentum * m - rate * g; w += m`.

    With `nesterov` the second line is `w += momentum * m - rate * g` (Sutskever et al., 2013).

    Args:
        learning_rate: number or schedule.
        momentum: share of the last step that is kept, in [0, 1].
        nesterov: whether to look ahead.
        options: see `Optimizer`.

    Raises:
        ValueError: for a momentum outside [0, 1].

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([1.0])
    >>> keras.optimizers.SGD(0.5).apply([keras.ops.ones((1,))], [v])
    >>> v.numpy()
    array([0.5], dtype=float32)
    """

    @with_options()
    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **options):
        super().__init__(learning_rate, **options)
        if not isinstance(momentum, (int, float)) or not 0 <= momentum <= 1:
            raise ValueError(f"[sgd] momentum must be in [0, 1], got {momentum!r}")
        self.momentum = momentum
        self.nesterov = nesterov

    def build(self, variables):
        super().build(variables)
        if self.momentum:
            self.momentums = self.add_optimizer_variables(variables, "momentum")

    def update_step(self, gradient, variable, learning_rate):
        if not self.momentum:
            variable.assign(update.sgd(variable, gradient, learning_rate))
            return
        momentum = self.slot(self.momentums, variable)
        w, m = update.sgd_momentum(variable, momentum, gradient, learning_rate, self.momentum, self.nesterov)
        momentum.assign(m)
        variable.assign(w)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum, "nesterov": self.nesterov}
