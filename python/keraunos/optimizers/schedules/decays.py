"""Exponential, inverse, polynomial and piecewise constant decay."""

from keraunos import ops
from keraunos.optimizers.schedules.schedule import LearningRateSchedule, as_number, checked_steps


class ExponentialDecay(LearningRateSchedule):
    """`initial_learning_rate * decay_rate^(step / decay_steps)`.

    Args:
        initial_learning_rate: rate at step 0.
        decay_steps: number of steps per factor `decay_rate`, positive.
        decay_rate: factor.
        staircase: whether to round `step / decay_steps` down.
        name: accepted and saved.

    Example:

    >>> import keraunos as keras
    >>> schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)
    >>> round(float(schedule(10)), 4)
    0.05
    """

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name="ExponentialDecay"):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = checked_steps("exponential_decay", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        periods = as_number(step) / self.decay_steps
        if self.staircase:
            periods = ops.floor(periods)
        return self.initial_learning_rate * ops.power(self.decay_rate, periods)

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


class InverseTimeDecay(LearningRateSchedule):
    """`initial_learning_rate / (1 + decay_rate * step / decay_steps)`.

    Args:
        initial_learning_rate, decay_steps, decay_rate, staircase, name: see `ExponentialDecay`.

    Example:

    >>> import keraunos as keras
    >>> schedule = keras.optimizers.schedules.InverseTimeDecay(0.1, decay_steps=10, decay_rate=1.0)
    >>> round(float(schedule(10)), 4)
    0.05
    """

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name="InverseTimeDecay"):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = checked_steps("inverse_time_decay", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        periods = as_number(step) / self.decay_steps
        if self.staircase:
            periods = ops.floor(periods)
        return self.initial_learning_rate / (1 + self.decay_rate * periods)

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


class PolynomialDecay(LearningRateSchedule):
    """`(initial - end) * (1 - step / decay_steps)^power + end`, and `end` afterwards.

    Args:
        initial_learning_rate: rate at step 0.
        decay_steps: number of steps until the end, positive.
        end_learning_rate: rate at the end.
        power: exponent; 1 is a straight line.
        cycle: whether to begin again at the end, each time with a multiple of `decay_steps`.
        name: accepted and saved.

    Example:

    >>> import keraunos as keras
    >>> schedule = keras.optimizers.schedules.PolynomialDecay(0.1, decay_steps=10, end_learning_rate=0.0)
    >>> round(float(schedule(5)), 4)
    0.05
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        end_learning_rate=0.0001,
        power=1.0,
        cycle=False,
        name="PolynomialDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = checked_steps("polynomial_decay", decay_steps)
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step):
        step = as_number(step)
        if self.cycle:
            total = self.decay_steps * ops.maximum(ops.ceil(step / self.decay_steps), 1.0)
        else:
            total = self.decay_steps
            step = ops.minimum(step, float(total))
        span = self.initial_learning_rate - self.end_learning_rate
        return span * ops.power(1 - step / total, self.power) + self.end_learning_rate

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }


class PiecewiseConstantDecay(LearningRateSchedule):
    """`values[i]` for steps after `boundaries[i - 1]`, up to and including `boundaries[i]`.

    Args:
        boundaries: rising steps.
        values: rates, one more than boundaries.
        name: accepted and saved.

    Raises:
        ValueError: when the number of values is not one more than that of boundaries.

    Example:

    >>> import keraunos as keras
    >>> schedule = keras.optimizers.schedules.PiecewiseConstantDecay([5, 10], [1.0, 0.5, 0.1])
    >>> [round(float(schedule(step)), 4) for step in (5, 6, 11)]
    [1.0, 0.5, 0.1]
    """

    def __init__(self, boundaries, values, name="PiecewiseConstant"):
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                f"[piecewise_constant_decay] values must be one more than boundaries, got {len(values)} values for "
                f"{len(boundaries)} boundaries"
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step):
        step = as_number(step)
        rate = ops.full((), self.values[-1], dtype="float32")
        for boundary, value in zip(reversed(self.boundaries), reversed(self.values[:-1]), strict=True):
            rate = ops.where(step <= boundary, value, rate)
        return rate

    def get_config(self):
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}
