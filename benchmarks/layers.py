"""The layers that models are made of, as plain descriptions: every framework builds its own from them.

Each has `output(shape)`, the shape of one row after it, and `weights(rng, shape)`, its initial weights in the order and
layout of Keras. Shapes of pictures are (height, width, channels).
"""

import math
from dataclasses import dataclass

import numpy as np


class Layer:
    """A layer without weights that keeps the shape."""

    def output(self, shape):
        return shape

    def weights(self, rng, shape):
        return []


def _kernel(rng, shape):
    """He-scaled."""
    return rng.normal(size=shape, scale=np.sqrt(2 / math.prod(shape[:-1]))).astype("float32")


@dataclass(frozen=True)
class Dense(Layer):
    units: int
    activation: str = "relu"  # or "softmax", on the last layer

    def output(self, shape):
        return (self.units,)

    def weights(self, rng, shape):
        return [_kernel(rng, (*shape, self.units)), np.zeros(self.units, "float32")]


@dataclass(frozen=True)
class Conv(Layer):
    """3x3, stride 1; with `plain` it has neither bias nor ReLU."""

    filters: int
    padding: str = "valid"
    plain: bool = False

    def output(self, shape):
        lost = 2 if self.padding == "valid" else 0
        return (shape[0] - lost, shape[1] - lost, self.filters)

    def weights(self, rng, shape):
        kernel = _kernel(rng, (3, 3, shape[-1], self.filters))
        return [kernel] if self.plain else [kernel, np.zeros(self.filters, "float32")]


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Momentum 0.99, epsilon 1e-3. Its statistics start off their usual 0 and 1, so that a check of outputs in
    inference sees them."""

    def weights(self, rng, shape):
        near = lambda centre: (centre + rng.uniform(-0.2, 0.2, shape[-1])).astype("float32")  # noqa: E731
        return [near(1), near(0), near(0), near(1)]


@dataclass(frozen=True)
class ReLU(Layer):
    pass


@dataclass(frozen=True)
class MaxPool(Layer):
    """2x2, stride 2."""

    def output(self, shape):
        return (shape[0] // 2, shape[1] // 2, shape[2])


@dataclass(frozen=True)
class GlobalAveragePool(Layer):
    def output(self, shape):
        return shape[-1:]


@dataclass(frozen=True)
class Flatten(Layer):
    def output(self, shape):
        return (math.prod(shape),)


@dataclass(frozen=True)
class Dropout(Layer):
    rate: float
