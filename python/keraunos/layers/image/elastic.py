"""RandomElasticTransform: images on a stretched sheet of rubber."""

import numpy as np

from keraunos import _arguments, ops, random
from keraunos.graph import dtypes
from keraunos.layers.image.image_layer import RandomLayer, factor_range
from keraunos.ops.image.elastic import read_at

_FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")


class RandomElasticTransform(RandomLayer):
    """In training, moves every pixel a little, neighbours alike: by noise that is blurred (Simard et al., 2003).

    Args:
        factor: probability, drawn per image from (lower, upper) of numbers in [0, 1]; f alone: (0, f).
        scale: strength, drawn per batch from (lower, upper) of numbers in [0, 1]; s alone: (0, s). With strength s the
            noise has a deviation of 0.05 s times the shorter side, is blurred with the same deviation and multiplied by
            0.1 s times the longer side.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_mode: what lies outside: `"constant"`, `"nearest"`, `"wrap"`, `"mirror"` (dcb|abcd|cba) or `"reflect"`
            (dcba|abcd|dcba).
        fill_value: value outside for `"constant"`.
        value_range: (low, high) of the pixels, to which the result is clipped.
        seed: int, for the same draws in every run.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors and scales outside [0, 1], unknown modes, and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.RandomElasticTransform(scale=0.5)(np.ones((2, 8, 8, 3), "float32"), training=True).shape
    (2, 8, 8, 3)
    """

    def __init__(self, factor=1.0, scale=1.0, interpolation="bilinear", fill_mode="reflect", fill_value=0.0,
                 value_range=(0, 255), seed=None, data_format=None, **kwargs):  # fmt: skip
        super().__init__(seed, data_format, **kwargs)
        self.factor = factor_range(self._tag, "factor", factor, 0, 1)
        self.scale = factor_range(self._tag, "scale", scale, 0, 1)
        self.interpolation = _arguments.one_of(self._tag, "interpolation", interpolation, ("nearest", "bilinear"))
        self.fill_mode = _arguments.one_of(self._tag, "fill_mode", fill_mode, _FILL_MODES)
        self.fill_value = fill_value
        self.value_range = value_range

    def get_random_transformation(self, data, training=True, seed=None):
        """(decisions `(N,)`, distances down and to the right `(N, H, W)` in pixels); None outside training, and where
        nothing can move."""
        if not training or self.scale[1] == 0 or self.factor[1] == 0:
            return None
        count, height, width = self._extents(data)
        seed = self.generator if seed is None else seed
        probability = self._draw(count, *self.factor, seed)
        decisions = self._draw(count, 0.0, 1.0, seed) < probability
        strength = random.uniform((), *self.scale, dtype="float32", seed=seed)
        deviation = strength * (0.05 * min(height, width))
        widest = 0.05 * min(height, width) * self.scale[1]
        down, right = (_blur_matrix(extent, deviation, widest) for extent in (height, width))
        moves = []
        for _ in range(2):
            noise = random.normal((count, height, width), dtype="float32", seed=seed) * deviation
            moves.append(ops.matmul(ops.matmul(down, noise), right) * (strength * (0.1 * max(height, width))))
        return (decisions, *moves)

    def transform_images(self, images, transformation=None, training=True):
        self._extents(images)
        images = self._to_compute_dtype(images)
        if not training or transformation is None:
            return images
        return ops.clip(self._moved(images, transformation, self.interpolation), *self.value_range)

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        masks = self._to_compute_dtype(segmentation_masks)
        return masks if not training or transformation is None else self._moved(masks, transformation, "nearest")

    def _moved(self, images, transformation, interpolation):
        decisions, down, right = transformation
        first = self.data_format == "channels_first"
        pixels = ops.moveaxis(images, -3, -1) if first else images
        count, height, width = self._extents(images)
        dtype = dtypes.compute(images.dtype)
        found = read_at(
            ops.reshape(ops.cast(pixels, dtype), (count, height, width, pixels.shape[-1])),
            np.arange(height, dtype=dtype)[:, None] + ops.cast(down, dtype),
            np.arange(width, dtype=dtype) + ops.cast(right, dtype),
            int(interpolation == "bilinear"),
            self.fill_mode,
            self.fill_value,
        )
        moved = self._to_compute_dtype(ops.reshape(found, pixels.shape))
        moved = ops.moveaxis(moved, -1, -3) if first else moved
        return ops.where(self._per_image(decisions, images) > 0, moved, images)

    def get_config(self):
        return {
            **super().get_config(),
            "factor": self.factor,
            "scale": self.scale,
            "interpolation": self.interpolation,
            "fill_mode": self.fill_mode,
            "fill_value": self.fill_value,
            "value_range": self.value_range,
        }


def _blur_matrix(extent, deviation, widest):
    """The symmetric matrix that convolves vectors of `extent` elements with a normal distribution, cut off after three
    whole deviations, zeros outside. A product with it costs less than a convolution with as many taps and one channel.

    Args:
        extent: number of elements.
        deviation: its deviation, a tensor `()`.
        widest: the largest deviation there may be, which bounds the taps that have to be looked at.
    """
    taps = 3 * int(widest)
    distances = np.abs(np.subtract.outer(np.arange(extent), np.arange(extent)))
    places = np.arange(-taps, taps + 1, dtype="float32")
    reach = 3.0 * ops.floor(deviation)

    def weights(distance):
        distance = distance.astype("float32")
        falling = ops.exp(ops.square(distance / ops.maximum(deviation, 1e-6)) * -0.5)
        return ops.where(np.abs(distance) <= reach, falling, 0.0)

    return weights(distances) / ops.sum(weights(places))
