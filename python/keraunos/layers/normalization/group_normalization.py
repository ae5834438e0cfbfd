"""GroupNormalization: groups of channels of mean 0 and deviation 1, sample by sample."""

from keraunos import ops
from keraunos.graph import primitives as p
from keraunos.layers.normalization.affine import AffineNormalization, known_extent


class GroupNormalization(AffineNormalization):
    """`(inputs - mean) / sqrt(variance + epsilon) * gamma + beta`, with the moments of each sample's groups of channels
    (Wu and He, 2018).

    Args:
        groups: number of groups, a divisor of the number of channels; -1: every channel is one (instance
            normalization); 1: all channels together.
        axis: axis of the channels.
        epsilon: added to the variance.
        center, scale: whether there is a `beta`, a `gamma`.
        beta_initializer, gamma_initializer: initial weights.
        beta_regularizer, gamma_regularizer: penalties.
        beta_constraint, gamma_constraint: projections after each update.

    Shapes: inputs and output `(N, ..., C)`, weights `(C,)`.

    Raises:
        ValueError: for `groups` that is not a positive integer or -1, and for channels that it does not divide.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.GroupNormalization(2)(np.array([[1.0, 3.0, 5.0, 9.0]], "float32")).numpy().round(2)
    array([[-1.,  1., -1.,  1.]], dtype=float32)
    """

    def __init__(
        self,
        groups=32,
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
        if isinstance(groups, bool) or not isinstance(groups, int) or (groups < 1 and groups != -1):
            raise ValueError(f"[group_normalization] groups must be a positive integer or -1, got {groups!r}")
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
        self.groups = groups
        self.axis = axis

    def build(self, input_shape):
        channels = known_extent(self, "group_normalization", input_shape, self.axis)
        self.groups = channels if self.groups == -1 else self.groups
        if channels % self.groups:
            raise ValueError(
                f'[group_normalization] layer "{self.name}": the number of channels must be a multiple of '
                f"groups={self.groups}, got inputs of shape {tuple(input_shape)}"
            )
        self.add_affine((channels,), self.scale, self.center)

    def call(self, inputs):
        shape = inputs.shape
        axis = self.axis % len(shape)
        grouped = (*shape[:axis], self.groups, shape[axis] // self.groups, *shape[axis + 1 :])
        x = p.widen(ops.reshape(inputs, grouped))
        mean, variance = ops.moments(x, tuple(a for a in range(1, len(grouped)) if a != axis), keepdims=True)
        x = (x - mean) * ops.rsqrt(variance + self.epsilon)
        along = (grouped[axis], grouped[axis + 1], *[1] * (len(grouped) - axis - 2))
        if self.gamma is not None:
            x = x * ops.reshape(self.gamma, along)
        if self.beta is not None:
            x = x + ops.reshape(self.beta, along)
        return ops.cast(ops.reshape(x, shape), self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "groups": self.groups, "axis": self.axis}
