"""RandomRotation, RandomZoom, RandomTranslation, RandomShear: affine transforms drawn per image."""

import math

from keraunos import _arguments, ops
from keraunos.graph.defs.image import FILL_MODES
from keraunos.layers.image.image_layer import RandomLayer, factor_range
from keraunos.ops.image.warping import warp


def affine_rows(count, a0=1.0, a1=0.0, a2=0.0, b0=0.0, b1=1.0, b2=0.0):
    """(count, 8) transforms from numbers and tensors (count,), as `ops.image.affine_transform` takes them."""
    columns = [ops.broadcast_to(ops.cast(value, "float32"), (count,)) for value in (a0, a1, a2, b0, b1, b2, 0.0, 0.0)]
    return ops.stack(columns, -1)


class _Warp(RandomLayer):
    """Base: subclasses draw `(N, 8)` transforms."""

    def __init__(self, fill_mode, interpolation, seed, fill_value, data_format, **kwargs):
        super().__init__(seed, data_format, **kwargs)
        self.fill_mode = _arguments.one_of(self._tag, "fill_mode", fill_mode, tuple(FILL_MODES))
        self.interpolation = _arguments.one_of(self._tag, "interpolation", interpolation, ("bilinear", "nearest"))
        self.fill_value = fill_value

    def get_random_transformation(self, data, training=True, seed=None):
        """`(N, 8)` transforms for images `(N, ...)`; None outside training."""
        return self._transforms(*self._extents(data), seed) if training else None

    def transform_images(self, images, transformation=None, training=True):
        return self._warped(images, transformation, training, self.interpolation)

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        return self._warped(segmentation_masks, transformation, training, "nearest")

    def _warped(self, images, transforms, training, interpolation):
        if not training:
            return self._to_compute_dtype(images)
        if images.dtype != "uint8":  # uint8 is read as it is
            images = self._to_compute_dtype(images)
        size = self._extents(images)[1:]
        warped = warp(images, transforms, size, interpolation, self.fill_mode, self.fill_value, self.data_format)
        return self._to_compute_dtype(warped)

    def get_config(self):
        return {
            **super().get_config(),
            "fill_mode": self.fill_mode,
            "fill_value": self.fill_value,
            "interpolation": self.interpolation,
        }


class RandomRotation(_Warp):
    """In training, turns each image around its centre by a random angle.

    Args:
        factor: fraction of a full turn; (lower, upper), or f for (-f, f). Positive: counter-clockwise.
        fill_mode: what lies outside, `"reflect"`, `"constant"`, `"wrap"` or `"nearest"`; see
            `keras.ops.image.affine_transform`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: int, for the same angles in every run.
        fill_value: value outside for `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype. Without `training` anywhere the layer is
    active, as in Keras; `fit` trains, `evaluate` and `predict` do not.

    Raises:
        ValueError: for a factor outside [-1, 1], unknown modes, and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> image = np.arange(4.0).reshape(1, 2, 2, 1)
    >>> keras.layers.RandomRotation((0.25, 0.25))(image, training=True).numpy().round(3)[0, :, :, 0]
    array([[1., 3.],
           [0., 2.]], dtype=float32)
    """

    def __init__(self, factor, fill_mode="reflect", interpolation="bilinear", seed=None, fill_value=0.0,
                 data_format=None, **kwargs):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.factor = factor_range(self._tag, "factor", factor, -1, 1)

    def _transforms(self, count, height, width, seed):
        angle = self._draw(count, *self.factor, seed) * (2 * math.pi)
        cosine, sine = ops.cos(angle), ops.sin(angle)
        x, y = (width - 1) / 2, (height - 1) / 2
        a2 = x - x * cosine + y * sine
        b2 = y - x * sine - y * cosine
        return affine_rows(count, cosine, -sine, a2, sine, cosine, b2)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


class RandomZoom(_Warp):
    """In training, enlarges or shrinks each image around its centre.

    Args:
        height_factor: (lower, upper), or f for (-f, f): the picture's height becomes 1 / (1 + draw) of what it was;
            positive zooms out, negative zooms in.
        width_factor: the same for the width; None: the draw of the height, which keeps the aspect ratio.
        fill_mode, interpolation, seed, fill_value, data_format: see `RandomRotation`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors outside (-1, 1], unknown modes, and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.RandomZoom(0.2)(np.ones((2, 8, 8, 3), "float32"), training=True).shape
    (2, 8, 8, 3)
    """

    # Above -1, where the image would be zoomed to a point.
    _LOWEST = math.nextafter(-1, 0)

    def __init__(self, height_factor, width_factor=None, fill_mode="reflect", interpolation="bilinear", seed=None,
                 fill_value=0.0, data_format=None, **kwargs):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self._height_range = factor_range(self._tag, "height_factor", height_factor, self._LOWEST, 1)
        self._width_range = None
        if width_factor is not None:
            self._width_range = factor_range(self._tag, "width_factor", width_factor, self._LOWEST, 1)
        self.height_factor = height_factor
        self.width_factor = width_factor

    def _transforms(self, count, height, width, seed):
        rows = self._draw(count, *(1 + f for f in self._height_range), seed)
        columns = rows
        if self._width_range is not None:
            columns = self._draw(count, *(1 + f for f in self._width_range), seed)
        x, y = (1.0 - columns) * ((width - 1) / 2), (1.0 - rows) * ((height - 1) / 2)
        return affine_rows(count, a0=columns, a2=x, b1=rows, b2=y)

    def get_config(self):
        return {**super().get_config(), "height_factor": self.height_factor, "width_factor": self.width_factor}


class RandomTranslation(_Warp):
    """In training, shifts each image.

    Args:
        height_factor: fraction of the height; (lower, upper), or f for (-f, f). Positive: down.
        width_factor: fraction of the width, likewise. Positive: right.
        fill_mode, interpolation, seed, fill_value, data_format: see `RandomRotation`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors outside [-1, 1], unknown modes, and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> shift = keras.layers.RandomTranslation(0, (0.25, 0.25), fill_mode="constant")
    >>> shift(np.arange(1.0, 5.0).reshape(1, 1, 4, 1), training=True).numpy().ravel()
    array([0., 1., 2., 3.], dtype=float32)
    """

    def __init__(self, height_factor, width_factor, fill_mode="reflect", interpolation="bilinear", seed=None,
                 fill_value=0.0, data_format=None, **kwargs):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self._height_range = factor_range(self._tag, "height_factor", height_factor, -1, 1)
        self._width_range = factor_range(self._tag, "width_factor", width_factor, -1, 1)
        self.height_factor = height_factor
        self.width_factor = width_factor

    def _transforms(self, count, height, width, seed):
        down = self._draw(count, *self._height_range, seed) * float(height)
        right = self._draw(count, *self._width_range, seed) * float(width)
        return affine_rows(count, a2=-right, b2=-down)

    def get_config(self):
        return {**super().get_config(), "height_factor": self.height_factor, "width_factor": self.width_factor}


class RandomShear(_Warp):
    """In training, slants each image: rows move by a share of their number, columns likewise.

    Args:
        x_factor: share by which rows move; (lower, upper) of numbers in [0, 1], or f for (0, f). The sign is drawn too,
            one for both directions.
        y_factor: the same for columns.
        interpolation, fill_mode, fill_value, data_format, seed: see `RandomRotation`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors outside [0, 1], unknown modes, and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.RandomShear(0.2)(np.ones((2, 8, 8, 3), "float32"), training=True).shape
    (2, 8, 8, 3)
    """

    def __init__(self, x_factor=0.0, y_factor=0.0, interpolation="bilinear", fill_mode="reflect", fill_value=0.0,
                 data_format=None, seed=None, **kwargs):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.x_factor = factor_range(self._tag, "x_factor", x_factor, 0, 1)
        self.y_factor = factor_range(self._tag, "y_factor", y_factor, 0, 1)

    def _transforms(self, count, height, width, seed):
        sign = ops.where(self._draw(count, 0.0, 1.0, seed) > 0.5, -1.0, 1.0)
        columns = self._draw(count, *self.y_factor, seed) * sign
        rows = self._draw(count, *self.x_factor, seed) * sign
        return affine_rows(count, a1=rows, b0=columns)

    def get_config(self):
        return {**super().get_config(), "x_factor": self.x_factor, "y_factor": self.y_factor}
