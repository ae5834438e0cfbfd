"""RandomGaussianBlur and RandomSharpness: images in and out of focus."""

import numpy as np

from keraunos import _arguments, ops
from keraunos.layers.image.colors import ColorLayer, value_range_of
from keraunos.layers.image.image_layer import factor_range


class RandomGaussianBlur(ColorLayer):
    """In training, blurs images.

    Args:
        factor: probability, drawn per image from (lower, upper) of numbers in [0, 1]; f alone: (0, f).
        kernel_size: odd number of pixels, or (height, width).
        sigma: standard deviation of the blur in pixels, drawn once per batch and direction from (lower, upper) of
            numbers in [0, 1]; s alone: (0, s).
        value_range: (low, high) of the pixels, to which the result is clipped.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: int, for the same draws in every run.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for even sizes, factors outside [0, 1] and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.RandomGaussianBlur()(np.ones((2, 8, 8, 3), "float32"), training=True).shape
    (2, 8, 8, 3)
    """

    def __init__(self, factor=1.0, kernel_size=3, sigma=1.0, value_range=(0, 255), data_format=None, seed=None,
                 **kwargs):  # fmt: skip
        super().__init__(factor, value_range, seed, data_format=data_format, **kwargs)
        self.kernel_size = _arguments.int_tuple(self._tag, "kernel_size", kernel_size, 2)
        if any(size % 2 == 0 for size in self.kernel_size):
            raise ValueError(f"[{self._tag}] kernel_size must be odd, got {kernel_size!r}")
        self.sigma = factor_range(self._tag, "sigma", sigma, 0, 1)

    def get_random_transformation(self, data, training=True, seed=None):
        """(decisions `(N,)`, deviations `(2,)`); None outside training."""
        if not training:
            return None
        decisions = self._decisions(self._extents(data)[0], seed)
        return decisions, self._draw(2, *self.sigma, seed) + 1e-6

    def transform_images(self, images, transformation=None, training=True):
        self._extents(images)
        images = self._to_compute_dtype(images)
        if not training:
            return images
        decisions, sigma = transformation
        blurred = ops.image.gaussian_blur(images, self.kernel_size, sigma, self.data_format)
        return ops.clip(ops.where(self._per_image(decisions, images) > 0, blurred, images), *self.value_range)

    def get_config(self):
        return {**super().get_config(), "kernel_size": self.kernel_size, "sigma": self.sigma}


class RandomSharpness(ColorLayer):
    """In training, moves each image away from a blurred picture of itself, or towards it: `x + (1 - 2 f) (b - x)`, b
    being blurred with weights 5/13 for the pixel and 1/13 for its neighbours, zeros outside.

    Args:
        factor: f, drawn per image from (lower, upper) of numbers in [0, 1]: 0 blurs, 0.5 changes nothing, 1 sharpens; f
            alone: (0, f).
        value_range: (low, high) of the pixels, to which the result is clipped.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: int, for the same draws in every run.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors outside [0, 1] and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> dot = np.zeros((1, 3, 3, 1)); dot[0, 1, 1] = 13
    >>> keras.layers.RandomSharpness((0.0, 0.0))(dot, training=True).numpy().round(4)[0, :, :, 0]
    array([[1., 1., 1.],
           [1., 5., 1.],
           [1., 1., 1.]], dtype=float32)
    """

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        value_range = sorted(value_range_of("random_sharpness", value_range))
        super().__init__(factor, value_range, seed, data_format=data_format, **kwargs)

    def _adjusted(self, images, draws):
        first = self.data_format == "channels_first"
        pixels = ops.moveaxis(images, -3, -1) if first else images
        batch = pixels if len(pixels.shape) == 4 else ops.expand_dims(pixels, 0)
        kernel = np.full((3, 3, batch.shape[3], 1), 1 / 13, "float32")
        kernel[1, 1] = 5 / 13
        kernel = self._to_compute_dtype(ops.convert_to_tensor(kernel))
        blurred = ops.depthwise_conv(batch, kernel, padding="same", data_format="channels_last")
        blurred = ops.reshape(blurred, pixels.shape)
        blurred = ops.moveaxis(blurred, -1, -3) if first else blurred
        return ops.clip(images + (1.0 - 2.0 * draws) * (blurred - images), *self.value_range)
