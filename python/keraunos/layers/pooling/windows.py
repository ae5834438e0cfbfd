"""Pooling layers: maxima and means over windows of one, two or three spatial axes."""

from keraunos import _arguments, ops
from keraunos.layers.spatial import SpatialLayer


class _Pooling(SpatialLayer):
    """What pooling layers share; subclasses set the function."""

    _saves_build_shape = False

    _function = None

    def __init__(self, pool_size, strides, padding, data_format, **kwargs):
        super().__init__(data_format, **kwargs)
        tag, rank = self._tag, self.rank
        self.pool_size = _arguments.int_tuple(tag, "pool_size", pool_size, rank)
        self.strides = self.pool_size if strides is None else _arguments.int_tuple(tag, "strides", strides, rank)
        self.padding = _arguments.one_of(tag, "padding", str(padding).lower(), ("valid", "same"))

    def build(self, input_shape):
        self.check_rank(input_shape)

    def call(self, inputs):
        return type(self)._function(inputs, self.pool_size, self.strides, self.padding, self.data_format)

    def compute_output_shape(self, input_shape):
        extents = (input_shape[axis] for axis in self.spatial_axes)
        sizes = zip(extents, self.pool_size, self.strides, strict=True)
        out = [n and (-(-n // s) if self.padding == "same" else (n - w) // s + 1) for n, w, s in sizes]
        if any(n is not None and n < 1 for n in out):
            raise ValueError(
                f'[{self._tag}] layer "{self.name}": windows of {self.pool_size} do not fit into inputs '
                f"{tuple(input_shape)}"
            )
        return self.with_spatial(input_shape, out)

    def get_config(self):
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "padding": self.padding,
            "strides": self.strides,
            "data_format": self.data_format,
        }


class MaxPooling1D(_Pooling):
    """Maxima over windows of the steps; the gradient goes to the first maximum of a window.

    Args:
        pool_size: extents of the window, an int.
        strides: steps between windows; default: `pool_size`.
        padding: `"valid"`: windows inside the input alone; `"same"`: `ceil(extent / stride)` windows an axis.
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.

    Shapes: inputs `(N, L, C)`, output `(N, L', C)`; `"channels_first"`: `(N, C, L)` and
        `(N, C, L')`.

    Raises:
        ValueError: for arguments out of range, inputs of another rank, and windows that do not fit.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.MaxPooling1D(2)(np.ones((2, 6, 3), "float32")).shape
    (2, 3, 3)
    """

    rank = 1
    _function = ops.max_pool

    def __init__(self, pool_size=2, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, name=name, **kwargs)


class MaxPooling2D(_Pooling):
    """Maxima over windows of height and width; the gradient goes to the first maximum of a window.

    Args:
        pool_size: extents of the window, an int or one per axis.
        strides: steps between windows; default: `pool_size`.
        padding: `"valid"`: windows inside the input alone; `"same"`: `ceil(extent / stride)` windows an axis.
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.

    Shapes: inputs `(N, H, W, C)`, output `(N, H', W', C)`; `"channels_first"`: `(N, C, H, W)` and
        `(N, C, H', W')`.

    Raises:
        ValueError: for arguments out of range, inputs of another rank, and windows that do not fit.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.MaxPooling2D(2)(np.ones((2, 6, 6, 3), "float32")).shape
    (2, 3, 3, 3)
    """

    rank = 2
    _function = ops.max_pool

    def __init__(self, pool_size=(2, 2), strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, name=name, **kwargs)


class MaxPooling3D(_Pooling):
    """Maxima over windows of depth, height and width; the gradient goes to the first maximum of a window.

    Args:
        pool_size: extents of the window, an int or one per axis.
        strides: steps between windows; default: `pool_size`.
        padding: `"valid"`: windows inside the input alone; `"same"`: `ceil(extent / stride)` windows an axis.
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.

    Shapes: inputs `(N, D, H, W, C)`, output `(N, D', H', W', C)`; `"channels_first"`: `(N, C, D, H, W)` and
        `(N, C, D', H', W')`.

    Raises:
        ValueError: for arguments out of range, inputs of another rank, and windows that do not fit.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.MaxPooling3D(2)(np.ones((2, 6, 6, 6, 3), "float32")).shape
    (2, 3, 3, 3, 3)
    """

    rank = 3
    _function = ops.max_pool

    def __init__(self, pool_size=(2, 2, 2), strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, name=name, **kwargs)


class AveragePooling1D(_Pooling):
    """Means over windows of the steps; padding does not count.

    Args:
        pool_size: extents of the window, an int.
        strides: steps between windows; default: `pool_size`.
        padding: `"valid"`: windows inside the input alone; `"same"`: `ceil(extent / stride)` windows an axis.
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.

    Shapes: inputs `(N, L, C)`, output `(N, L', C)`; `"channels_first"`: `(N, C, L)` and
        `(N, C, L')`.

    Raises:
        ValueError: for arguments out of range, inputs of another rank, and windows that do not fit.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.AveragePooling1D(2)(np.ones((2, 6, 3), "float32")).shape
    (2, 3, 3)
    """

    rank = 1
    _function = ops.average_pool

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, name=name, **kwargs)


class AveragePooling2D(_Pooling):
    """Means over windows of height and width; padding does not count.

    Args:
        pool_size: extents of the window, an int or one per axis.
        strides: steps between windows; default: `pool_size`.
        padding: `"valid"`: windows inside the input alone; `"same"`: `ceil(extent / stride)` windows an axis.
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.

    Shapes: inputs `(N, H, W, C)`, output `(N, H', W', C)`; `"channels_first"`: `(N, C, H, W)` and
        `(N, C, H', W')`.

    Raises:
        ValueError: for arguments out of range, inputs of another rank, and windows that do not fit.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.AveragePooling2D(2)(np.ones((2, 6, 6, 3), "float32")).shape
    (2, 3, 3, 3)
    """

    rank = 2
    _function = ops.average_pool

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, name=name, **kwargs)


class AveragePooling3D(_Pooling):
    """Means over windows of depth, height and width; padding does not count.

    Args:
        pool_size: extents of the window, an int or one per axis.
        strides: steps between windows; default: `pool_size`.
        padding: `"valid"`: windows inside the input alone; `"same"`: `ceil(extent / stride)` windows an axis.
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.

    Shapes: inputs `(N, D, H, W, C)`, output `(N, D', H', W', C)`; `"channels_first"`: `(N, C, D, H, W)` and
        `(N, C, D', H', W')`.

    Raises:
        ValueError: for arguments out of range, inputs of another rank, and windows that do not fit.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.AveragePooling3D(2)(np.ones((2, 6, 6, 6, 3), "float32")).shape
    (2, 3, 3, 3, 3)
    """

    rank = 3
    _function = ops.average_pool

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, name=name, **kwargs)


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
