"""RMSNormalization: every sample of root mean square 1."""

from keraunos import ops
from keraunos.layers.layer import Layer
from keraunos.layers.normalization.affine import known_extent


class RMSNormalization(Layer):
    """`inputs / sqrt(mean(inputs ** 2) + epsilon) * scale` (Zhang and Sennrich, 2019).

    Args:
        axis: axis or axes that are normalized together, and that have a scale.
        epsilon: added to the mean of squares.

    Shapes: inputs and output `(N, ...)`; scale: the extents of `axis`.

    Raises:
        ValueError: for an axis that is out of range or of unknown extent.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.RMSNormalization()(np.array([[3.0, -3.0]], "float32")).numpy().round(2)
    array([[ 1., -1.]], dtype=float32)
    """

    def __init__(self, axis=-1, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.epsilon = epsilon

    def build(self, input_shape):
        self.axis = sorted(self.axis) if isinstance(self.axis, (list, tuple)) else [self.axis]
        shape = tuple(known_extent(self, "rms_normalization", input_shape, a) for a in self.axis)
        self.scale = self.add_weight(shape, "ones", name="scale")

    def call(self, inputs):
        return ops.rms_normalization(inputs, self.scale, self.axis, self.epsilon)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis, "epsilon": self.epsilon}
