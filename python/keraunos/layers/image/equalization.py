"""Equalization: tones spread so that all are equally frequent."""

import math

from keraunos import _arguments, ops
from keraunos.layers.image.colors import value_range_of
from keraunos.layers.image.histograms import histograms, look_up
from keraunos.layers.image.image_layer import ImageLayer


class Equalization(ImageLayer):
    """In training, equalizes the histogram of each channel, over all images of a batch together, as in Keras; channels
    of one tone stay.

    Args:
        value_range: (low, high) of the pixels.
        bins: number of tones that are told apart.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype. Without `training` anywhere the layer is
    active, as in Keras.

    Raises:
        ValueError: for a range that is not two different numbers, and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Equalization()(np.array([[[100.0], [101.0], [102.0]]])).numpy().ravel()
    array([  0., 128., 255.], dtype=float32)
    """

    def __init__(self, value_range=(0, 255), bins=256, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        (self.bins,) = _arguments.int_tuple(self._tag, "bins", bins, 1)
        self.value_range = sorted(value_range_of(self._tag, value_range))

    def transform_images(self, images, transformation=None, training=True):
        self._extents(images)
        images = self._to_compute_dtype(images)
        if not training or not images.size:
            return images
        low, high = self.value_range
        axis = len(images.shape) - (1 if self.data_format == "channels_last" else 3)
        pixels = ops.moveaxis(images, axis, 0)
        tones = ops.reshape((pixels - low) * (255 / (high - low)), (pixels.shape[0], -1))
        equal = ops.reshape(self._equalized(tones), pixels.shape) * ((high - low) / 255) + low
        return self._to_compute_dtype(ops.moveaxis(equal, 0, axis))

    def _equalized(self, tones):
        """Tones in 0..255 of every channel, `(C, P)`."""
        last = self.bins - 1
        wide = ops.cast(tones, "float32")
        counts = histograms(self._bins(wide * last / 255), self.bins)
        sums = ops.cumsum(counts, axis=-1)
        # The first tone that occurs becomes 0, the last one 255.
        first = ops.min(ops.where(sums > 0, sums, math.prod(tones.shape)), axis=-1, keepdims=True)
        others = ops.maximum(sums[:, -1:] - first, 1)
        table = ops.cast(sums - first, "float32") * 255 / ops.cast(others, "float32")
        found = look_up(ops.clip(ops.round(table), 0, 255), self._bins(tones / 255 * last))
        flat = ops.count_nonzero(counts, axis=-1) <= 1
        return ops.where(ops.expand_dims(flat, -1), tones, found)

    def _bins(self, places):
        return ops.clip(ops.cast(places, "int32"), 0, self.bins - 1)

    def get_config(self):
        return {**super().get_config(), "bins": self.bins, "value_range": self.value_range}
