"""Pipeline: layers one after another, as one layer."""

from keraunos.layers.layer import Layer, _call_parameters
from keraunos.saving import deserialize_keras_object, serialize_keras_object


class Pipeline(Layer):
    """Layers one after another, for preparing data: no model, and inputs reach the first layer as they are, so that it
    may take text or dicts.

    Args:
        layers: list of layers.

    Without `training` anywhere the layers are called with `training=True`, as in Keras.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> prepare = keras.layers.Pipeline([keras.layers.AutoContrast(), keras.layers.RandomZoom(0.2)])
    >>> prepare(np.ones((2, 8, 8, 3), "uint8")).shape
    (2, 8, 8, 3)
    """

    def __init__(self, layers, name=None):
        super().__init__(name=name)
        self._pipeline_layers = list(layers)

    @property
    def layers(self):
        """The layers, in order."""
        return self._pipeline_layers

    def _to_tensors(self, value):
        return value

    def call(self, inputs, training=None, mask=None):
        training = True if training is None else training
        for layer in self._pipeline_layers:
            accepted = _call_parameters(type(layer))
            given = {"training": training, "mask": mask}
            inputs = layer(inputs, **{name: given[name] for name in given if name in accepted})
            mask = None  # from here on masks travel with what they belong to
        return inputs

    def get_config(self):
        return {"layers": [serialize_keras_object(layer) for layer in self._pipeline_layers], "name": self.name}

    @classmethod
    def from_config(cls, config):
        layers = config.get("layers")
        if not isinstance(layers, (list, tuple)):
            raise ValueError(f"[pipeline] the configuration needs a list of layers, got {layers!r}")
        return cls(**{**config, "layers": [deserialize_keras_object(layer) for layer in layers]})
