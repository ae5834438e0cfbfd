"""Sequential: a chain of layers."""

from keraunos.layers.input_layer import InputLayer
from keraunos.layers.layer import Layer
from keraunos.models.model import Model
from keraunos.models.network import Network
from keraunos.symbolic.keras_tensor import KerasTensor


class Sequential(Model):
    """Layers one after another.

    Args:
        layers: list of layers; the first may be `Input(...)`, or have `input_shape=` or `input_dim=`.
        trainable: whether optimizers update the weights.
        name: default `"sequential"`, numbered.

    Weights are created at once when the shape of the input is known, else by the first data.

    Example:

    >>> import keraunos as keras
    >>> model = keras.Sequential([keras.layers.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    >>> model.count_params()
    7850
    """

    def __init__(self, layers=None, trainable=True, name=None):
        super().__init__(trainable=trainable, name=name)
        self._chain = []
        self._input = None
        if layers is not None and not isinstance(layers, (list, tuple)):
            raise TypeError(
                f"[sequential] expected a list of layers, got {type(layers).__name__}; write Sequential([layer, ...])"
            )
        for layer in layers or ():
            self._append(layer)
        self._build_if_known()

    def add(self, layer, rebuild=True):
        """Appends a layer.

        Raises:
            TypeError: for anything but a layer.
            ValueError: for a name that is taken.
        """
        self._append(layer)
        self._reset()
        self._build_if_known()

    def pop(self, rebuild=True):
        """Removes the last layer and returns it."""
        if not self._chain:
            raise ValueError("[sequential] there is no layer to remove")
        layer = self._chain.pop()
        self._reset()
        self._build_if_known()
        return layer

    _is_chain = True
    _public_module = "keras"

    def _append(self, layer):
        if isinstance(layer, KerasTensor) and isinstance(layer._keras_history.operation, InputLayer):
            layer = layer._keras_history.operation
        if isinstance(layer, type) and issubclass(layer, Layer):
            raise TypeError(
                f"[sequential] expected a layer, got the class {layer.__name__}; write {layer.__name__}(...)"
            )
        if not isinstance(layer, Layer):
            raise TypeError(f"[sequential] expected a layer, got {layer!r}")
        if isinstance(layer, InputLayer):
            if self._chain or self._input is not None:
                raise ValueError("[sequential] Input must be the first layer, and there can be only one")
            self._input = layer
            return
        if any(layer is known for known in self._chain):
            raise ValueError(f'[sequential] layer "{layer.name}" is in the model already; make another one')
        if any(layer.name == known.name for known in self._chain):
            raise ValueError(f'[sequential] there is a layer named "{layer.name}" already; layer names must be unique')
        if not self._chain and self._input is None and layer._input_shape_argument is not None:
            self._input = InputLayer(batch_shape=layer._input_shape_argument)
        self._chain.append(layer)

    def _reset(self):
        self.built = False
        self._set_network(None)
        if self._programs is not None:
            self._programs.clear()

    def _build_if_known(self):
        if self._input is not None and self._chain:
            self.build(self._input.batch_shape)

    @property
    def layers(self):
        """The layers in order, without the input."""
        return list(self._chain)

    def build(self, input_shape=None):
        """Creates the weights for inputs of `input_shape` (batch axis first)."""
        if input_shape is None:
            self._build_if_known()
            return
        if not self._chain:
            raise ValueError(f'[sequential] model "{self.name}" has no layers; add some before it is built')
        if self._input is None or self._input.batch_shape != tuple(input_shape):
            self._input = InputLayer(batch_shape=input_shape, dtype=None if self._input is None else self._input.dtype)
        x = self._input.output
        for layer in self._chain:
            x = layer(x)
        self._set_network(Network(self._input.output, x))
        self._build_shape = input_shape
        self.built = True
        self._name_variables(self.name)

    def _build_once(self, input_shape):
        if not self.built:
            self.build((None, *input_shape[1:]))

    def call(self, inputs, training=None, mask=None):
        if isinstance(inputs, (list, tuple)) and len(inputs) == 1:
            inputs = inputs[0]
        for layer in self._chain:
            inputs = layer(inputs)
        return inputs

    def compute_output_shape(self, input_shape):
        shape = tuple(input_shape)
        for layer in self._chain:
            shape = layer.compute_output_shape(shape)
        return shape

    def get_config(self):
        from keraunos.saving import serialize_keras_object

        layers = ([self._input] if self._input is not None else []) + self._chain
        config = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize_keras_object(self.dtype_policy),
            "layers": [serialize_keras_object(layer) for layer in layers],
        }
        if self.built:
            config["build_input_shape"] = self._build_shape
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The model that `get_config` described, with fresh weights."""
        from keraunos.saving import deserialize_keras_object

        layers = [deserialize_keras_object(layer, custom_objects=custom_objects) for layer in config["layers"]]
        model = cls(layers, trainable=config.get("trainable", True), name=config.get("name"))
        if not model.built and config.get("build_input_shape"):
            model.build(tuple(config["build_input_shape"]))
        return model
