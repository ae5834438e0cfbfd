"""RandomColorJitter: brightness, contrast, saturation and hue, one after another."""

from keraunos.layers.image.colors import RandomBrightness, RandomContrast
from keraunos.layers.image.hues import RandomHue, RandomSaturation
from keraunos.layers.image.image_layer import RandomLayer


class RandomColorJitter(RandomLayer):
    """In training, changes brightness, contrast, saturation and hue of each image, in this order.

    Args:
        value_range: (low, high) of the pixels.
        brightness_factor, contrast_factor, saturation_factor, hue_factor: factors of `RandomBrightness`,
            `RandomContrast`, `RandomSaturation` and `RandomHue`; None: left out.
        seed: int, for the same draws in every run.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, 3)` or `(H, W, 3)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors out of range and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> jitter = keras.layers.RandomColorJitter(brightness_factor=0.3, hue_factor=(0.0, 0.1))
    >>> jitter(np.ones((2, 8, 8, 3), "uint8"), training=True).shape
    (2, 8, 8, 3)
    """

    def __init__(self, value_range=(0, 255), brightness_factor=None, contrast_factor=None, saturation_factor=None,
                 hue_factor=None, seed=None, data_format=None, **kwargs):  # fmt: skip
        super().__init__(seed, data_format, **kwargs)
        self.value_range = value_range
        self.brightness_factor = brightness_factor
        self.contrast_factor = contrast_factor
        self.saturation_factor = saturation_factor
        self.hue_factor = hue_factor
        parts = (
            (RandomBrightness, brightness_factor),
            (RandomContrast, contrast_factor),
            (RandomSaturation, saturation_factor),
            (RandomHue, hue_factor),
        )
        options = {"value_range": value_range, "seed": seed, "data_format": data_format, "dtype": self.dtype_policy}
        self._parts = [cls(factor, **options) for cls, factor in parts if factor is not None]

    def get_random_transformation(self, data, training=True, seed=None):
        """What each part draws; None outside training."""
        seed = self.generator if seed is None else seed
        return [part.get_random_transformation(data, seed=seed) for part in self._parts] if training else None

    def transform_images(self, images, transformation=None, training=True):
        self._extents(images)
        images = self._to_compute_dtype(images)
        for part, draws in zip(self._parts, transformation or (), strict=False):
            images = part.transform_images(images, draws)
        return images

    def get_config(self):
        return {
            **super().get_config(),
            "value_range": self.value_range,
            "brightness_factor": self.brightness_factor,
            "contrast_factor": self.contrast_factor,
            "saturation_factor": self.saturation_factor,
            "hue_factor": self.hue_factor,
        }
