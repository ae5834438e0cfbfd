"""Resizing and CenterCrop: images of a fixed size."""

from keraunos import _arguments, ops
from keraunos.graph import resampling
from keraunos.layers.image.image_layer import TargetSizeLayer


class Resizing(TargetSizeLayer):
    """Images in another size.

    Args:
        height, width: size of the result, in pixels.
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"lanczos3"`, `"lanczos5"` or `"area"`.
        crop_to_aspect_ratio: cut the longer side first, so that nothing is distorted.
        pad_to_aspect_ratio: pad the shorter side with `fill_value` first.
        fill_mode: `"constant"`.
        antialias: whether the kernel is widened when shrinking.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(..., H, W, C)` to `(..., height, width, C)`; integers stay integers, rounded.

    Raises:
        ValueError: for sizes below 1, unknown interpolations, both aspect ratio options, and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Resizing(2, 3)(np.ones((5, 4, 4, 1), "float32")).shape
    (5, 2, 3, 1)
    """

    def __init__(
        self,
        height,
        width,
        interpolation="bilinear",
        crop_to_aspect_ratio=False,
        pad_to_aspect_ratio=False,
        fill_mode="constant",
        fill_value=0.0,
        antialias=False,
        data_format=None,
        **kwargs,
    ):
        super().__init__(height, width, data_format, **kwargs)
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ValueError("[resizing] only one of crop_to_aspect_ratio and pad_to_aspect_ratio may be True")
        self.interpolation = _arguments.one_of("resizing", "interpolation", interpolation, resampling.INTERPOLATIONS)
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = _arguments.one_of("resizing", "fill_mode", fill_mode, ("constant",))
        self.fill_value = fill_value
        self.antialias = bool(antialias)

    def transform_images(self, images, transformation=None, training=True):
        return self._resized(images, self.interpolation)

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        return self._resized(segmentation_masks, "nearest")

    def _resized(self, images, interpolation):
        self._extents(images)
        return ops.image.resize(
            images,
            (self.height, self.width),
            interpolation,
            self.antialias,
            self.crop_to_aspect_ratio,
            self.pad_to_aspect_ratio,
            self.fill_mode,
            self.fill_value,
            self.data_format,
        )

    def get_config(self):
        return {
            **super().get_config(),
            "interpolation": self.interpolation,
            "crop_to_aspect_ratio": self.crop_to_aspect_ratio,
            "pad_to_aspect_ratio": self.pad_to_aspect_ratio,
            "fill_mode": self.fill_mode,
            "fill_value": self.fill_value,
            "antialias": self.antialias,
        }


class CenterCrop(TargetSizeLayer):
    """The middle of images; images that are too small are resized and cropped to the aspect ratio.

    Args:
        height, width: size of the result, in pixels.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(..., H, W, C)` to `(..., height, width, C)` in the layer's dtype.

    Raises:
        ValueError: for sizes below 1 and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.CenterCrop(1, 2)(np.arange(16.0).reshape(1, 4, 4, 1)).numpy().ravel()
    array([5., 6.], dtype=float32)
    """

    def transform_images(self, images, transformation=None, training=True):
        _, height, width = self._extents(images)
        images = self._to_compute_dtype(images)
        if height < self.height or width < self.width:
            return self._fitted(images)
        top, left = (height - self.height) // 2, (width - self.width) // 2
        return ops.image.crop_images(
            images, top, left, target_height=self.height, target_width=self.width, data_format=self.data_format
        )
