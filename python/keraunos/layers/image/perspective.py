"""RandomPerspective: images seen from elsewhere."""

import numpy as np

from keraunos import _arguments, ops, random
from keraunos.layers.image.image_layer import RandomLayer, factor_range


class RandomPerspective(RandomLayer):
    """In training, moves the corners of images: each coordinate by up to half of itself times `scale`.

    Args:
        factor: probability, drawn per image from (lower, upper) of numbers in [0, 1]; f alone: (0, f).
        scale: number in [0, 1].
        interpolation: `"bilinear"` or `"nearest"`.
        fill_value: what lies outside.
        seed: int, for the same draws in every run.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors and scales outside [0, 1], unknown modes, and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.RandomPerspective(scale=0.2)(np.ones((2, 8, 8, 3), "float32"), training=True).shape
    (2, 8, 8, 3)
    """

    def __init__(self, factor=1.0, scale=1.0, interpolation="bilinear", fill_value=0.0, seed=None, data_format=None,
                 **kwargs):  # fmt: skip
        super().__init__(seed, data_format, **kwargs)
        self.factor = factor_range(self._tag, "factor", factor, 0, 1)
        if isinstance(scale, bool) or not isinstance(scale, (int, float)) or not 0 <= scale <= 1:
            raise ValueError(f"[{self._tag}] scale must be a number in [0, 1], got {scale!r}")
        self.scale = scale
        self.interpolation = _arguments.one_of(self._tag, "interpolation", interpolation, ("bilinear", "nearest"))
        self.fill_value = fill_value

    def get_random_transformation(self, data, training=True, seed=None):
        """(decisions `(N,)`, start and end points `(N, 4, 2)`); None outside training."""
        if not training:
            return None
        count, height, width = self._extents(data)
        probability = self._draw(count, *self.factor, seed)
        decisions = self._draw(count, 0.0, 1.0, seed) < probability
        right, bottom = width - 1.0, height - 1.0
        corners = np.array([[0, 0], [right, 0], [0, bottom], [right, bottom]], "float32")
        shifts = random.uniform(
            (count, 4, 2), -0.5 * self.scale, 0.5 * self.scale, seed=self.generator if seed is None else seed
        )
        start = ops.broadcast_to(corners, (count, 4, 2))
        return decisions, start, start + start * shifts

    def transform_images(self, images, transformation=None, training=True):
        return self._distorted(images, transformation, training, self.interpolation)

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        return self._distorted(segmentation_masks, transformation, training, "nearest")

    def _distorted(self, images, transformation, training, interpolation):
        self._extents(images)
        images = self._to_compute_dtype(images)
        if not training:
            return images
        decisions, start, end = transformation
        distorted = ops.image.perspective_transform(
            images, start, end, interpolation, self.fill_value, self.data_format
        )
        return ops.where(self._per_image(decisions, images) > 0, distorted, images)

    def get_config(self):
        return {
            **super().get_config(),
            "factor": self.factor,
            "scale": self.scale,
            "interpolation": self.interpolation,
            "fill_value": self.fill_value,
        }
