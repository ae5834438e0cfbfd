"""Flatten: all axes but the batch become one."""

from keraunos import _arguments, ops
from keraunos.layers.layer import Layer


class Flatten(Layer):
    """`(N, ...)` to `(N, F)`.

    Args:
        data_format: `"channels_last"` (default) or `"channels_first"`, which moves axis 1 to the end first.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Flatten()(np.ones((2, 28, 28), "float32")).shape
    (2, 784)
    """

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = _arguments.data_format("flatten", data_format)

    def call(self, inputs):
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = ops.moveaxis(inputs, 1, -1)
        elements = 1
        for extent in inputs.shape[1:]:
            elements *= extent
        return ops.reshape(inputs, (inputs.shape[0] if inputs.shape else 1, elements))

    def compute_output_shape(self, input_shape):
        elements = 1
        for extent in input_shape[1:]:
            if extent is None:
                return (input_shape[0], None)
            elements *= extent
        return (input_shape[0], elements)

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format}
