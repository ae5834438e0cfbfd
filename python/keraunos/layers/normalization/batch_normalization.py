"""BatchNormalization: channels of mean 0 and deviation 1 over the batch."""

from keraunos import initializers, ops
from keraunos.graph import primitives as p
from keraunos.layers.normalization import renorm
from keraunos.layers.normalization.affine import AffineNormalization, known_extent
from keraunos.ops.normalization import normalize_batch


class BatchNormalization(AffineNormalization):
    """`(inputs - mean) / sqrt(variance + epsilon) * gamma + beta` (Ioffe and Szegedy, 2015).

    In training, mean and variance are those of the batch, and moving averages of them are kept:
    `moving = moving * momentum + batch * (1 - momentum)`. Otherwise, and always when `trainable` is False, the moving
    averages take their place.

    Args:
        axis: the axis that keeps its own moments.
        momentum: share of the moving averages that stays.
        epsilon: added to the variance.
        center, scale: whether there is a `beta`, a `gamma`.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: initial weights.
        beta_regularizer, gamma_regularizer: penalties.
        beta_constraint, gamma_constraint: projections after each update.
        renorm: whether batches are corrected towards the moving averages in training (Ioffe, 2017).
        renorm_clipping: dictionary with bounds of the correction, `"rmax"`, `"rmin"`, `"dmax"`.
        renorm_momentum: share of the averages that correct.
        synchronized: accepted for compatibility; there is one device.

    Halves are normalized in float32, with weights in float32.

    Shapes: inputs and output `(N, ..., C)`, weights `(C,)`; a mask has the shape of the inputs without the last axis,
        and what it hides takes no part in mean and variance.

    Raises:
        ValueError: for an axis that is out of range or of unknown extent, unknown keys or bounds in `renorm_clipping`,
            and masks of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> layer = keras.layers.BatchNormalization(momentum=0.5)
    >>> layer(np.array([[1.0], [3.0]], "float32"), training=True).numpy().round(2).ravel()
    array([-1.,  1.], dtype=float32)
    >>> layer.moving_mean.numpy()
    array([1.], dtype=float32)
    """

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        renorm=False,
        renorm_clipping=None,
        renorm_momentum=0.99,
        synchronized=False,
        **kwargs,
    ):
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
        self.axis = int(axis)
        self.momentum = float(momentum)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm = renorm
        self.renorm_clipping = _checked_clipping(renorm_clipping or {}) if renorm else renorm_clipping
        self.renorm_momentum = renorm_momentum
        self.synchronized = synchronized

    def build(self, input_shape):
        shape = (known_extent(self, "batch_normalization", input_shape, self.axis),)
        self.add_affine(shape, self.scale, self.center)
        for name in ("moving_mean", "moving_variance"):
            initializer = getattr(self, f"{name}_initializer")
            setattr(self, name, self.add_weight(shape, initializer, trainable=False, autocast=False, name=name))
        if self.renorm:
            renorm.add_weights(self, shape)

    def call(self, inputs, training=None, mask=None):
        inputs = p.widen(ops.cast(inputs, self.compute_dtype))
        rank = len(inputs.shape)
        if mask is not None and len(mask.shape) != rank - 1:
            raise ValueError(
                f'[batch_normalization] layer "{self.name}": expected a mask of rank {rank - 1}, got shape {mask.shape}'
            )
        return ops.cast(self._normalized(inputs, training, mask), self.compute_dtype)

    def _normalized(self, inputs, training, mask):
        if not (training and self.trainable):
            mean, variance, gamma, beta = self.moving_mean, self.moving_variance, self.gamma, self.beta
            return ops.batch_normalization(inputs, mean, variance, self.axis, beta, gamma, self.epsilon)
        if mask is None and not self.renorm:
            outputs, mean, variance = normalize_batch(inputs, self.axis, self.beta, self.gamma, self.epsilon)
            self._move(mean, variance)
            return outputs
        mean, variance = self._moments(inputs, mask)
        gamma, beta = self.gamma, self.beta
        if self.renorm:
            gamma, beta = renorm.corrected(self, mean, variance)
            renorm.move(self, mean, variance)
        else:
            self._move(mean, variance)
        return ops.batch_normalization(inputs, mean, variance, self.axis, beta, gamma, self.epsilon)

    def _move(self, mean, variance):
        for moving, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + value * (1.0 - self.momentum))

    def _moments(self, inputs, mask):
        """Mean and variance of what the mask shows, as vectors."""
        rank = len(inputs.shape)
        axes = tuple(a for a in range(rank) if a != self.axis % rank)
        if mask is None:
            return ops.moments(inputs, axes)
        shown = ops.broadcast_to(ops.cast(ops.expand_dims(mask, -1), "bool"), inputs.shape)
        # Keras adds its fuzz factor to the number of elements.
        count = ops.sum(ops.cast(shown, inputs.dtype), axes, keepdims=True) + 1e-7
        mean = ops.sum(ops.where(shown, inputs, 0), axes, keepdims=True) / count
        squares = ops.square(ops.where(shown, inputs - mean, 0))
        variance = ops.sum(squares, axes, keepdims=True) / count
        return ops.reshape(mean, (-1,)), ops.reshape(variance, (-1,))

    def get_config(self):
        return {
            **super().get_config(),
            "axis": self.axis,
            "momentum": self.momentum,
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
            "synchronized": self.synchronized,
            "renorm": self.renorm,
            "renorm_clipping": self.renorm_clipping,
            "renorm_momentum": self.renorm_momentum,
        }


def _checked_clipping(clipping):
    unknown = set(clipping) - {"rmax", "rmin", "dmax"}
    if unknown:
        raise ValueError(
            f"[batch_normalization] renorm_clipping knows 'rmax', 'rmin' and 'dmax', got {sorted(unknown)[0]!r}"
        )
    low, high, most = (clipping.get(key) for key in ("rmin", "rmax", "dmax"))
    if low is not None and high is not None and high < low:
        raise ValueError(f"[batch_normalization] rmax must be at least rmin, got rmax={high}, rmin={low}")
    if most is not None and most < 0:
        raise ValueError(f"[batch_normalization] dmax must not be negative, got {most}")
    return clipping
