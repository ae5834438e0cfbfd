"""RandomFlip and RandomCrop: pixels at other places, unchanged."""

from keraunos import _arguments, ops, random
from keraunos.layers.image.image_layer import RandomLayer, TargetSizeLayer
from keraunos.layers.image.warps import affine_rows
from keraunos.ops.image.warping import warp

_MODES = ("horizontal", "vertical", "horizontal_and_vertical")


class RandomFlip(RandomLayer):
    """In training, mirrors half of the images.

    Args:
        mode: `"horizontal"` (left and right change places), `"vertical"`, or `"horizontal_and_vertical"`: both, for the
            same images.
        seed: int, for the same decisions in every run.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype. Without `training` anywhere the layer is
    active, as in Keras; `fit` trains, `evaluate` and `predict` do not.

    Raises:
        ValueError: for unknown modes and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.RandomFlip("horizontal")(np.ones((2, 8, 8, 3), "uint8"), training=True).dtype
    'float32'
    """

    def __init__(self, mode="horizontal_and_vertical", seed=None, data_format=None, **kwargs):
        super().__init__(seed, data_format, **kwargs)
        self.mode = _arguments.one_of("random_flip", "mode", mode, _MODES)

    def get_random_transformation(self, data, training=True, seed=None):
        """`(N,)` decisions, True where an image is mirrored; None outside training."""
        return self._draw(self._extents(data)[0], 0.0, 1.0, seed) <= 0.5 if training else None

    def transform_images(self, images, transformation=None, training=True):
        count, height, width = self._extents(images)
        if not training:
            return self._to_compute_dtype(images)
        sign = ops.where(transformation, -1.0, 1.0)
        a0, a2, b1, b2 = 1.0, 0.0, 1.0, 0.0
        if self.mode != "vertical":
            a0, a2 = sign, (1.0 - sign) * ((width - 1) / 2)
        if self.mode != "horizontal":
            b1, b2 = sign, (1.0 - sign) * ((height - 1) / 2)
        transforms = affine_rows(count, a0=a0, a2=a2, b1=b1, b2=b2)
        if images.dtype != "uint8":
            images = self._to_compute_dtype(images)
        size = (height, width)
        return self._to_compute_dtype(warp(images, transforms, size, "nearest", "nearest", 0.0, self.data_format))

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        return self.transform_images(segmentation_masks, transformation, training)

    def get_config(self):
        return {**super().get_config(), "mode": self.mode}


class RandomCrop(TargetSizeLayer):
    """In training, a window of the images at a random place, the same for all images of a batch. Images that are too
    small are resized and cropped to the aspect ratio. Outside training the images stay as they are, as in Keras 3.15;
    `CenterCrop` or `Resizing` give evaluated images the same size.

    Args:
        height, width: size of the window, in pixels.
        seed: int, for the same places in every run.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(..., H, W, C)` to `(..., height, width, C)` in the layer's dtype.

    Raises:
        ValueError: for sizes below 1 and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.RandomCrop(3, 4)(np.ones((2, 8, 8, 3), "float32"), training=True).shape
    (2, 3, 4, 3)
    """

    def __init__(self, height, width, seed=None, data_format=None, name=None, **kwargs):
        super().__init__(height, width, data_format, name=name, **kwargs)
        self.seed = seed
        self.generator = random.SeedGenerator(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        """(row, column) of the window's corner, float32 `(1,)` each; None outside training and for small images."""
        _, height, width = self._extents(data)
        if not training or height < self.height or width < self.width:
            return None
        seed = self.generator if seed is None else seed
        return tuple(
            ops.floor(random.uniform((1,), 0.0, float(room + 1), seed=seed))
            for room in (height - self.height, width - self.width)
        )

    def transform_images(self, images, transformation=None, training=True):
        self._extents(images)
        if not training:
            return self._to_compute_dtype(images)
        if transformation is None:
            return self._fitted(self._to_compute_dtype(images))
        if images.dtype != "uint8":
            images = self._to_compute_dtype(images)
        row, column = transformation
        window = warp(images, affine_rows(1, a2=column, b2=row), (self.height, self.width), "nearest", "nearest", 0.0,
                      self.data_format)  # fmt: skip
        return self._to_compute_dtype(window)

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}
