"""TimeDistributed: a layer applied to every step of a sequence."""

from keraunos import ops
from keraunos.graph import trace as tracing
from keraunos.layers.layer import _call_parameters
from keraunos.layers.wrapper import Wrapper
from keraunos.symbolic.keras_tensor import KerasTensor

# Classes that compute every sample by itself, and what of them holds only sometimes: for these the steps of a sequence
# are merely more samples, one product of N * T rows instead of T products of N.
_BY_SAMPLE = frozenset(
    """Dense Flatten Reshape Permute RepeatVector Activation ReLU LeakyReLU ELU PReLU Softmax SpatialDropout1D
    SpatialDropout2D SpatialDropout3D GaussianNoise GaussianDropout AlphaDropout Rescaling Identity Embedding
    GroupNormalization RMSNormalization""".split()
)
_BY_SAMPLE_PACKAGES = tuple(f"keraunos.layers.{name}." for name in ("convolution", "pooling", "reshaping"))
_CONDITIONS = {
    "BatchNormalization": lambda layer, training: not training,
    "Dropout": lambda layer, training: layer.noise_shape is None,
    "LayerNormalization": lambda layer, training: layer.axis in (-1, [-1], (-1,)),
    "Sequential": lambda layer, training: all(_maps_samples(inner, training) for inner in layer.layers),
}


def _maps_samples(layer, training):
    """Whether `layer` computes every sample by itself, as far as is known: of classes of the user's nothing is."""
    module, name = type(layer).__module__, type(layer).__name__
    if not module.startswith(("keraunos.layers.", "keraunos.models.")):
        return False
    if name in _CONDITIONS:
        return _CONDITIONS[name](layer, training)
    return name in _BY_SAMPLE or f"{module}.".startswith(_BY_SAMPLE_PACKAGES)


class TimeDistributed(Wrapper):
    """`layer` applied to every step of sequences, with the same weights.

    Layers of this package that compute every sample by itself get all steps at once, as more samples. Others, such as
    batch normalization in training and classes of one's own, are called step by step, so that what they know of a batch
    is one step.

    Args:
        layer: the layer inside.

    The call takes `training` and `mask`, `(N, T)` or `(N, T, ...)`, for a layer that takes them.

    Shapes: inputs `(N, T, ...)`, output `(N, T, ...)` with what the layer makes of `(N, ...)`.

    Raises:
        TypeError: when `layer` is no layer.
        ValueError: for inputs with fewer than three axes, and for a mask that does not fit them.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> frames = keras.layers.TimeDistributed(keras.layers.Conv2D(4, 3))
    >>> frames(np.ones((2, 10, 8, 8, 3), "float32")).shape
    (2, 10, 6, 6, 4)
    """

    def __init__(self, layer, **kwargs):
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    def _step_shape(self, input_shape):
        if not isinstance(input_shape, (tuple, list)) or len(input_shape) < 3:
            raise ValueError(
                f'[time_distributed] layer "{self.name}": expected inputs (batch, steps, ...) with at least 3 axes, '
                f"got shape {input_shape}"
            )
        return (input_shape[0], *input_shape[2:])

    def build(self, input_shape):
        super().build(self._step_shape(input_shape))

    def call(self, inputs, training=None, mask=None):
        batch, steps = inputs.shape[:2]
        if mask is not None and mask.shape[:2] != (batch, steps):
            raise ValueError(
                f'[time_distributed] layer "{self.name}": expected a mask of shape ({batch}, {steps}, ...), '
                f"got {tuple(mask.shape)}"
            )
        if _maps_samples(self.layer, training):
            folded = ops.reshape(inputs, (batch * steps, *inputs.shape[2:]))
            mask = None if mask is None else ops.reshape(mask, (batch * steps, *mask.shape[2:]))
            outputs = self._call_layer(folded, training, mask)
            return ops.reshape(outputs, (batch, steps, *outputs.shape[1:]))
        outputs = [self._call_layer(inputs[:, t], training, None if mask is None else mask[:, t]) for t in range(steps)]
        return ops.stack(outputs, axis=1)

    def _call_layer(self, inputs, training, mask):
        """`layer.call` itself, as in Keras: activity regularizers and masks of the layer inside take no part."""
        accepted = _call_parameters(type(self.layer))
        given = {"training": training, "mask": mask}
        given = {name: value for name, value in given.items() if name in accepted and value is not None}
        with tracing.scope(self.layer.name), tracing.autocast(self.layer._autocast_dtype()):
            return self.layer.call(inputs, **given)

    def compute_output_spec(self, inputs, training=None, mask=None):
        """A KerasTensor in the place of the output: that of one step, and the steps."""
        step = KerasTensor(self._step_shape(inputs.shape), inputs.dtype)
        found = self.layer.compute_output_spec(step)
        return KerasTensor((inputs.shape[0], inputs.shape[1], *found.shape[1:]), found.dtype)

    def compute_output_shape(self, input_shape):
        found = self.layer.compute_output_shape(self._step_shape(input_shape))
        return (found[0], input_shape[1], *found[1:])
