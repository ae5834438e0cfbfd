"""Cropping and padding of images."""

from keraunos.graph import primitives as p
from keraunos.ops.image.layout import checked


def crop_images(images, top_cropping=None, left_cropping=None, bottom_cropping=None, right_cropping=None,
                target_height=None, target_width=None, data_format=None):  # fmt: skip
    """Images without their edges.

    Args:
        images: `(..., H, W, C)`, or `(..., C, H, W)` for `channels_first`.
        top_cropping, bottom_cropping, target_height: exactly two of them, in pixels.
        left_cropping, right_cropping, target_width: exactly two of them, in pixels.
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: for one or three of a direction, negative numbers, and more than the image has.

    >>> import keraunos as keras, numpy as np
    >>> keras.ops.image.crop_images(np.ones((2, 5, 6, 3)), 1, 2, target_height=3, target_width=4).shape
    (2, 3, 4, 3)
    """
    images, _, height_axis = checked("crop_images", images, data_format)
    rows, columns = images.shape[height_axis], images.shape[height_axis + 1]
    top, bottom = _resolve("crop", "top bottom height", rows, top_cropping, bottom_cropping, target_height)
    left, right = _resolve("crop", "left right width", columns, left_cropping, right_cropping, target_width)
    start, stop = [0] * images.ndim, list(images.shape)
    start[height_axis], start[height_axis + 1] = top, left
    stop[height_axis], stop[height_axis + 1] = rows - bottom, columns - right
    return p.slice(images, start, stop, [1] * images.ndim)


def pad_images(images, top_padding=None, left_padding=None, bottom_padding=None, right_padding=None,
               target_height=None, target_width=None, data_format=None):  # fmt: skip
    """Images with zeros around them.

    Args:
        images: `(..., H, W, C)`, or `(..., C, H, W)` for `channels_first`.
        top_padding, bottom_padding, target_height: exactly two of them, in pixels.
        left_padding, right_padding, target_width: exactly two of them, in pixels.
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: for one or three of a direction, negative numbers, and targets smaller than the image.

    >>> import keraunos as keras, numpy as np
    >>> keras.ops.image.pad_images(np.ones((2, 5, 6, 3)), 1, 2, target_height=8, target_width=9).shape
    (2, 8, 9, 3)
    """
    images, _, height_axis = checked("pad_images", images, data_format)
    rows, columns = images.shape[height_axis], images.shape[height_axis + 1]
    widths = [(0, 0)] * images.ndim
    widths[height_axis] = _resolve("pad", "top bottom height", rows, top_padding, bottom_padding, target_height)
    widths[height_axis + 1] = _resolve("pad", "left right width", columns, left_padding, right_padding, target_width)
    return p.pad(images, widths)


def _resolve(verb, names, extent, before, after, target):
    """(before, after) on an axis of `extent` pixels from two of the three numbers."""
    first, second, size = names.split()
    suffix = {"crop": "cropping", "pad": "padding"}[verb]
    values = {f"{first}_{suffix}": before, f"{second}_{suffix}": after, f"target_{size}": target}
    given = ", ".join(f"{name}={value}" for name, value in values.items())
    if [before, after, target].count(None) != 1:
        raise ValueError(f"[{verb}_images] expected exactly two of {', '.join(values)}; got {given}")
    if target is not None:
        both = extent - target if verb == "crop" else target - extent
        before, after = (both - after, after) if before is None else (before, both - before)
    if before < 0 or after < 0 or (target or 0) < 0 or (verb == "crop" and before + after > extent):
        raise ValueError(f"[{verb}_images] {given} do not fit {extent} pixels in this direction")
    return int(before), int(after)
