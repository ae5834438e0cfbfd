"""What every regularizer is: a callable `tensor -> scalar` that can be saved."""

import math
import numbers


class Regularizer:
    """Base class: subclasses implement `__call__(x) -> scalar` and `get_config`.

    Example:

    >>> import keraunos as keras
    >>> class Cubes(keras.regularizers.Regularizer):
    ...     def __call__(self, x):
    ...         return keras.ops.sum(x * x * x)
    >>> float(Cubes()(keras.ops.convert_to_tensor([2.0])))
    8.0
    """

    def __call__(self, x):
        """The penalty on `x`, a scalar tensor."""
        raise NotImplementedError(f"[regularizer] {type(self).__name__} must implement __call__(x)")

    def get_config(self):
        """Constructor arguments, for saving."""
        raise NotImplementedError(f"[regularizer] {type(self).__name__} must implement get_config()")

    @classmethod
    def from_config(cls, config):
        """The regularizer that `get_config` described."""
        return cls(**config)


def checked_factor(value, name):
    """`value` as a float, if it is a finite number that is not negative."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not math.isfinite(value) or value < 0:
        raise ValueError(f"[regularizer] {name} must be a finite number of at least 0, got {value!r}")
    return float(value)
