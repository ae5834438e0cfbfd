"""UnitNormalization: every sample of length 1."""

from keraunos import ops
from keraunos.layers.layer import Layer


class UnitNormalization(Layer):
    """Inputs divided by their Euclidean norm along `axis`.

    Args:
        axis: axis or axes of a vector.

    Shapes: inputs and output `(N, ...)`.

    Raises:
        TypeError: when `axis` is not an int or several.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.UnitNormalization()(np.array([[3.0, 4.0]], "float32")).numpy()
    array([[0.6, 0.8]], dtype=float32)
    """

    _saves_build_shape = False

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(axis, (int, list, tuple)):
            raise TypeError(f"[unit_normalization] axis must be an int or several, got {axis!r}")
        self.axis = axis if isinstance(axis, int) else list(axis)
        self.supports_masking = True

    def call(self, inputs):
        return ops.normalize(inputs, axis=self.axis, order=2, epsilon=1e-12)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}
