"""Masking: steps of a sequence that do not count."""

from keraunos import ops
from keraunos.layers.layer import Layer
from keraunos.saving import serialization


class Masking(Layer):
    """Marks the steps whose features all equal `mask_value`, and sets them to 0. Layers behind that use masks leave
    them out.

    Args:
        mask_value: number, or one per feature.

    Shapes: inputs and output `(N, T, F)`; the mask is `(N, T)`, true where a step counts.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> steps = keras.layers.Masking(-1.0)(np.array([[[5.0, -1.0], [-1.0, -1.0]]]))
    >>> steps.numpy()
    array([[[ 5., -1.],
            [ 0.,  0.]]], dtype=float32)
    """

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        self.mask_value = (
            serialization.deserialize_keras_object(mask_value) if isinstance(mask_value, dict) else mask_value
        )
        self.supports_masking = True

    def call(self, inputs):
        kept = ops.any(ops.not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        return ops.where(kept, inputs, 0)

    def compute_mask(self, inputs, mask=None):
        """True for steps with a feature other than `mask_value`."""
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "mask_value": serialization.serialize_keras_object(self.mask_value)}
