"""Orthogonal matrices."""

import math

import numpy as np

from keraunos import config, ops, random
from keraunos.initializers.initializer import RandomInitializer


class Orthogonal(RandomInitializer):
    """A random matrix with orthonormal rows or columns (the shorter side), times `gain` (Saxe et al., 2014).

    A shape with more than two axes is seen as a matrix `(product of the others, last)`.

    Args:
        gain: factor.
        seed: see `RandomInitializer`.

    Raises:
        ValueError: for shapes with less than two axes.

    Example:

    >>> import keraunos as keras
    >>> q = keras.initializers.Orthogonal(seed=1)((3, 3)).numpy()
    >>> (q @ q.T).round(5).diagonal()
    array([1., 1., 1.], dtype=float32)
    """

    def __init__(self, gain=1.0, seed=None):
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape, dtype=None):
        shape = tuple(shape)
        if len(shape) < 2:
            raise ValueError(f"[orthogonal initializer] expected a shape of at least two dimensions, got {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        q, r = np.linalg.qr(np.asarray(random.normal(tall, dtype="float64", seed=self.seed)))
        # The sign of a column is a free choice of the factorization; this one makes the distribution uniform.
        q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
        q = q.T if rows < columns else q
        return ops.convert_to_tensor((self.gain * q).reshape(shape), dtype=dtype or config.floatx())

    def get_config(self):
        return {**super().get_config(), "gain": self.gain}
