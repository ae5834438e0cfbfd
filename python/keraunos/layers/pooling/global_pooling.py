"""Global pooling layers: one maximum or mean per channel."""

from keraunos import ops
from keraunos.layers.spatial import SpatialLayer


class _GlobalPooling(SpatialLayer):
    """What global pooling layers share; subclasses set the reduction."""

    _saves_build_shape = False

    _reduction = None

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(data_format, **kwargs)
        self.keepdims = keepdims

    def build(self, input_shape):
        self.check_rank(input_shape)

    def call(self, inputs):
        return type(self)._reduction(inputs, axis=self.spatial_axes, keepdims=self.keepdims)

    def compute_output_shape(self, input_shape):
        if self.keepdims:
            return self.with_spatial(input_shape, [1] * self.rank)
        return (input_shape[0], input_shape[self.channel_axis])

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format, "keepdims": self.keepdims}


class GlobalMaxPooling1D(_GlobalPooling):
    """The maximum of every channel over the steps.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.
        keepdims: whether spatial axes stay with extent 1.

    Shapes: inputs `(N, L, C)`, output `(N, C)`; `"channels_first"`: inputs `(N, C, L)`.

    Raises:
        ValueError: for an unknown `data_format`, and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.GlobalMaxPooling1D()(np.ones((2, 6, 3), "float32")).shape
    (2, 3)
    """

    rank = 1
    _reduction = ops.max


class GlobalMaxPooling2D(_GlobalPooling):
    """The maximum of every channel over height and width.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.
        keepdims: whether spatial axes stay with extent 1.

    Shapes: inputs `(N, H, W, C)`, output `(N, C)`; `"channels_first"`: inputs `(N, C, H, W)`.

    Raises:
        ValueError: for an unknown `data_format`, and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.GlobalMaxPooling2D()(np.ones((2, 6, 6, 3), "float32")).shape
    (2, 3)
    """

    rank = 2
    _reduction = ops.max


class GlobalMaxPooling3D(_GlobalPooling):
    """The maximum of every channel over depth, height and width.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.
        keepdims: whether spatial axes stay with extent 1.

    Shapes: inputs `(N, D, H, W, C)`, output `(N, C)`; `"channels_first"`: inputs `(N, C, D, H, W)`.

    Raises:
        ValueError: for an unknown `data_format`, and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.GlobalMaxPooling3D()(np.ones((2, 6, 6, 6, 3), "float32")).shape
    (2, 3)
    """

    rank = 3
    _reduction = ops.max


class GlobalAveragePooling1D(_GlobalPooling):
    """The mean of every channel over the steps.

    A mask `(N, L)` of the inputs chooses the steps that count; the output has none.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.
        keepdims: whether spatial axes stay with extent 1.

    Shapes: inputs `(N, L, C)`, output `(N, C)`; `"channels_first"`: inputs `(N, C, L)`.

    Raises:
        ValueError: for an unknown `data_format`, and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.GlobalAveragePooling1D()(np.ones((2, 6, 3), "float32")).shape
    (2, 3)
    """

    rank = 1
    _reduction = ops.mean

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(data_format, keepdims, **kwargs)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if mask is None:
            return super().call(inputs)
        (axis,) = self.spatial_axes
        mask = ops.expand_dims(ops.cast(mask, "bool"), 3 - axis)
        total = ops.sum(ops.where(mask, inputs, 0), axis=axis, keepdims=self.keepdims)
        return total / ops.sum(ops.cast(mask, inputs.dtype), axis=axis, keepdims=self.keepdims)

    def compute_mask(self, inputs, mask=None):
        return None


class GlobalAveragePooling2D(_GlobalPooling):
    """The mean of every channel over height and width.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.
        keepdims: whether spatial axes stay with extent 1.

    Shapes: inputs `(N, H, W, C)`, output `(N, C)`; `"channels_first"`: inputs `(N, C, H, W)`.

    Raises:
        ValueError: for an unknown `data_format`, and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.GlobalAveragePooling2D()(np.ones((2, 6, 6, 3), "float32")).shape
    (2, 3)
    """

    rank = 2
    _reduction = ops.mean


class GlobalAveragePooling3D(_GlobalPooling):
    """The mean of every channel over depth, height and width.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; default: `keras.config.image_data_format()`.
        keepdims: whether spatial axes stay with extent 1.

    Shapes: inputs `(N, D, H, W, C)`, output `(N, C)`; `"channels_first"`: inputs `(N, C, D, H, W)`.

    Raises:
        ValueError: for an unknown `data_format`, and for inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.GlobalAveragePooling3D()(np.ones((2, 6, 6, 6, 3), "float32")).shape
    (2, 3)
    """

    rank = 3
    _reduction = ops.mean


GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
