"""DepthwiseConv1D and DepthwiseConv2D."""

from keraunos import _arguments, ops
from keraunos.layers.convolution.base import ConvolutionLayer


class _DepthwiseConv(ConvolutionLayer):
    def __init__(
        self,
        kernel_size,
        strides=1,
        padding="valid",
        depth_multiplier=1,
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            activity_regularizer=activity_regularizer,
            kinds={
                "depthwise": (depthwise_initializer, depthwise_regularizer, depthwise_constraint),
                "bias": (bias_initializer, bias_regularizer, bias_constraint),
            },
            **kwargs,
        )
        (self.depth_multiplier,) = _arguments.int_tuple(self._tag, "depth_multiplier", depth_multiplier, 1)

    def _create_kernels(self, channels):
        self.kernel = self._weight("kernel", "depthwise", (*self.kernel_size, channels, self.depth_multiplier))

    def _channels_out(self, channels):
        return None if channels is None else channels * self.depth_multiplier

    def _convolve(self, inputs):
        return ops.depthwise_conv(inputs, self.kernel, self.strides, self.padding, "channels_last", self.dilation_rate)

    def get_config(self):
        return {**super().get_config(), "depth_multiplier": self.depth_multiplier}


class DepthwiseConv1D(_DepthwiseConv):
    """Convolves each channel of sequences with `depth_multiplier` kernels of its own.

    Args:
        kernel_size, strides, dilation_rate: int or a tuple of one.
        padding: `"valid"` or `"same"`.
        depth_multiplier: output channels per input channel.
        data_format, activation, use_bias, ...: see `Conv1D`; `depthwise_...` concerns the kernel.

    Shapes: inputs `(N, T, C)`, kernel `(kernel_size, C, depth_multiplier)`, output `(N, T', C * depth_multiplier)`.

    Raises:
        ValueError: for arguments out of range, inputs of another rank or number of channels, and kernels that do not
            fit into the inputs.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.DepthwiseConv1D(3, depth_multiplier=2)(np.ones((2, 10, 4), "float32")).shape
    (2, 8, 8)
    """

    rank = 1


class DepthwiseConv2D(_DepthwiseConv):
    """Convolves each channel of images with `depth_multiplier` kernels of its own.

    Args:
        kernel_size, strides, dilation_rate: int, or (height, width).
        padding: `"valid"` or `"same"`.
        depth_multiplier: output channels per input channel.
        data_format, activation, use_bias, ...: see `Conv1D`; `depthwise_...` concerns the kernel.

    Shapes: inputs `(N, H, W, C)`, kernel `(*kernel_size, C, depth_multiplier)`, output
    `(N, H', W', C * depth_multiplier)`.

    Raises:
        ValueError: for arguments out of range, inputs of another rank or number of channels, and kernels that do not
            fit into the inputs.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.DepthwiseConv2D(3, padding="same")(np.ones((2, 8, 8, 4), "float32")).shape
    (2, 8, 8, 4)
    """

    rank = 2
