"""SeparableConv1D and SeparableConv2D."""

from keraunos import _arguments, ops
from keraunos.layers.convolution.base import FilterLayer


class _SeparableConv(FilterLayer):
    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
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
                "depthwise": (depthwise_initializer, depthwise_regularizer, depthwise_constraint),
                "pointwise": (pointwise_initializer, pointwise_regularizer, pointwise_constraint),
                "bias": (bias_initializer, bias_regularizer, bias_constraint),
            },
            **kwargs,
        )
        (self.depth_multiplier,) = _arguments.int_tuple(self._tag, "depth_multiplier", depth_multiplier, 1)

    def _create_kernels(self, channels):
        inner = channels * self.depth_multiplier
        self.depthwise_kernel = self._weight(
            "depthwise_kernel", "depthwise", (*self.kernel_size, channels, self.depth_multiplier)
        )
        self.pointwise_kernel = self._weight("pointwise_kernel", "pointwise", (*(1,) * self.rank, inner, self.filters))

    def _convolve(self, inputs):
        return ops.separable_conv(
            inputs,
            self.depthwise_kernel,
            self.pointwise_kernel,
            self.strides,
            self.padding,
            "channels_last",
            self.dilation_rate,
        )

    def get_config(self):
        return {**super().get_config(), "depth_multiplier": self.depth_multiplier}


class SeparableConv1D(_SeparableConv):
    """A depthwise convolution over sequences, then a convolution of size 1 that mixes the channels.

    Args:
        filters: number of output channels, a positive int.
        kernel_size, strides, dilation_rate: of the depthwise convolution; int or a tuple of one.
        padding: `"valid"` or `"same"`.
        depth_multiplier: channels between the convolutions, per input channel.
        data_format, activation, use_bias, ...: see `Conv1D`; `depthwise_...` and `pointwise_...` concern the kernels.

    Shapes: inputs `(N, T, C)`, kernels `(kernel_size, C, depth_multiplier)` and `(1, C * depth_multiplier, filters)`,
    bias `(filters,)`, output `(N, T', filters)`.

    Raises:
        ValueError: for arguments out of range, inputs of another rank or number of channels, and kernels that do not
            fit into the inputs.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.SeparableConv1D(8, 3)(np.ones((2, 10, 4), "float32")).shape
    (2, 8, 8)
    """

    rank = 1


class SeparableConv2D(_SeparableConv):
    """A depthwise convolution over images, then a 1 x 1 convolution that mixes the channels (Chollet, Xception, 2017).

    Args:
        filters: number of output channels, a positive int.
        kernel_size, strides, dilation_rate: of the depthwise convolution; int, or (height, width).
        padding: `"valid"` or `"same"`.
        depth_multiplier: channels between the convolutions, per input channel.
        data_format, activation, use_bias, ...: see `Conv1D`; `depthwise_...` and `pointwise_...` concern the kernels.

    Shapes: inputs `(N, H, W, C)`, kernels `(*kernel_size, C, depth_multiplier)` and
    `(1, 1, C * depth_multiplier, filters)`, bias `(filters,)`, output `(N, H', W', filters)`.

    Raises:
        ValueError: for arguments out of range, inputs of another rank or number of channels, and kernels that do not
            fit into the inputs.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.SeparableConv2D(8, 3, padding="same")(np.ones((2, 8, 8, 4), "float32")).shape
    (2, 8, 8, 8)
    """

    rank = 2
