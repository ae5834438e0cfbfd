"""Rescaling: a fixed scale and offset."""

import numpy as np

from keraunos import ops
from keraunos.layers.layer import Layer
from keraunos.saving import serialization


class Rescaling(Layer):
    """`inputs * scale + offset`, as the layer's dtype; integers are converted.

    Args:
        scale: number, or an array over the last axis.
        offset: number, or an array over the last axis.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Rescaling(1.0 / 255)(np.array([[0, 51, 255]], "uint8")).numpy().round(4)
    array([[0. , 0.2, 1. ]], dtype=float32)
    """

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        if isinstance(scale, dict):
            scale = serialization.deserialize_keras_object(scale)
        if isinstance(offset, dict):
            offset = serialization.deserialize_keras_object(offset)
        self.scale = scale
        self.offset = offset
        self.supports_masking = True

    def call(self, inputs):
        inputs = ops.cast(inputs, self.compute_dtype)
        scaled = inputs * self._factor(self.scale)
        return (
            scaled if isinstance(self.offset, (int, float)) and self.offset == 0 else scaled + self._factor(self.offset)
        )

    def _factor(self, value):
        return value if isinstance(value, (int, float)) else np.asarray(value, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "scale": serialization.serialize_keras_object(self.scale),
            "offset": serialization.serialize_keras_object(self.offset),
        }
