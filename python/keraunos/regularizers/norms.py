"""L1 and L2 penalties."""

import numpy as np

from keraunos import ops
from keraunos.regularizers.regularizer import Regularizer, checked_factor


class L1(Regularizer):
    """`l1 * sum(abs(x))`.

    Args:
        l1: factor, at least 0.

    Example:

    >>> import keraunos as keras
    >>> float(keras.regularizers.L1(0.5)(keras.ops.convert_to_tensor([1.0, -3.0])))
    2.0
    """

    def __init__(self, l1=0.01):
        # Keras keeps this factor as a float32, which shows in saved configurations.
        self.l1 = float(np.float32(checked_factor(0.01 if l1 is None else l1, "l1")))

    def __call__(self, x):
        return self.l1 * ops.sum(ops.absolute(x))

    def get_config(self):
        return {"l1": self.l1}


class L2(Regularizer):
    """`l2 * sum(x * x)`.

    Args:
        l2: factor, at least 0.

    Example:

    >>> import keraunos as keras
    >>> float(keras.regularizers.L2(0.5)(keras.ops.convert_to_tensor([1.0, -3.0])))
    5.0
    """

    def __init__(self, l2=0.01):
        self.l2 = checked_factor(0.01 if l2 is None else l2, "l2")

    def __call__(self, x):
        return self.l2 * ops.sum(ops.square(x))

    def get_config(self):
        return {"l2": self.l2}


class L1L2(Regularizer):
    """`l1 * sum(abs(x)) + l2 * sum(x * x)`.

    Args:
        l1: factor, at least 0.
        l2: factor, at least 0.

    Example:

    >>> import keraunos as keras
    >>> float(keras.regularizers.L1L2(0.5, 0.5)(keras.ops.convert_to_tensor([1.0, -3.0])))
    7.0
    """

    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = checked_factor(l1 or 0.0, "l1")
        self.l2 = checked_factor(l2 or 0.0, "l2")

    def __call__(self, x):
        penalty = ops.zeros((), dtype=x.dtype)
        if self.l1:
            penalty = penalty + self.l1 * ops.sum(ops.absolute(x))
        if self.l2:
            penalty = penalty + self.l2 * ops.sum(ops.square(x))
        return penalty

    def get_config(self):
        return {"l1": self.l1, "l2": self.l2}
