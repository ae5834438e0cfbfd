"""LayerNormalization: every sample of mean 0 and deviation 1."""

import warnings

from keraunos import ops
from keraunos.layers.normalization.affine import AffineNormalization, known_extent


class LayerNormalization(AffineNormalization):
    """`(inputs - mean) / sqrt(variance + epsilon) * gamma + beta`, with the moments of each sample (Ba et al., 2016).

    Args:
        axis: axis or axes that are normalized together, and that have gamma and beta.
        epsilon: added to the variance.
        center, scale: whether there is a `beta`, a `gamma`.
        beta_initializer, gamma_initializer: initial weights.
        beta_regularizer, gamma_regularizer: penalties.
        beta_constraint, gamma_constraint: projections after each update.

    Shapes: inputs and output `(N, ...)`; weights the extents of `axis`.

    Raises:
        TypeError: when `axis` is not an int or several.
        ValueError: for axes that are out of range or of unknown extent.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.LayerNormalization()(np.array([[1.0, 3.0]], "float32")).numpy().round(2)
    array([[-1.,  1.]], dtype=float32)
    """

    def __init__(
        self,
        axis=-1,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        self.rms_scaling = kwargs.pop("rms_scaling", False)
        if self.rms_scaling:
            warnings.warn("[layer_normalization] rms_scaling is deprecated; use RMSNormalization", stacklevel=2)
        super().__init__(
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        if not isinstance(axis, (int, list, tuple)):
            raise TypeError(f"[layer_normalization] axis must be an int or several, got {axis!r}")
        self.axis = axis if isinstance(axis, int) else list(axis)

    def build(self, input_shape):
        self.axis = [self.axis] if isinstance(self.axis, int) else sorted(self.axis)
        shape = tuple(known_extent(self, "layer_normalization", input_shape, axis) for axis in self.axis)
        self.add_affine(shape, self.scale or self.rms_scaling, self.center and not self.rms_scaling)

    def call(self, inputs):
        outputs = ops.layer_normalization(
            inputs, self.gamma, self.beta, self.axis, self.epsilon, rms_scaling=self.rms_scaling
        )
        return ops.cast(outputs, self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis, "rms_scaling": self.rms_scaling}
