"""AutoContrast, RandomInvert, RandomPosterization, Solarization: other tones of each channel."""

import numpy as np

from keraunos import ops
from keraunos.layers.image.colors import ColorLayer, value_range_of
from keraunos.layers.image.image_layer import ImageLayer, RandomLayer, factor_range


class AutoContrast(ImageLayer):
    """Spreads each channel of each image over the whole value range, in training and outside; flat channels stay.

    Args:
        value_range: (low, high) of the pixels.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for a range that is not two different numbers, and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.AutoContrast()(np.array([[[100.0], [120.0], [200.0]]])).numpy().ravel()
    array([  0.,  51., 255.], dtype=float32)
    """

    def __init__(self, value_range=(0, 255), **kwargs):
        super().__init__(**kwargs)
        self.value_range = sorted(value_range_of(self._tag, value_range))

    def transform_images(self, images, transformation=None, training=True):
        self._extents(images)
        images = self._to_compute_dtype(images)
        axes = (self._height_axis, self._height_axis + 1)
        low, high = ops.min(images, axes, keepdims=True), ops.max(images, axes, keepdims=True)
        flat = high <= low
        first, last = self.value_range
        scale = float(last - first) / ops.where(flat, 1.0, high - low)
        return ops.where(flat, images, ops.clip((images - low) * scale + first, first, last))

    def get_config(self):
        return {**super().get_config(), "value_range": self.value_range}


class RandomInvert(ColorLayer):
    """In training, inverts images: `high - x`.

    Args:
        factor: probability, drawn per image from (lower, upper) of numbers in [0, 1]; f alone: (0, f).
        value_range: (low, high) of the pixels.
        seed: int, for the same draws in every run.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors outside [0, 1] and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.RandomInvert((1.0, 1.0))(np.array([[[0.0], [200.0]]]), training=True).numpy().ravel()
    array([255.,  55.], dtype=float32)
    """

    def __init__(self, factor=1.0, value_range=(0, 255), seed=None, data_format=None, **kwargs):
        super().__init__(factor, value_range, seed, data_format=data_format, **kwargs)

    def _draws(self, count, seed):
        return self._decisions(count, seed)

    def _adjusted(self, images, draws):
        return ops.where(draws > 0, self.value_range[1] - images, images)


class RandomPosterization(ColorLayer):
    """In training, keeps the highest bits of each pixel.

    Args:
        factor: number of bits, drawn per image from [lower, upper), integers in [0, 8]; equal ones: that many; f alone:
            [0, f). 0 counts as 1, as in Keras on TensorFlow, where a byte cannot be shifted by 8.
        value_range: (low, high) of the pixels.
        seed: int, for the same draws in every run.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors outside [0, 8] and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.RandomPosterization((2, 2))(np.array([[[70.0], [200.0]]]), training=True).numpy().ravel()
    array([ 64., 192.], dtype=float32)
    """

    _BOUNDS = (0, 8)

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(factor, sorted(value_range_of("random_posterization", value_range)), seed,
                         data_format=data_format, **kwargs)  # fmt: skip

    def _draws(self, count, seed):
        """Sizes of the steps, 2^(8 - bits)."""
        bits = ops.maximum(ops.cast(ops.floor(self._draw(count, *self.factor, seed)), "int32"), 1)
        return ops.take(2.0 ** np.arange(8, -1, -1, dtype=np.float32), bits)

    def _adjusted(self, images, draws):
        low, high = self.value_range
        scale = (high - low) / 255
        return ops.floor(ops.floor((images - low) / scale) / draws) * draws * scale + low


class Solarization(RandomLayer):
    """In training, adds to each image and inverts what reaches a threshold, on the scale of 0 to 255.

    Args:
        addition_factor: (lower, upper) of numbers in [0, 1], or f for (0, f); the summand is drawn from
            [lower, 255 upper), as in Keras.
        threshold_factor: the same for the threshold.
        value_range: (low, high) of the pixels.
        seed: int, for the same draws in every run.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors outside [0, 1] and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Solarization()(np.array([[[10.0], [200.0]]]), training=True).numpy().ravel()
    array([245.,  55.], dtype=float32)
    """

    def __init__(self, addition_factor=0.0, threshold_factor=0.0, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        self.addition_factor = factor_range(self._tag, "addition_factor", addition_factor, 0, 1)
        self.threshold_factor = factor_range(self._tag, "threshold_factor", threshold_factor, 0, 1)
        self.value_range = sorted(value_range_of(self._tag, value_range))

    def get_random_transformation(self, data, training=True, seed=None):
        """(additions, thresholds), `(N,)` each; None outside training."""
        if not training:
            return None
        count = self._extents(data)[0]
        ranges = (self.addition_factor, self.threshold_factor)
        return tuple(self._draw(count, low, high * 255.0, seed) for low, high in ranges)

    def transform_images(self, images, transformation=None, training=True):
        self._extents(images)
        images = self._to_compute_dtype(images)
        if not training:
            return images
        additions, thresholds = (self._per_image(draws, images) for draws in transformation)
        low, high = self.value_range
        scale = (high - low) / 255
        tones = ops.clip((images - low) / scale + additions, 0, 255)
        return ops.where(tones < thresholds, tones, 255 - tones) * scale + low

    def get_config(self):
        return {
            **super().get_config(),
            "addition_factor": self.addition_factor,
            "threshold_factor": self.threshold_factor,
            "value_range": self.value_range,
        }
