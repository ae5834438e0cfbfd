"""RandomContrast and RandomBrightness: other colours, at the same places."""

from keraunos import ops
from keraunos.layers.image.image_layer import RandomLayer, factor_range


def value_range_of(tag, value_range):
    if not isinstance(value_range, (tuple, list)) or len(value_range) != 2 or value_range[0] == value_range[1]:
        raise ValueError(f"[{tag}] value_range must be two different numbers, got {value_range!r}")
    return value_range


class ColorLayer(RandomLayer):
    """Base: subclasses draw one number per image and implement `_adjusted(images, draws)`."""

    _BOUNDS = (0, 1)

    def __init__(self, factor, value_range, seed, **kwargs):
        super().__init__(seed, **kwargs)
        self.factor = factor_range(self._tag, "factor", factor, *self._BOUNDS)
        self.value_range = value_range_of(self._tag, value_range)

    def get_random_transformation(self, data, training=True, seed=None):
        """`(N,)` draws; None outside training."""
        return self._draws(self._extents(data)[0], seed) if training else None

    def _draws(self, count, seed):
        return self._draw(count, *self.factor, seed)

    def _decisions(self, count, seed):
        """`(count,)` times True with a probability that is drawn from the factor."""
        probability = self._draw(count, *self.factor, seed)
        return self._draw(count, 0.0, 1.0, seed) < probability

    def transform_images(self, images, transformation=None, training=True):
        self._extents(images)
        images = self._to_compute_dtype(images)
        return self._adjusted(images, self._per_image(transformation, images)) if training else images

    def get_config(self):
        return {**super().get_config(), "factor": self.factor, "value_range": self.value_range}


class RandomContrast(ColorLayer):
    """In training, `(x - mean) * f + mean` with the mean of each channel of each image and f drawn per image.

    Args:
        factor: (lower, upper) of numbers in [0, 1]: f lies in [1 - lower, 1 + upper); f alone: (0, f).
        value_range: (low, high) of the pixels; the result is clipped to it.
        seed: int, for the same draws in every run.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype. Without `training` anywhere the layer is
    active, as in Keras.

    Raises:
        ValueError: for factors outside [0, 1] and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.RandomContrast((0.5, 0.5))(np.ones((2, 8, 8, 3), "uint8"), training=True).numpy().mean().item()
    1.0
    """

    def __init__(self, factor, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(factor, value_range, seed, **kwargs)

    def _draws(self, count, seed):
        return self._draw(count, 1.0 - self.factor[0], 1.0 + self.factor[1], seed)

    def _adjusted(self, images, draws):
        height, width = self._height_axis, self._height_axis + 1
        # Rows first: sums over a last axis of three channels are slow. For the same reason the offset is spread over a
        # row before it is added (32 images of 224 x 224 x 3 on one core: 5 ms instead of 22).
        mean = ops.mean(ops.mean(images, height, keepdims=True), width, keepdims=True)
        row = list(images.shape)
        row[height] = 1
        offset = ops.broadcast_to(mean - mean * draws, row)
        return ops.clip(images * draws + offset, *self.value_range)


class RandomBrightness(ColorLayer):
    """In training, adds a share of the value range to each image.

    Args:
        factor: the share, (lower, upper) of numbers in [-1, 1], or f for (-f, f).
        value_range: (low, high) of the pixels; the result is clipped to it.
        seed: int, for the same draws in every run.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype. Without `training` anywhere the layer is
    active, as in Keras.

    Raises:
        ValueError: for factors outside [-1, 1], a range that is not two numbers, and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> bright = keras.layers.RandomBrightness((0.2, 0.2))
    >>> bright(np.array([[[0.0], [100.0], [250.0]]]), training=True).numpy().ravel()
    array([ 51., 151., 255.], dtype=float32)
    """

    _BOUNDS = (-1, 1)

    def __init__(self, factor, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(factor, value_range, seed, **kwargs)
        self.value_range = sorted(self.value_range)

    def _adjusted(self, images, draws):
        low, high = self.value_range
        return ops.clip(images + draws * float(high - low), low, high)
