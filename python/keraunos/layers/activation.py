"""Activation: a function as a layer."""

from keraunos import activations
from keraunos.layers.layer import Layer


class Activation(Layer):
    """`activation(inputs)`, elementwise or along the last axis.

    Args:
        activation: name, dict or function.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Activation("relu")(np.array([[-1.0, 2.0]], "float32")).numpy()
    array([[0., 2.]], dtype=float32)
    """

    _saves_build_shape = False

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)
        self.supports_masking = True

    def call(self, inputs):
        return self.activation(inputs)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "activation": activations.serialize(self.activation)}
