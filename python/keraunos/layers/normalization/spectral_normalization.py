"""SpectralNormalization: a layer whose kernel has spectral norm 1."""

from keraunos import initializers, ops
from keraunos.layers.wrapper import Wrapper


class SpectralNormalization(Wrapper):
    """Divides the kernel of a layer by its largest singular value before each call in training (Miyato et al., 2018).

    Args:
        layer: a layer with a `kernel` or `embeddings`.
        power_iterations: steps of the power method per call, a positive int.

    Shapes: those of the layer; its kernel is taken as `(rows, C)`, C the last axis.

    Raises:
        ValueError: for a layer without either, and for `power_iterations` below 1.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.utils.set_random_seed(1)  # 20 iterations suffice for the singular values of most kernels, not of all
    >>> layer = keras.layers.SpectralNormalization(keras.layers.Dense(3), power_iterations=20)
    >>> _ = layer(np.ones((2, 4), "float32"), training=True)
    >>> float(np.linalg.norm(layer.kernel.numpy(), 2).round(3))
    1.0
    """

    def __init__(self, layer, power_iterations=1, **kwargs):
        super().__init__(layer, **kwargs)
        if power_iterations <= 0:
            raise ValueError(f"[spectral_normalization] power_iterations must be at least 1, got {power_iterations}")
        self.power_iterations = power_iterations

    def build(self, input_shape):
        super().build(input_shape)
        self.kernel = getattr(self.layer, "kernel", None)
        if self.kernel is None:
            self.kernel = getattr(self.layer, "embeddings", None)
        if self.kernel is None:
            raise ValueError(
                "[spectral_normalization] expected a layer with a kernel or embeddings, "
                f"got {type(self.layer).__name__}"
            )
        self.vector_u = self.add_weight(
            (1, self.kernel.shape[-1]), initializers.TruncatedNormal(stddev=0.02), trainable=False, name="vector_u"
        )

    def call(self, inputs, training=False):
        if training:
            kernel, u = ops.convert_to_tensor(self.kernel), ops.convert_to_tensor(self.vector_u)
            new_u, new_kernel = self._normalized(kernel, u)
            zero = ops.all(ops.equal(kernel, 0))
            self.vector_u.assign(ops.where(zero, u, new_u))
            # Gradients belong to the kernel as the layer reads it, after the division: the added 0 carries them there.
            unchanged = kernel - ops.stop_gradient(kernel)
            self.kernel.assign(ops.stop_gradient(ops.where(zero, kernel, new_kernel)) + unchanged)
        return self.layer(inputs)

    def _normalized(self, kernel, u):
        """(approximate singular vector, kernel divided by its singular value)."""
        matrix = ops.reshape(kernel, (-1, kernel.shape[-1]))
        for _ in range(self.power_iterations):
            v = _unit(ops.matmul(u, ops.transpose(matrix)))
            u = _unit(ops.matmul(v, matrix))
        sigma = ops.sum(ops.matmul(v, matrix) * u)
        return u, kernel / sigma

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def get_config(self):
        return {**super().get_config(), "power_iterations": self.power_iterations}


def _unit(row):
    return ops.normalize(row, axis=-1, order=2, epsilon=1e-12)
