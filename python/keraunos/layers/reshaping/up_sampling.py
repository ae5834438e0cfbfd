"""UpSampling1D, 2D, 3D: every element of the spatial axes repeated, or images interpolated."""

import math

from keraunos import _arguments, ops
from keraunos.layers.spatial import SpatialLayer

_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


def _repeated(x, first, counts):
    """`x` with the elements of the axes from `first` on repeated `counts` times each: broadcasts of new axes behind
    them, two at a time, which keeps the rank at 6."""
    shape = list(x.shape)
    for pair in range(0, len(counts), 2):
        some, axis = counts[pair : pair + 2], first + pair
        extents = shape[axis : axis + len(some)]
        outer, inner = math.prod(shape[:axis]), math.prod(shape[axis + len(some) :])
        apart = [k for n in extents for k in (n, 1)]
        wanted = [k for n, count in zip(extents, some, strict=True) for k in (n, count)]
        x = ops.broadcast_to(ops.reshape(x, (outer, *apart, inner)), (outer, *wanted, inner))
        shape[axis : axis + len(some)] = [n * count for n, count in zip(extents, some, strict=True)]
    return ops.reshape(x, shape)


class _UpSampling(SpatialLayer):
    def __init__(self, size, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self._sizes = _arguments.int_tuple(self._tag, "size", size, self.rank)
        self.size = self._sizes[0] if self.rank == 1 else self._sizes

    def call(self, inputs):
        self.check_rank(inputs.shape)
        return _repeated(inputs, self.spatial_axes[0], self._sizes)

    def compute_output_shape(self, input_shape):
        self.check_rank(input_shape)
        found = zip(self.spatial_axes, self._sizes, strict=True)
        return self.with_spatial(input_shape, [input_shape[a] and input_shape[a] * size for a, size in found])

    def get_config(self):
        return {**super().get_config(), "size": self.size, "data_format": self.data_format}


class UpSampling1D(_UpSampling):
    """Sequences with every step repeated: `(N, T, C)` to `(N, size * T, C)`.

    Args:
        size: how often, a positive int.

    Raises:
        ValueError: for a size below 1 and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.UpSampling1D(2)(np.array([[[1.0], [2.0]]], "float32")).numpy().ravel()
    array([1., 1., 2., 2.], dtype=float32)
    """

    rank = 1

    def __init__(self, size=2, **kwargs):
        super().__init__(size, "channels_last", **kwargs)

    def get_config(self):
        config = super().get_config()
        del config["data_format"]
        return config


class UpSampling2D(_UpSampling):
    """Images enlarged by whole factors: `(N, H, W, C)` to `(N, size[0] * H, size[1] * W, C)`.

    Args:
        size: int, or (rows, columns).
        data_format: `"channels_last"` or `"channels_first"`.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.

    Raises:
        ValueError: for a size below 1, an unknown interpolation, and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.UpSampling2D((1, 2))(np.array([[[[1.0], [2.0]]]], "float32")).numpy().ravel()
    array([1., 1., 2., 2.], dtype=float32)
    """

    rank = 2

    def __init__(self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs):
        super().__init__(size, data_format, **kwargs)
        self.interpolation = _arguments.one_of(self._tag, "interpolation", interpolation.lower(), _INTERPOLATIONS)

    def call(self, inputs):
        if self.interpolation == "nearest":
            return super().call(inputs)
        self.check_rank(inputs.shape)
        extents = [inputs.shape[a] * size for a, size in zip(self.spatial_axes, self._sizes, strict=True)]
        return ops.image.resize(inputs, extents, self.interpolation, data_format=self.data_format)

    def get_config(self):
        return {**super().get_config(), "interpolation": self.interpolation}


class UpSampling3D(_UpSampling):
    """Volumes with every element repeated: `(N, D, H, W, C)` to `(N, size[0] * D, size[1] * H, size[2] * W, C)`.

    Args:
        size: int, or three of them.
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: for a size below 1 and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.UpSampling3D((1, 2, 3))(np.ones((1, 2, 2, 2, 5), "float32")).shape
    (1, 2, 4, 6, 5)
    """

    rank = 3

    def __init__(self, size=(2, 2, 2), data_format=None, **kwargs):
        super().__init__(size, data_format, **kwargs)
