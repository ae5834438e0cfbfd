"""RandomErasing: rectangles covered."""

import numpy as np

from keraunos import ops, random
from keraunos.layers.image.colors import ColorLayer
from keraunos.layers.image.image_layer import factor_range


class RandomErasing(ColorLayer):
    """In training, covers a rectangle of images (Zhong et al., Random Erasing Data Augmentation, 2017).

    Args:
        factor: probability, drawn per image from (lower, upper) of numbers in [0, 1]; f alone: (0, f).
        scale: share of the image that would be covered if height and width were drawn alike, (lower, upper) of numbers
            in [0, 1]; the sides are square roots of draws from it.
        fill_value: number or one per channel; None: normal noise times the upper end of the value range.
        value_range: (low, high) of the pixels, to which the fill is clipped.
        seed: int, for the same draws in every run.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors and scales outside [0, 1] and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> erase = keras.layers.RandomErasing((1.0, 1.0), scale=(0.25, 0.25), fill_value=0)
    >>> erase(np.ones((1, 8, 8, 1), "float32"), training=True).numpy().sum().item()
    48.0
    """

    def __init__(self, factor=1.0, scale=(0.02, 0.33), fill_value=None, value_range=(0, 255), seed=None,
                 data_format=None, **kwargs):  # fmt: skip
        super().__init__(factor, value_range, seed, data_format=data_format, **kwargs)
        self.scale = factor_range(self._tag, "scale", scale, 0, 1)
        self.fill_value = fill_value

    def get_random_transformation(self, data, training=True, seed=None):
        """(decisions, tops, bottoms, lefts, rights), `(N,)` each, in pixels; None outside training."""
        if not training:
            return None
        count, *extents = self._extents(data)
        bounds = []
        for extent in extents:
            length = ops.sqrt(self._draw(count, *self.scale, seed)) * float(extent)
            start = self._draw(count, 0.0, 1.0, seed) * (extent - length)
            bounds += [start, start + length]
        return (self._decisions(count, seed), *bounds)

    def transform_images(self, images, transformation=None, training=True):
        self._extents(images)
        images = self._to_compute_dtype(images)
        if not training:
            return images
        decisions, *bounds = transformation
        covered = self._inside(bounds, images)
        decisions = self._per_image(decisions, images)
        return ops.where(ops.logical_and(covered, decisions > 0), self._fill(images), images)

    def _fill(self, images):
        if self.fill_value is None:
            noise = random.normal(images.shape, dtype=self.compute_dtype, seed=self.generator)
            return ops.clip(noise * float(self.value_range[1]), *self.value_range)
        fill = np.asarray(self.fill_value, self.compute_dtype)
        if fill.ndim and self.data_format == "channels_first":
            fill = fill.reshape(-1, 1, 1)
        return np.clip(fill, *self.value_range)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale, "fill_value": self.fill_value}
