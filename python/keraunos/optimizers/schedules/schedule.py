"""What every schedule is: a callable `step -> learning rate` that can be saved."""

from keraunos import ops


class LearningRateSchedule:
    """Base class: subclasses implement `__call__(step)` with ops, and `get_config`.

    Example:

    >>> import keraunos as keras
    >>> class Halving(keras.optimizers.schedules.LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.1 / (keras.ops.cast(step, "float32") + 1)
    >>> round(float(Halving()(1)), 4)
    0.05
    """

    def __call__(self, step):
        """The learning rate of the update number `step`, counted from 0: a float32 scalar."""
        raise NotImplementedError(f"[schedule] {type(self).__name__} must implement __call__(step)")

    def get_config(self):
        """Constructor arguments, for saving."""
        raise NotImplementedError(f"[schedule] {type(self).__name__} must implement get_config()")

    @classmethod
    def from_config(cls, config):
        """The schedule that `get_config` described."""
        return cls(**config)


def as_number(step):
    """`step` as a float32 tensor."""
    return ops.cast(ops.convert_to_tensor(step), "float32")


def checked_steps(tag, value):
    """`value`, if it is positive."""
    if value <= 0:
        raise ValueError(f"[{tag}] the number of steps must be positive, got {value}")
    return value
