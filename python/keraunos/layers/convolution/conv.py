"""Conv1D, Conv2D, Conv3D."""

from keraunos import _arguments, ops
from keraunos.layers.convolution.base import FilterLayer


class _Conv(FilterLayer):
    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        groups=1,
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
        (self.groups,) = _arguments.int_tuple(self._tag, "groups", groups, 1)
        if self.filters % self.groups:
            raise ValueError(
                f"[{self._tag}] filters must be a multiple of groups, got filters={self.filters} and "
                f"groups={self.groups}"
            )

    def _create_kernels(self, channels):
        if channels % self.groups:
            raise ValueError(
                f'[{self._tag}] layer "{self.name}": the number of input channels must be a multiple of groups, '
                f"got {channels} channels and groups={self.groups}"
            )
        self.kernel = self._weight("kernel", "kernel", (*self.kernel_size, channels // self.groups, self.filters))

    def _convolve(self, inputs):
        return ops.conv(inputs, self.kernel, self.strides, self.padding, "channels_last", self.dilation_rate)

    def get_config(self):
        return {**super().get_config(), "groups": self.groups}


class Conv1D(_Conv):
    """`activation(conv(inputs, kernel) + bias)` over sequences.

    Args:
        filters: number of output channels, a positive int.
        kernel_size, strides, dilation_rate: int or a tuple of one; strides and dilation may not both exceed 1.
        padding: `"valid"` (none), `"same"` (`ceil(T / strides)` positions), or `"causal"` (zeros before, so that no
            position sees a later one).
        data_format: `"channels_last"` or `"channels_first"`.
        groups: number of groups of channels that are convolved apart; divides channels and filters.
        activation: function, name or config; None: linear.
        use_bias: whether to add a bias.
        kernel_initializer, bias_initializer: initial weights.
        kernel_regularizer, bias_regularizer, activity_regularizer: penalties.
        kernel_constraint, bias_constraint: projections after each update.

    Shapes: inputs `(N, T, C)`, kernel `(kernel_size, C / groups, filters)`, bias `(filters,)`, output
    `(N, T', filters)`.

    Raises:
        ValueError: for arguments out of range, inputs of another rank or number of channels, and kernels that do not
            fit into the inputs.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Conv1D(8, 3, padding="causal")(np.ones((2, 10, 4), "float32")).shape
    (2, 10, 8)
    """

    rank = 1
    _paddings = ("valid", "same", "causal")


class Conv2D(_Conv):
    """`activation(conv(inputs, kernel) + bias)` over images.

    Args:
        filters: number of output channels, a positive int.
        kernel_size, strides, dilation_rate: int, or (height, width); strides and dilation may not both exceed 1.
        padding: `"valid"` (none) or `"same"` (`ceil(H / strides)` rows; the larger half of the zeros at the end).
        data_format, groups, activation, use_bias, ...: see `Conv1D`.

    Shapes: inputs `(N, H, W, C)`, kernel `(*kernel_size, C / groups, filters)`, bias `(filters,)`, output
    `(N, H', W', filters)`.

    Raises:
        ValueError: for arguments out of range, inputs of another rank (grey images need a channel axis) or number of
            channels, and kernels that do not fit into the inputs.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Conv2D(8, 3, activation="relu")(np.ones((2, 28, 28, 1), "float32")).shape
    (2, 26, 26, 8)
    """

    rank = 2


class Conv3D(_Conv):
    """`activation(conv(inputs, kernel) + bias)` over volumes.

    Args:
        filters: number of output channels, a positive int.
        kernel_size, strides, dilation_rate: int, or (depth, height, width); strides and dilation may not both exceed 1.
        padding: `"valid"` or `"same"`.
        data_format, groups, activation, use_bias, ...: see `Conv1D`.

    Shapes: inputs `(N, D, H, W, C)`, kernel `(*kernel_size, C / groups, filters)`, bias `(filters,)`, output
    `(N, D', H', W', filters)`.

    Raises:
        ValueError: for arguments out of range, inputs of another rank or number of channels, and kernels that do not
            fit into the inputs.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Conv3D(4, 3)(np.ones((1, 6, 7, 8, 1), "float32")).shape
    (1, 4, 5, 6, 4)
    """

    rank = 3
