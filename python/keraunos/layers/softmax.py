"""Softmax as a layer, with a mask."""

from keraunos import activations, ops
from keraunos.layers.layer import Layer

# What a masked score becomes: its exponential is 0, and a row of nothing else does not become NaN.
_MASKED, _MASKED_FLOAT16 = -1e9, -3e4


class Softmax(Layer):
    """`exp(x) / sum(exp(x))` along `axis`.

    Args:
        axis: an int, or several that are normalized together.

    The call takes `mask`, true where a score takes part.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Softmax()(np.zeros((1, 4), "float32")).numpy()
    array([[0.25, 0.25, 0.25, 0.25]], dtype=float32)
    """

    _saves_build_shape = False

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if mask is not None:
            masked = _MASKED_FLOAT16 if inputs.dtype == "float16" else _MASKED
            inputs = ops.where(ops.cast(mask, "bool"), inputs, masked)
        axis = self.axis
        if isinstance(axis, (list, tuple)) and len(axis) == 1:
            axis = axis[0]
        return activations.softmax(inputs, axis=axis if isinstance(axis, int) else tuple(axis))

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}
