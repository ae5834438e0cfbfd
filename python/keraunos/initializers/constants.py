"""Initializers without randomness."""

import numpy as np

from keraunos import config, ops
from keraunos.initializers.initializer import Initializer
from keraunos.saving import serialization


class Zeros(Initializer):
    """Zeros everywhere.

    Example:

    >>> import keraunos as keras
    >>> keras.initializers.Zeros()((2,)).numpy()
    array([0., 0.], dtype=float32)
    """

    def __call__(self, shape, dtype=None):
        return ops.zeros(shape, dtype=dtype)


class Ones(Initializer):
    """Ones everywhere.

    Example:

    >>> import keraunos as keras
    >>> keras.initializers.Ones()((2,)).numpy()
    array([1., 1.], dtype=float32)
    """

    def __call__(self, shape, dtype=None):
        return ops.ones(shape, dtype=dtype)


class Constant(Initializer):
    """One value everywhere.

    Args:
        value: a number, or an array that broadcasts to the shape of the weight.

    Example:

    >>> import keraunos as keras
    >>> keras.initializers.Constant(0.5)((2,)).numpy()
    array([0.5, 0.5], dtype=float32)
    """

    def __init__(self, value=0.0):
        self.value = value

    def __call__(self, shape, dtype=None):
        value = ops.convert_to_tensor(np.asarray(self.value), dtype=dtype or config.floatx())
        return ops.broadcast_to(value, tuple(shape))

    def get_config(self):
        return {"value": serialization.serialize_keras_object(self.value)}

    @classmethod
    def from_config(cls, config):
        return cls(serialization.deserialize_keras_object(config["value"]))


class Identity(Initializer):
    """`gain` on the main diagonal of a matrix, zeros elsewhere.

    Args:
        gain: factor.

    Raises:
        ValueError: when the shape does not have two dimensions.

    Example:

    >>> import keraunos as keras
    >>> keras.initializers.Identity(2.0)((2, 2)).numpy()
    array([[2., 0.],
           [0., 2.]], dtype=float32)
    """

    def __init__(self, gain=1.0):
        self.gain = gain

    def __call__(self, shape, dtype=None):
        if len(shape) != 2:
            raise ValueError(f"[identity initializer] expected a shape of two dimensions, got {tuple(shape)}")
        return ops.eye(*shape, dtype=dtype) * self.gain

    def get_config(self):
        return {"gain": self.gain}
