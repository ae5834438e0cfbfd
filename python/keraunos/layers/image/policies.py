"""Policies: a few of many augmentations, drawn anew for every batch."""

from keraunos import ops, random
from keraunos.layers.image.blur import RandomSharpness
from keraunos.layers.image.colors import RandomBrightness, RandomContrast
from keraunos.layers.image.equalization import Equalization
from keraunos.layers.image.hues import RandomColorDegeneration
from keraunos.layers.image.image_layer import RandomLayer, factor_range
from keraunos.layers.image.tones import AutoContrast, RandomPosterization, Solarization
from keraunos.layers.image.warps import RandomRotation, RandomShear, RandomTranslation, affine_rows

_WARPS = ("random_shear", "random_translation", "random_rotation")


class PolicyLayer(RandomLayer):
    """Base of layers that apply some of a list of augmentations, which one being drawn per batch inside the step.

    Subclasses set `_names`, in the order of the numbers that are drawn. A number beyond them means none.
    """

    _names = ()

    def __init__(self, value_range, factor, interpolation, seed, data_format, **kwargs):
        super().__init__(seed, data_format, **kwargs)
        self.value_range = value_range
        self.factor = factor = factor_range(self._tag, "factor", factor, 0, 1)
        self.interpolation = interpolation
        shared = {"data_format": data_format, **kwargs}
        shared.pop("name", None)
        seeded = {**shared, "seed": seed}
        warped = {**seeded, "interpolation": interpolation}
        toned = {**seeded, "value_range": value_range}
        self.random_shear = RandomShear(factor, factor, **warped)
        self.random_translation = RandomTranslation(factor, factor, **warped)
        self.random_rotation = RandomRotation(factor, **warped)
        self.random_posterization = RandomPosterization(max(1, int(8 * factor[1])), **toned)
        self.solarization = Solarization(factor, factor, **toned)
        self.auto_contrast = AutoContrast(value_range, **shared)
        self.equalization = Equalization(value_range, **shared)
        self.random_brightness = RandomBrightness(factor, **toned)
        self.random_color_degeneration = RandomColorDegeneration(factor, **toned)
        self.random_contrast = RandomContrast(factor, **toned)
        self.random_sharpness = RandomSharpness(factor, **toned)

    def _layer(self, name):
        return getattr(self, name)

    def _drawn(self, images, seed):
        """What every augmentation draws, by name."""
        return {name: self._layer(name).get_random_transformation(images, seed=seed) for name in self._names}

    def _numbers(self, count, choices, seed):
        """`(count,)` int32 draws below `choices`."""
        return random.randint((count,), 0, choices, seed=self.generator if seed is None else seed)

    def _applied(self, images, number, draws, masks=False):
        """`images`, or masks, after augmentation `number`, an int32 tensor `()`.

        All are computed and one is kept, because a Program has no branches; the warps share one pass over the pixels.
        """
        chosen = {name: ops.equal(number, place) for place, name in enumerate(self._names)}
        warps = affine_rows(self._extents(images)[0])
        for name in _WARPS:
            warps = ops.where(chosen[name], draws[name], warps)
        warp = self._layer(_WARPS[0])
        if masks:
            return warp.transform_segmentation_masks(images, warps)
        warped = warp.transform_images(images, warps)
        for name in self._names:
            if name not in _WARPS:
                changed = self._layer(name).transform_images(images, draws[name])
                warped = ops.where(chosen[name], changed, warped)
        return warped

    def get_config(self):
        return {
            **super().get_config(),
            "value_range": self.value_range,
            "factor": self.factor,
            "interpolation": self.interpolation,
        }


class RandAugment(PolicyLayer):
    """In training, applies `num_ops` of eleven augmentations, drawn per batch; how strongly is drawn per image (Cubuk
    et al., 2019).

    They are `RandomShear`, `RandomTranslation`, `RandomRotation`, `RandomBrightness`, `RandomColorDegeneration`,
    `RandomContrast`, `RandomSharpness`, `RandomPosterization`, `Solarization`, `AutoContrast` and `Equalization`.

    Args:
        value_range: (low, high) of the pixels.
        num_ops: how many, one after another.
        factor: their factor, (lower, upper) of numbers in [0, 1]; f alone: (0, f).
        interpolation: of what moves pixels, `"bilinear"` or `"nearest"`.
        seed: int, for the same draws in every run.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, 3)` or `(H, W, 3)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors outside [0, 1] and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.RandAugment()(np.ones((2, 8, 8, 3), "uint8"), training=True).shape
    (2, 8, 8, 3)
    """

    _names = (
        *_WARPS,
        "random_brightness",
        "random_color_degeneration",
        "random_contrast",
        "random_sharpness",
        "random_posterization",
        "solarization",
        "auto_contrast",
        "equalization",
    )

    def __init__(self, value_range=(0, 255), num_ops=2, factor=0.5, interpolation="bilinear", seed=None,
                 data_format=None, **kwargs):  # fmt: skip
        super().__init__(value_range, factor, interpolation, seed, data_format, **kwargs)
        self.num_ops = num_ops

    def get_random_transformation(self, data, training=True, seed=None):
        """(numbers `(num_ops,)`, what every augmentation draws); None outside training."""
        if not training:
            return None
        seed = self.generator if seed is None else seed
        return self._numbers(self.num_ops, len(self._names), seed), self._drawn(data, seed)

    def transform_images(self, images, transformation=None, training=True):
        self._extents(images)
        return self._all(self._to_compute_dtype(images), transformation if training else None)

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        return self._all(segmentation_masks, transformation if training else None, masks=True)

    def _all(self, images, transformation, masks=False):
        if transformation is None:
            return images
        numbers, draws = transformation
        for place in range(self.num_ops):
            images = self._applied(images, numbers[place], draws, masks)
        return images

    def get_config(self):
        return {**super().get_config(), "num_ops": self.num_ops}
