"""RandomGrayscale, RandomHue, RandomSaturation, RandomColorDegeneration: channels mixed."""

from keraunos import ops
from keraunos.layers.image.colors import ColorLayer, value_range_of
from keraunos.layers.image.image_layer import RandomLayer


class RandomGrayscale(RandomLayer):
    """In training, makes colour images grey, `factor` of them; the three channels stay.

    Args:
        factor: probability in [0, 1].
        data_format: `"channels_last"` or `"channels_first"`.
        seed: int, for the same decisions in every run.

    Shapes: `(N, H, W, 3)` or `(H, W, 3)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for a factor outside [0, 1] and inputs that are not images of 3 channels.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> grey = keras.layers.RandomGrayscale(1.0)(np.array([[[100.0, 0.0, 0.0]]]), training=True)
    >>> grey.numpy().round(2).ravel()
    array([29.89, 29.89, 29.89], dtype=float32)
    """

    def __init__(self, factor=0.5, data_format=None, seed=None, **kwargs):
        super().__init__(seed, data_format, **kwargs)
        if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not 0 <= factor <= 1:
            raise ValueError(f"[{self._tag}] factor must be a number in [0, 1], got {factor!r}")
        self.factor = factor

    def get_random_transformation(self, data, training=True, seed=None):
        """`(N,)` decisions; None outside training."""
        return self._draw(self._extents(data)[0], 0.0, 1.0, seed) < self.factor if training else None

    def transform_images(self, images, transformation=None, training=True):
        self._extents(images)
        images = self._to_compute_dtype(images)
        if not training:
            return images
        grey = ops.image.rgb_to_grayscale(images, self.data_format)
        return ops.where(self._per_image(transformation, images) > 0, grey, images)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


class _HSVLayer(ColorLayer):
    """Base: subclasses implement `_changed(hue, saturation, draws)`."""

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        value_range = sorted(value_range_of(type(self).__name__, value_range))
        super().__init__(factor, value_range, seed, data_format=data_format, **kwargs)

    def _adjusted(self, images, draws):
        low, high = self.value_range
        axis = len(images.shape) - 1 if self.data_format == "channels_last" else len(images.shape) - 3
        hsv = ops.image.rgb_to_hsv((images - low) / float(high - low), self.data_format)
        hue, saturation, value = ops.split(hsv, 3, axis)
        hsv = ops.concatenate([*self._changed(hue, saturation, draws), value], axis)
        return ops.clip(ops.image.hsv_to_rgb(hsv, self.data_format), 0, 1) * float(high - low) + low


class RandomHue(_HSVLayer):
    """In training, turns the hues of each image by up to half the colour circle in either direction.

    Args:
        factor: (lower, upper) of numbers in [0, 1], or f for (0, f); 1 is half a turn. The direction is drawn too.
        value_range: (low, high) of the pixels.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: int, for the same draws in every run.

    Shapes: `(N, H, W, 3)` or `(H, W, 3)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors outside [0, 1] and inputs that are not images of 3 channels.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> turned = keras.layers.RandomHue((1.0, 1.0))(np.array([[[255.0, 0.0, 0.0]]]), training=True)
    >>> turned.numpy().round().ravel()
    array([  0., 255., 255.], dtype=float32)
    """

    def _draws(self, count, seed):
        sign = ops.where(self._draw(count, 0.0, 1.0, seed) > 0.5, -1.0, 1.0)
        return self._draw(count, *self.factor, seed) * sign * 0.5

    def _changed(self, hue, saturation, draws):
        hue = hue + draws
        return hue - ops.floor(hue), saturation


class RandomSaturation(_HSVLayer):
    """In training, multiplies the saturation of each image by `f / (1 - f)`: 0 makes it grey, 0.5 leaves it, 1 gives
    full colours.

    Args:
        factor: (lower, upper) of numbers in [0, 1] between which f is drawn, or a number for (0, number).
        value_range: (low, high) of the pixels.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: int, for the same draws in every run.

    Shapes: `(N, H, W, 3)` or `(H, W, 3)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors outside [0, 1] and inputs that are not images of 3 channels.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> grey = keras.layers.RandomSaturation((0.0, 0.0))(np.array([[[100.0, 50.0, 0.0]]]), training=True)
    >>> grey.numpy().round().ravel()
    array([100., 100., 100.], dtype=float32)
    """

    def _draws(self, count, seed):
        factor = self._draw(count, *self.factor, seed)
        return factor / (1 - factor + 1e-7)

    def _changed(self, hue, saturation, draws):
        return hue, ops.minimum(saturation * draws, 1.0)


class RandomColorDegeneration(ColorLayer):
    """In training, mixes each image with its grey picture: `x + f (grey - x)`.

    Args:
        factor: f, drawn per image from (lower, upper) of numbers in [0, 1]; f alone: (0, f).
        value_range: (low, high) of the pixels, to which the result is clipped.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: int, for the same draws in every run.

    Shapes: `(N, H, W, 3)` or `(H, W, 3)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors outside [0, 1] and inputs that are not images of 3 channels.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> dull = keras.layers.RandomColorDegeneration((0.5, 0.5))(np.array([[[100.0, 0.0, 0.0]]]), training=True)
    >>> dull.numpy().round(1).ravel()
    array([64.9, 14.9, 14.9], dtype=float32)
    """

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        value_range = sorted(value_range_of("random_color_degeneration", value_range))
        super().__init__(factor, value_range, seed, data_format=data_format, **kwargs)

    def _adjusted(self, images, draws):
        grey = ops.image.rgb_to_grayscale(images, self.data_format)
        return ops.clip(images + draws * (grey - images), *self.value_range)
