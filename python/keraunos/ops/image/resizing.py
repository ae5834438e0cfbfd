"""Resizing of images."""

from keraunos import _arguments
from keraunos.graph import dtypes, resampling
from keraunos.graph import primitives as p
from keraunos.ops.core import saturate_cast
from keraunos.ops.image.layout import checked, from_pixels, to_kernel_dtype, to_pixels


def resize(images, size, interpolation="bilinear", antialias=False, crop_to_aspect_ratio=False,
           pad_to_aspect_ratio=False, fill_mode="constant", fill_value=0.0, data_format=None):  # fmt: skip
    """Images in another size.

    Args:
        images: `(..., H, W, C)`, or `(..., C, H, W)` for `channels_first`; one image or a batch.
        size: (height, width) of the result.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos3"`, `"lanczos5"` or `"area"`.
        antialias: whether the kernel is widened when shrinking.
        crop_to_aspect_ratio: cut the larger direction first, in the middle, so that nothing is distorted.
        pad_to_aspect_ratio: pad the smaller direction with `fill_value` first.
        fill_mode: `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Images of the dtype of `images`; integers are rounded and saturate.

    Raises:
        ValueError: for another rank, an empty or unknown size, and unknown interpolations.

    Source: half-pixel centres as `tf.image.resize`, see `graph/resampling.py`.

    >>> import keraunos as keras, numpy as np
    >>> image = np.array([[0, 100]], "uint8")[..., None]
    >>> keras.ops.image.resize(image, (1, 4)).numpy().ravel()
    array([  0,  25,  75, 100], dtype=uint8)
    """
    images, data_format, height_axis = checked("resize", images, data_format)
    height, width = _arguments.int_tuple("resize", "size", tuple(size), 2)
    _arguments.one_of("resize", "interpolation", interpolation, resampling.INTERPOLATIONS)
    _arguments.one_of("resize", "fill_mode", fill_mode, ("constant",))
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("[resize] only one of crop_to_aspect_ratio and pad_to_aspect_ratio may be True")
    if not images.shape[height_axis] or not images.shape[height_axis + 1]:
        raise ValueError(f"[resize] images of shape {images.shape} have no pixels")
    if crop_to_aspect_ratio or pad_to_aspect_ratio:
        images = _fitted(images, height_axis, height, width, crop_to_aspect_ratio, fill_value)
    if images.shape[height_axis] == height and images.shape[height_axis + 1] == width:
        return images
    pixels, _ = to_pixels(to_kernel_dtype(images), data_format)
    resized = from_pixels(p.resize(pixels, height, width, interpolation, antialias), images, data_format)
    if resized.dtype == images.dtype:
        return resized
    return saturate_cast(p.round(resized) if not dtypes.is_float(images.dtype) else resized, images.dtype)


def _fitted(images, height_axis, height, width, crop, fill_value):
    """`images`, cut or padded in the middle to the aspect ratio height : width."""
    rows, columns = images.shape[height_axis], images.shape[height_axis + 1]
    wanted = int(columns * height / width), int(rows * width / height)
    if crop:
        wanted = max(min(rows, wanted[0]), 1), max(min(columns, wanted[1]), 1)
        start, stop = [0] * images.ndim, list(images.shape)
        for axis, have, want in zip((height_axis, height_axis + 1), (rows, columns), wanted, strict=True):
            start[axis] = (have - want) // 2
            stop[axis] = start[axis] + want
        return p.slice(images, start, stop, [1] * images.ndim)
    widths = [(0, 0)] * images.ndim
    for axis, have, want in zip((height_axis, height_axis + 1), (rows, columns), wanted, strict=True):
        # The same on both sides, also where an odd number is missing, as Keras does.
        widths[axis] = (max(have, want) - have) // 2, (max(have, want) - have) // 2
    return p.pad(images, widths, fill_value)
