"""Wrapper: a layer around another one."""

from keraunos.layers.layer import Layer
from keraunos.saving import deserialize_keras_object, serialize_keras_object


class Wrapper(Layer):
    """Base of layers that change what another layer does. Subclasses implement `call`, which uses `self.layer`.

    Args:
        layer: the layer inside.

    Raises:
        TypeError: when `layer` is no layer.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> class Twice(keras.layers.Wrapper):
    ...     def call(self, inputs):
    ...         return self.layer(self.layer(inputs))
    >>> Twice(keras.layers.Dense(3))(np.ones((2, 3), "float32")).shape
    (2, 3)
    """

    def __init__(self, layer, **kwargs):
        if not isinstance(layer, Layer):
            raise TypeError(f"[wrapper] layer must be a keraunos layer, got {type(layer).__name__}")
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape=None):
        if not self.layer.built:
            self.layer.build(input_shape)

    def get_config(self):
        return {**super().get_config(), "layer": serialize_keras_object(self.layer)}

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        layer = deserialize_keras_object(config.pop("layer"))
        return cls(layer, **config)
