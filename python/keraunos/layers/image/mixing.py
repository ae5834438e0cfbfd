"""MixUp and CutMix: images mixed with others of their batch, and labels alike."""

import numpy as np

from keraunos import ops, random
from keraunos.layers.image.image_layer import RandomLayer, factor_range


class _Mix(RandomLayer):
    """Base: images meet those of the same batch in another order."""

    def _partners(self, count, seed):
        """The number of the image that every image meets."""
        return random.shuffle(np.arange(count, dtype="int32"), seed=self.generator if seed is None else seed)

    def _weighted(self, x, weights, order):
        """`weights` of `x`, and the rest of its partners."""
        weights = ops.reshape(weights, (-1, *(1,) * (len(x.shape) - 1)))
        return weights * x + (1.0 - weights) * ops.take(x, order, axis=0)

    def _weighted_labels(self, labels, weights, order):
        if weights.shape[0] == 1:
            return labels
        if len(labels.shape) < 2:
            raise ValueError(
                f'[{self._tag}] layer "{self.name}": expected one-hot labels (N, K), got shape {tuple(labels.shape)}; '
                "use keras.ops.one_hot(labels, classes)"
            )
        return self._weighted(labels, weights, order)


class MixUp(_Mix):
    """In training, averages images with others of the batch, and their labels alike (Zhang et al., 2018).

    Args:
        alpha: both parameters of the Beta distribution of the weights; the smaller, the less is mixed.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: int, for the same draws in every run.

    The call takes images, or a dict with `"images"` and, if there are any, one-hot `"labels"` `(N, K)`,
    `"segmentation_masks"`, and `"bounding_boxes"` (those of both images are kept).

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype. A single image has no partner and stays.

    Raises:
        ValueError: for an `alpha` that is not positive and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> data = {"images": np.ones((4, 8, 8, 3), "float32"), "labels": np.eye(4, dtype="float32")}
    >>> keras.layers.MixUp()(data, training=True)["labels"].numpy().sum(1).round(3)
    array([1., 1., 1., 1.], dtype=float32)
    """

    def __init__(self, alpha=0.2, data_format=None, seed=None, **kwargs):
        super().__init__(seed, data_format, **kwargs)
        if not alpha > 0:
            raise ValueError(f"[mix_up] alpha must be positive, got {alpha}")
        self.alpha = alpha

    def get_random_transformation(self, data, training=True, seed=None):
        """(weights `(N,)`, partners `(N,)`); None outside training."""
        if not training:
            return None
        count = self._extents(data)[0]
        order = self._partners(count, seed)
        return random.beta((count,), self.alpha, self.alpha, "float32", self.generator if seed is None else seed), order

    def transform_images(self, images, transformation=None, training=True):
        self._extents(images)
        images = self._to_compute_dtype(images)
        if not training or len(images.shape) == 3:
            return images
        weights, order = transformation
        return self._weighted(images, self._to_compute_dtype(weights), order)

    def transform_labels(self, labels, transformation=None, training=True):
        """Labels `(N, K)`, mixed as the images."""
        return self._weighted_labels(labels, *transformation) if training else labels

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        return self.transform_images(segmentation_masks, transformation, training)

    def transform_bounding_boxes(self, bounding_boxes, transformation=None, training=True):
        """The boxes of an image, then those of its partner."""
        if not training:
            return bounding_boxes
        _, order = transformation
        return {
            key: ops.concatenate([value, ops.take(value, order, axis=0)], axis=1)
            for key, value in bounding_boxes.items()
        }

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha}


class CutMix(_Mix):
    """In training, pastes a rectangle of another image of the batch into each image, and mixes labels by the areas (Yun
    et al., 2019).

    Args:
        factor: both parameters of the Beta distribution of the weights, drawn per batch from (lower, upper) of numbers
            in [0, 1]; f alone: (0, f).
        seed: int, for the same draws in every run.
        data_format: `"channels_last"` or `"channels_first"`.

    The call takes images, or a dict with `"images"` and, if there are any, one-hot `"labels"` `(N, K)` and
    `"segmentation_masks"`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype. A single image has no partner and stays.

    Raises:
        ValueError: for factors outside [0, 1] and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.CutMix()(np.ones((4, 8, 8, 3), "uint8"), training=True).numpy().mean().item()
    1.0
    """

    def __init__(self, factor=1.0, seed=None, data_format=None, **kwargs):
        super().__init__(seed, data_format, **kwargs)
        self.factor = factor_range(self._tag, "factor", factor, 0, 1)

    def get_random_transformation(self, data, training=True, seed=None):
        """(weights `(N,)`, partners `(N,)`, tops, bottoms, lefts, rights `(N,)` in pixels); None outside training and
        for a single image."""
        if not training or len(data.shape) == 3:
            return None
        count, height, width = self._extents(data)
        seed = self.generator if seed is None else seed
        alpha = random.uniform((), *self.factor, dtype="float32", seed=seed) + 1e-6
        side = ops.sqrt(1.0 - random.beta((count,), alpha, alpha, "float32", seed))
        bounds = []
        for extent in (width, height):
            length = side * float(extent)
            start = self._draw(count, 0.0, 1.0, seed) * (extent - length)
            bounds = [start, start + length, *bounds]
        top, bottom, left, right = bounds
        weights = 1.0 - (right - left) * (bottom - top) / float(width * height)
        return weights, self._partners(count, seed), top, bottom, left, right

    def transform_images(self, images, transformation=None, training=True):
        self._extents(images)
        images = self._to_compute_dtype(images)
        if not training or transformation is None:
            return images
        _, order, *bounds = transformation
        inside = self._inside(bounds, images)
        return ops.where(inside, ops.take(images, order, axis=0), images)

    def transform_labels(self, labels, transformation=None, training=True):
        """Labels `(N, K)`, mixed by the areas."""
        if not training or transformation is None:
            return labels
        return self._weighted_labels(labels, *transformation[:2])

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        return self.transform_images(segmentation_masks, transformation, training)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
