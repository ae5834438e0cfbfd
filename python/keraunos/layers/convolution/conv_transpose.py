"""Conv1DTranspose, Conv2DTranspose, Conv3DTranspose."""

from keraunos import _arguments, ops
from keraunos.layers.convolution.base import FilterLayer
from keraunos.ops.convolutions import transposed_extent


class _ConvTranspose(FilterLayer):
    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        output_padding=None,
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            activity_regularizer=activity_regularizer,
            kinds={
                "kernel": (kernel_initializer, kernel_regularizer, kernel_constraint),
                "bias": (bias_initializer, bias_regularizer, bias_constraint),
            },
            **kwargs,
        )
        self._refuse_strides_with_dilation()
        self.output_padding = None
        if output_padding is not None:
            self.output_padding = _arguments.int_tuple(self._tag, "output_padding", output_padding, self.rank, 0)
            if any(extra >= stride for extra, stride in zip(self.output_padding, self.strides, strict=True)):
                raise ValueError(
                    f"[{self._tag}] output_padding must be less than strides, got {self.output_padding} and "
                    f"{self.strides}"
                )

    def _create_kernels(self, channels):
        self.kernel = self._weight("kernel", "kernel", (*self.kernel_size, self.filters, channels))

    def _convolve(self, inputs):
        return ops.conv_transpose(
            inputs, self.kernel, self.strides, self.padding, self.output_padding, "channels_last", self.dilation_rate
        )

    def _extent(self, i, extent, input_shape):
        extra = None if self.output_padding is None else self.output_padding[i]
        return transposed_extent(
            extent, self.kernel_size[i], self.strides[i], self.dilation_rate[i], self.padding, extra
        )[0]

    def get_config(self):
        return {**super().get_config(), "output_padding": self.output_padding}


class Conv1DTranspose(_ConvTranspose):
    """Transposed convolution over sequences: the gradient of `Conv1D` in its inputs, used forward, to make them longer.

    Args:
        filters: number of output channels, a positive int.
        kernel_size, strides, dilation_rate: int or a tuple of one; strides and dilation may not both exceed 1.
        padding: `"valid"` (`T strides + max(kernel_size - strides, 0)` steps) or `"same"` (`T strides` steps).
        output_padding: None, or an int below strides: steps added at the end.
        data_format, activation, use_bias, ...: see `Conv1D`.

    Shapes: inputs `(N, T, C)`, kernel `(kernel_size, filters, C)`, bias `(filters,)`, output `(N, T', filters)`.

    Raises:
        ValueError: for arguments out of range and inputs of another rank or number of channels.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Conv1DTranspose(8, 3, strides=2, padding="same")(np.ones((2, 10, 4), "float32")).shape
    (2, 20, 8)
    """

    rank = 1


class Conv2DTranspose(_ConvTranspose):
    """Transposed convolution over images: the gradient of `Conv2D` in its inputs, used forward, to make them larger.

    Args:
        filters: number of output channels, a positive int.
        kernel_size, strides, dilation_rate, output_padding: int, or (height, width); see `Conv1DTranspose`.
        padding: `"valid"` or `"same"`.
        data_format, activation, use_bias, ...: see `Conv1D`.

    Shapes: inputs `(N, H, W, C)`, kernel `(*kernel_size, filters, C)`, bias `(filters,)`, output
    `(N, H', W', filters)`.

    Raises:
        ValueError: for arguments out of range and inputs of another rank or number of channels.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Conv2DTranspose(3, 3, strides=2, padding="same")(np.ones((2, 7, 7, 8), "float32")).shape
    (2, 14, 14, 3)
    """

    rank = 2


class Conv3DTranspose(_ConvTranspose):
    """Transposed convolution over volumes: the gradient of `Conv3D` in its inputs, used forward, to make them larger.

    Args:
        filters: number of output channels, a positive int.
        kernel_size, strides, dilation_rate, output_padding: int, or three of them; see `Conv1DTranspose`.
        padding: `"valid"` or `"same"`.
        data_format, activation, use_bias, ...: see `Conv1D`.

    Shapes: inputs `(N, D, H, W, C)`, kernel `(*kernel_size, filters, C)`, bias `(filters,)`, output
    `(N, D', H', W', filters)`.

    Raises:
        ValueError: for arguments out of range and inputs of another rank or number of channels.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Conv3DTranspose(2, 3, strides=2)(np.ones((1, 2, 3, 4, 1), "float32")).shape
    (1, 5, 7, 9, 2)
    """

    rank = 3

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        output_padding=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        # In Keras, data_format stands before output_padding here, and behind it in one and two dimensions.
        super().__init__(
            filters, kernel_size, strides, padding, output_padding, data_format, dilation_rate, activation, use_bias,
            kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint, **kwargs,
        )  # fmt: skip
