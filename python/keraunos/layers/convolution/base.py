"""ConvolutionLayer: arguments, weights, bias and activation of all convolution layers."""

from keraunos import _arguments, activations, constraints, initializers, ops, regularizers
from keraunos.layers.spatial import SpatialLayer
from keraunos.ops import convolutions


class ConvolutionLayer(SpatialLayer):
    """Base: subclasses create kernels, set `_channels_out`, and implement `_convolve` on channels-last tensors.

    `kinds` maps the prefix of a weight's arguments (`kernel` in `kernel_initializer`) to (initializer, regularizer,
    constraint).
    """

    _paddings = ("valid", "same")

    def __init__(
        self,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
        activation,
        use_bias,
        activity_regularizer,
        kinds,
        **kwargs,
    ):
        super().__init__(data_format, activity_regularizer=activity_regularizer, **kwargs)
        tag, rank = self._tag, self.rank
        self.kernel_size = _arguments.int_tuple(tag, "kernel_size", kernel_size, rank)
        self.strides = _arguments.int_tuple(tag, "strides", strides, rank)
        self.dilation_rate = _arguments.int_tuple(tag, "dilation_rate", dilation_rate, rank)
        padding = padding.lower() if isinstance(padding, str) else padding
        self.padding = _arguments.one_of(tag, "padding", padding, self._paddings)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self._kinds = tuple(kinds)
        for kind, (initializer, regularizer, constraint) in kinds.items():
            setattr(self, f"{kind}_initializer", initializers.get(initializer))
            setattr(self, f"{kind}_regularizer", regularizers.get(regularizer))
            setattr(self, f"{kind}_constraint", constraints.get(constraint))

    def _refuse_strides_with_dilation(self):
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"[{self._tag}] strides and dilation_rate may not both exceed 1, got strides={self.strides} and "
                f"dilation_rate={self.dilation_rate}"
            )

    # --- weights ---

    def build(self, input_shape):
        self.check_rank(input_shape)
        channels = input_shape[self.channel_axis]
        if channels is None:
            raise ValueError(
                f'[{self._tag}] layer "{self.name}": the number of channels must be known, '
                f"got inputs of shape {tuple(input_shape)}"
            )
        self._channels_in = channels
        self.compute_output_shape(input_shape)  # finds kernels that do not fit before anything is created
        self._create_kernels(channels)
        self.bias = None
        if self.use_bias:
            self.bias = self._weight("bias", "bias", (self._channels_out(channels),))

    def _weight(self, name, kind, shape):
        return self.add_weight(
            shape,
            getattr(self, f"{kind}_initializer"),
            regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
            name=name,
        )

    def _create_kernels(self, channels):
        raise NotImplementedError

    def _channels_out(self, channels):
        raise NotImplementedError

    # --- calling ---

    def _convolve(self, inputs):
        raise NotImplementedError

    def call(self, inputs):
        self.check_rank(inputs.shape)
        channels = inputs.shape[self.channel_axis]
        if channels != self._channels_in:
            raise ValueError(
                f'[{self._tag}] layer "{self.name}": expected {self._channels_in} channels on axis '
                f"{self.channel_axis}, got inputs of shape {tuple(inputs.shape)}"
            )
        inputs, first = convolutions.channels_last(self._tag, inputs, self.data_format)
        outputs = self._convolve(inputs)
        if self.bias is not None:
            outputs = ops.add(outputs, self.bias)
        if first:
            outputs = convolutions.channels_first(outputs)
        return outputs if self.activation is activations.linear else self.activation(outputs)

    def compute_output_shape(self, input_shape):
        self.check_rank(input_shape)
        extents = [
            None if input_shape[axis] is None else self._extent(i, input_shape[axis], input_shape)
            for i, axis in enumerate(self.spatial_axes)
        ]
        shape = list(self.with_spatial(input_shape, extents))
        shape[self.channel_axis] = self._channels_out(input_shape[self.channel_axis])
        return tuple(shape)

    def _extent(self, i, extent, input_shape):
        """Positions of the output along spatial axis `i`."""
        if self.padding != "valid":
            return -(-extent // self.strides[i])
        reach = (self.kernel_size[i] - 1) * self.dilation_rate[i] + 1
        if extent < reach:
            raise ValueError(
                f'[{self._tag}] layer "{self.name}": a kernel of size {self.kernel_size} with dilation '
                f"{self.dilation_rate} does not fit into inputs of shape {tuple(input_shape)}; use padding='same', "
                "a smaller kernel, or fewer pooling layers before"
            )
        return (extent - reach) // self.strides[i] + 1

    # --- configuration ---

    def get_config(self):
        config = {
            **super().get_config(),
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
        }
        for kind in self._kinds:
            config[f"{kind}_initializer"] = initializers.serialize(getattr(self, f"{kind}_initializer"))
            config[f"{kind}_regularizer"] = regularizers.serialize(getattr(self, f"{kind}_regularizer"))
            config[f"{kind}_constraint"] = constraints.serialize(getattr(self, f"{kind}_constraint"))
        return config


class FilterLayer(ConvolutionLayer):
    """Base of layers with a given number of filters."""

    def __init__(self, filters, **arguments):
        super().__init__(**arguments)
        (self.filters,) = _arguments.int_tuple(self._tag, "filters", filters, 1)

    def _channels_out(self, channels):
        return self.filters

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}
