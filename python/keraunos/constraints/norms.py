"""Bounds on the norms and signs of weights."""

from keraunos import config, ops
from keraunos.constraints.constraint import Constraint


def _norms(w, axis):
    axis = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


class MaxNorm(Constraint):
    """Scales vectors that are longer than `max_value` down to it.

    Args:
        max_value: the longest norm.
        axis: axis or axes along which norms are taken: 0 for a dense kernel `(inputs, units)`, `[0, 1, 2]` for a kernel
            of a two-dimensional convolution.

    Example:

    >>> import keraunos as keras
    >>> keras.constraints.MaxNorm(1.0)(keras.ops.convert_to_tensor([[3.0], [4.0]])).numpy().round(3)
    array([[0.6],
           [0.8]], dtype=float32)
    """

    def __init__(self, max_value=2, axis=0):
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w):
        norms = _norms(w, self.axis)
        return w * (ops.clip(norms, 0, self.max_value) / (config.epsilon() + norms))

    def get_config(self):
        return {"max_value": self.max_value, "axis": self.axis}


class MinMaxNorm(Constraint):
    """Moves the norms of vectors into `[min_value, max_value]`.

    Args:
        min_value: the shortest norm.
        max_value: the longest norm.
        rate: share of the way: 1 projects, less only approaches.
        axis: see `MaxNorm`.

    Example:

    >>> import keraunos as keras
    >>> keras.constraints.MinMaxNorm(1.0, 2.0)(keras.ops.convert_to_tensor([[0.3], [0.4]])).numpy().round(3)
    array([[0.6],
           [0.8]], dtype=float32)
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w):
        norms = _norms(w, self.axis)
        wanted = self.rate * ops.clip(norms, self.min_value, self.max_value) + (1 - self.rate) * norms
        return w * (wanted / (config.epsilon() + norms))

    def get_config(self):
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate, "axis": self.axis}


class UnitNorm(Constraint):
    """Scales vectors to length one.

    Args:
        axis: see `MaxNorm`.

    Example:

    >>> import keraunos as keras
    >>> keras.constraints.UnitNorm()(keras.ops.convert_to_tensor([[3.0], [4.0]])).numpy().round(3)
    array([[0.6],
           [0.8]], dtype=float32)
    """

    def __init__(self, axis=0):
        self.axis = axis

    def __call__(self, w):
        return w / (config.epsilon() + _norms(w, self.axis))

    def get_config(self):
        return {"axis": self.axis}


class NonNeg(Constraint):
    """Sets negative weights to zero.

    Example:

    >>> import keraunos as keras
    >>> keras.constraints.NonNeg()(keras.ops.convert_to_tensor([-1.0, 2.0])).numpy()
    array([0., 2.], dtype=float32)
    """

    def __call__(self, w):
        return ops.maximum(w, 0.0)
