"""Cosine decay, with warm-up and with restarts."""

import math

from keraunos import ops
from keraunos.optimizers.schedules.schedule import LearningRateSchedule, as_number, checked_steps


class CosineDecay(LearningRateSchedule):
    """Half a cosine from the initial rate down to `alpha` of it (Loshchilov and Hutter, 2017), after a linear warm-up.

    `rate * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha)`.

    Args:
        initial_learning_rate: rate at step 0.
        decay_steps: number of steps of the decay, positive.
        alpha: share of the rate that remains.
        name: accepted and saved.
        warmup_target: rate at the end of the warm-up, from which the decay starts; `None`: no warm-up.
        warmup_steps: number of steps of the warm-up.

    Example:

    >>> import keraunos as keras
    >>> schedule = keras.optimizers.schedules.CosineDecay(0.1, decay_steps=10)
    >>> round(float(schedule(5)), 4)
    0.05
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        alpha=0.0,
        name="CosineDecay",
        warmup_target=None,
        warmup_steps=0,
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = checked_steps("cosine_decay", decay_steps)
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps
        if warmup_steps < 0:
            raise ValueError(f"[cosine_decay] warmup_steps must not be negative, got {warmup_steps}")

    def _decayed(self, step, start):
        cosine = 0.5 * (1 + ops.cos(math.pi * step / self.decay_steps))
        return start * ((1 - self.alpha) * cosine + self.alpha)

    def __call__(self, step):
        step = as_number(step)
        if self.warmup_target is None:
            return self._decayed(ops.minimum(step, float(self.decay_steps)), self.initial_learning_rate)
        step = ops.minimum(step, float(self.decay_steps + self.warmup_steps))
        decayed = self._decayed(step - self.warmup_steps, self.warmup_target)
        if not self.warmup_steps:
            return decayed
        rise = (self.warmup_target - self.initial_learning_rate) / self.warmup_steps
        return ops.where(step < self.warmup_steps, self.initial_learning_rate + rise * step, decayed)

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }


class CosineDecayRestarts(LearningRateSchedule):
    """Half cosines one after the other, each `t_mul` as long and from `m_mul` as high as the last.

    Source: Loshchilov and Hutter, SGDR, 2017.

    Args:
        initial_learning_rate: rate at step 0.
        first_decay_steps: number of steps of the first cosine, positive.
        t_mul: growth of the length.
        m_mul: growth of the height.
        alpha: share of the rate that remains.
        name: accepted and saved.

    Example:

    >>> import keraunos as keras
    >>> schedule = keras.optimizers.schedules.CosineDecayRestarts(0.1, first_decay_steps=10)
    >>> round(float(schedule(20)), 4)
    0.05
    """

    def __init__(self, initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name="SGDRDecay"):
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = checked_steps("cosine_decay_restarts", first_decay_steps)
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step):
        done = as_number(step) / self.first_decay_steps
        if self.t_mul == 1:
            restarts = ops.floor(done)
            share = done - restarts
        else:
            # After i restarts (1 - t^i) / (1 - t) first lengths have passed, a geometric series; solved for i.
            restarts = ops.floor(ops.log(1 - done * (1 - self.t_mul)) / math.log(self.t_mul))
            length = ops.power(self.t_mul, restarts)
            share = (done - (1 - length) / (1 - self.t_mul)) / length
        cosine = 0.5 * ops.power(self.m_mul, restarts) * (1 + ops.cos(math.pi * share))
        return self.initial_learning_rate * ((1 - self.alpha) * cosine + self.alpha)

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self.t_mul,
            "m_mul": self.m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }
