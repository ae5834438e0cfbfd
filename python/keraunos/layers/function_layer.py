"""Lambda: any function as a layer."""

import inspect

from keraunos.layers.layer import Layer
from keraunos.saving import serialization


class Lambda(Layer):
    """`function(inputs, **arguments)`.

    Args:
        function: a function of a tensor, made of `keras.ops`. It is saved by name: a lambda cannot be saved.
        output_shape: shape without the batch axis, or a function of the input shape; default: found by tracing.
        mask: mask of the output, or a function `(inputs, mask)`.
        arguments: dict of further arguments.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Lambda(lambda x: x * 2)(np.ones((1, 2), "float32")).numpy()
    array([[2., 2.]], dtype=float32)
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        self.function = function
        self.arguments = dict(arguments or {})
        self._output_shape = output_shape
        self.mask = mask
        self.supports_masking = mask is not None
        parameters = inspect.signature(function).parameters
        self._accepts = {name for name in ("mask", "training") if name in parameters}

    def call(self, inputs, mask=None, training=None):
        given = {"mask": mask, "training": training}
        return self.function(inputs, **self.arguments, **{name: given[name] for name in self._accepts})

    def compute_output_shape(self, input_shape):
        if self._output_shape is None:
            return super().compute_output_shape(input_shape)
        if callable(self._output_shape):
            return self._output_shape(input_shape)
        return (input_shape[0], *self._output_shape)

    def compute_mask(self, inputs, mask=None):
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def get_config(self):
        return {
            **super().get_config(),
            "function": serialization.serialize_keras_object(self.function),
            "output_shape": None if callable(self._output_shape) else self._output_shape,
            "arguments": serialization.serialize_keras_object(self.arguments),
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        config["function"] = serialization.deserialize_keras_object(config["function"])
        return cls(**config)
