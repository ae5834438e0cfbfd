"""Adaptive pooling layers: as many windows as asked for, whatever the extent of the inputs."""

from keraunos import _arguments, ops
from keraunos.layers.spatial import SpatialLayer


class _AdaptivePooling(SpatialLayer):
    """What adaptive pooling layers share; subclasses set the function."""

    _function = None

    def __init__(self, output_size, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.output_size = _arguments.int_tuple(self._tag, "output_size", output_size, self.rank)

    def build(self, input_shape):
        self.check_rank(input_shape)

    def call(self, inputs):
        return type(self)._function(inputs, self.output_size, self.data_format)

    def compute_output_shape(self, input_shape):
        return self.with_spatial(input_shape, self.output_size)

    def get_config(self):
        return {**super().get_config(), "output_size": self.output_size, "data_format": self.data_format}


class AdaptiveMaxPooling1D(_AdaptivePooling):
    """Maxima over windows that share the steps out.

    Args:
        output_size: how many windows, an int.
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.

    Shapes: inputs `(N, L, C)`, output `(N, L', C)`; `"channels_first"`: `(N, C, L)` and
        `(N, C, L')`.

    Raises:
        ValueError: for arguments out of range, and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.AdaptiveMaxPooling1D(4)(np.ones((2, 7, 3), "float32")).shape
    (2, 4, 3)
    """

    rank = 1
    _function = ops.adaptive_max_pool


class AdaptiveMaxPooling2D(_AdaptivePooling):
    """Maxima over windows that share height and width out.

    Args:
        output_size: how many windows, an int or one per axis.
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.

    Shapes: inputs `(N, H, W, C)`, output `(N, H', W', C)`; `"channels_first"`: `(N, C, H, W)` and
        `(N, C, H', W')`.

    Raises:
        ValueError: for arguments out of range, and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.AdaptiveMaxPooling2D(4)(np.ones((2, 7, 7, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    rank = 2
    _function = ops.adaptive_max_pool


class AdaptiveMaxPooling3D(_AdaptivePooling):
    """Maxima over windows that share depth, height and width out.

    Args:
        output_size: how many windows, an int or one per axis.
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.

    Shapes: inputs `(N, D, H, W, C)`, output `(N, D', H', W', C)`; `"channels_first"`: `(N, C, D, H, W)` and
        `(N, C, D', H', W')`.

    Raises:
        ValueError: for arguments out of range, and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.AdaptiveMaxPooling3D(4)(np.ones((2, 7, 7, 7, 3), "float32")).shape
    (2, 4, 4, 4, 3)
    """

    rank = 3
    _function = ops.adaptive_max_pool


class AdaptiveAveragePooling1D(_AdaptivePooling):
    """Means over windows that share the steps out.

    Args:
        output_size: how many windows, an int.
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.

    Shapes: inputs `(N, L, C)`, output `(N, L', C)`; `"channels_first"`: `(N, C, L)` and
        `(N, C, L')`.

    Raises:
        ValueError: for arguments out of range, and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.AdaptiveAveragePooling1D(4)(np.ones((2, 7, 3), "float32")).shape
    (2, 4, 3)
    """

    rank = 1
    _function = ops.adaptive_average_pool


class AdaptiveAveragePooling2D(_AdaptivePooling):
    """Means over windows that share height and width out.

    Args:
        output_size: how many windows, an int or one per axis.
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.

    Shapes: inputs `(N, H, W, C)`, output `(N, H', W', C)`; `"channels_first"`: `(N, C, H, W)` and
        `(N, C, H', W')`.

    Raises:
        ValueError: for arguments out of range, and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.AdaptiveAveragePooling2D(4)(np.ones((2, 7, 7, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    rank = 2
    _function = ops.adaptive_average_pool


class AdaptiveAveragePooling3D(_AdaptivePooling):
    """Means over windows that share depth, height and width out.

    Args:
        output_size: how many windows, an int or one per axis.
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.

    Shapes: inputs `(N, D, H, W, C)`, output `(N, D', H', W', C)`; `"channels_first"`: `(N, C, D, H, W)` and
        `(N, C, D', H', W')`.

    Raises:
        ValueError: for arguments out of range, and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.AdaptiveAveragePooling3D(4)(np.ones((2, 7, 7, 7, 3), "float32")).shape
    (2, 4, 4, 4, 3)
    """

    rank = 3
    _function = ops.adaptive_average_pool
