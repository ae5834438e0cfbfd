"""Layers that rearrange: Reshape, Permute, RepeatVector."""

import math

from keraunos import ops
from keraunos.layers.layer import Layer


class Reshape(Layer):
    """Samples in another shape: `(N, ...)` to `(N, *target_shape)`.

    Args:
        target_shape: shape without the batch axis; one extent may be -1, which follows from the others.

    Raises:
        ValueError: for more than one -1, and for inputs of another size.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Reshape((-1, 2))(np.ones((3, 12), "float32")).shape
    (3, 6, 2)
    """

    _saves_build_shape = False

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = (target_shape,) if isinstance(target_shape, int) else tuple(int(n) for n in target_shape)
        if self.target_shape.count(-1) > 1 or any(n < -1 for n in self.target_shape):
            raise ValueError(f"[reshape] target_shape may hold one -1 and no other negative extent, got {target_shape}")

    def _resolved(self, sample_shape):
        if None in sample_shape:
            return tuple(None if n == -1 else n for n in self.target_shape)
        size, known = math.prod(sample_shape), math.prod(n for n in self.target_shape if n != -1)
        if size % known if known and -1 in self.target_shape else size != known:
            raise ValueError(
                f'[reshape] layer "{self.name}": cannot reshape samples of shape {tuple(sample_shape)} '
                f"({size} elements) to {self.target_shape}"
            )
        return tuple(size // known if n == -1 else n for n in self.target_shape)

    def call(self, inputs):
        return ops.reshape(inputs, (inputs.shape[0], *self._resolved(inputs.shape[1:])))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self._resolved(tuple(input_shape[1:])))

    def get_config(self):
        return {**super().get_config(), "target_shape": self.target_shape}


class Permute(Layer):
    """Axes of samples in another order.

    Args:
        dims: a permutation of 1, ..., rank - 1; axis `i` of the output is axis `dims[i - 1]` of the input.

    Raises:
        ValueError: for anything that is not a permutation, and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Permute((2, 1))(np.ones((3, 10, 64), "float32")).shape
    (3, 64, 10)
    """

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(f"[permute] dims must be a permutation of 1..{len(self.dims)}, got {self.dims}")

    def build(self, input_shape):
        if len(input_shape) != len(self.dims) + 1:
            raise ValueError(
                f'[permute] layer "{self.name}": dims {self.dims} need inputs of rank {len(self.dims) + 1}, '
                f"got shape {tuple(input_shape)}"
            )

    def call(self, inputs):
        return ops.transpose(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *(input_shape[d] for d in self.dims))

    def get_config(self):
        return {**super().get_config(), "dims": self.dims}


class RepeatVector(Layer):
    """Vectors repeated: `(N, F)` to `(N, n, F)`.

    Args:
        n: how often, a positive int.

    Raises:
        TypeError: when `n` is not an int.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.RepeatVector(3)(np.ones((2, 5), "float32")).shape
    (2, 3, 5)
    """

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        if isinstance(n, bool) or not isinstance(n, int):
            raise TypeError(f"[repeat_vector] n must be an integer, got {n!r}")
        self.n = n

    def call(self, inputs):
        if len(inputs.shape) != 2:
            raise ValueError(f'[repeat_vector] layer "{self.name}": expected inputs (N, F), got {tuple(inputs.shape)}')
        return ops.broadcast_to(ops.expand_dims(inputs, 1), (inputs.shape[0], self.n, inputs.shape[1]))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.n, input_shape[1])

    def get_config(self):
        return {**super().get_config(), "n": self.n}
