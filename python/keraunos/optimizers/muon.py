"""Muon."""

import re

from keraunos import ops
from keraunos.optimizers.optimizer import Optimizer
from keraunos.optimizers.options import with_options


class Muon(Optimizer):
    """Momentum whose matrices are made orthogonal before the step; Adam for everything that is not a matrix.

    Orthogonal up to the error of `ns_steps` Newton-Schulz iterations `x = a x + (b y + c y y) x, y = x x^T`
    (Jordan et al., 2024).

    Args:
        learning_rate: number or schedule.
        adam_beta_1, adam_beta_2, epsilon: of Adam.
        adam_weight_decay: weight decay of Adam's variables.
        weight_decay: weight decay of matrices.
        exclude_layers: patterns of paths of matrices that Adam updates.
        exclude_embeddings: whether Adam updates embeddings.
        muon_a, muon_b, muon_c: coefficients of the iteration.
        adam_lr_ratio: learning rate of Adam over that of Muon.
        momentum: share of the momentum that is kept.
        ns_steps: number of iterations.
        nesterov: whether to look ahead.
        rms_rate: steps are scaled with `rms_rate * sqrt(largest extent)`; `None`: not scaled.
        options: see `Optimizer`.

    Example:

    >>> import keraunos as keras
    >>> v = keras.Variable([[1.0, 0.0], [0.0, 1.0]])
    >>> keras.optimizers.Muon(0.1).apply([keras.ops.ones((2, 2))], [v])
    >>> v.shape
    (2, 2)
    """

    @with_options(after="weight_decay")
    def __init__(
        self,
        learning_rate=0.001,
        adam_beta_1=0.9,
        adam_beta_2=0.999,
        adam_weight_decay=0.004,
        epsilon=1e-7,
        weight_decay=0.004,
        exclude_layers=None,
        exclude_embeddings=True,
        muon_a=3.4445,
        muon_b=-4.7750,
        muon_c=2.0315,
        adam_lr_ratio=1,
        momentum=0.95,
        ns_steps=5,
        nesterov=True,
        rms_rate=0.2,
        **options,
    ):
        super().__init__(learning_rate, weight_decay=weight_decay, **options)
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = epsilon
        self.exclude_layers = exclude_layers or []
        self.exclude_embeddings = exclude_embeddings
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def _uses_adam(self, variable):
        if len(variable.shape) != 2 or self.exclude_embeddings and "embedding" in variable.path.lower():
            return True
        return any(re.search(pattern, variable.path) for pattern in self.exclude_layers)

    def build(self, variables):
        super().build(variables)
        self._momentums, self._velocities = [], []
        for variable in variables:
            self._momentums.append(self.add_variable_from_reference(variable, "momentum"))
            adam = self._uses_adam(variable)
            self._velocities.append(self.add_variable_from_reference(variable, "velocity") if adam else None)

    def decay_of(self, variable):
        return self.adam_weight_decay if self._uses_adam(variable) else self.weight_decay

    def update_step(self, gradient, variable, learning_rate):
        rate = ops.cast(learning_rate, variable.dtype)
        m, v = self.slot(self._momentums, variable), self.slot(self._velocities, variable)
        if v is not None:
            self._adam(gradient, variable, rate * self.adam_lr_ratio, m, v)
            return
        m.assign(gradient + self.momentum * m)
        direction = gradient + self.momentum * m if self.nesterov else m.value
        step = rate * self._orthogonal(direction)
        if self.rms_rate is not None:
            step = step * (max(variable.shape) ** 0.5 * self.rms_rate)
        variable.assign(variable - step)

    def _adam(self, gradient, variable, rate, m, v):
        step = ops.cast(self.iterations + 1, variable.dtype)
        factor = ops.sqrt(1 - ops.power(self.adam_beta_2, step)) / (1 - ops.power(self.adam_beta_1, step))
        m.assign(m + (gradient - m) * (1 - self.adam_beta_1))
        v.assign(v + (ops.square(gradient) - v) * (1 - self.adam_beta_2))
        variable.assign(variable - m * (rate * factor) / (ops.sqrt(v) + self.epsilon))

    def _orthogonal(self, x):
        tall = x.shape[0] > x.shape[1]
        x = ops.transpose(x) if tall else x
        x = x / (ops.sqrt(ops.sum(ops.square(x))) + 1e-7)
        for _ in range(self.ns_steps):
            y = ops.matmul(x, ops.transpose(x))
            x = self.muon_a * x + ops.matmul(self.muon_b * y + self.muon_c * ops.matmul(y, y), x)
        return ops.transpose(x) if tall else x

    def get_config(self):
        return {
            **super().get_config(),
            "adam_beta_1": self.adam_beta_1,
            "adam_beta_2": self.adam_beta_2,
            "epsilon": self.epsilon,
            "exclude_layers": self.exclude_layers,
            "muon_a": self.muon_a,
            "muon_b": self.muon_b,
            "muon_c": self.muon_c,
            "adam_lr_ratio": self.adam_lr_ratio,
            "momentum": self.momentum,
            "ns_steps": self.ns_steps,
            "nesterov": self.nesterov,
            "exclude_embeddings": self.exclude_embeddings,
            "adam_weight_decay": self.adam_weight_decay,
            "rms_rate": self.rms_rate,
        }
