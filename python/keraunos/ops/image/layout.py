"""The layouts that image functions accept, and the one that kernels know: `(images, H, W, C)`."""

from keraunos import _arguments
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor


def checked(tag, images, data_format):
    """(images as a tensor, data format, position of the height axis, counted from the end).

    Raises:
        ValueError: unless the images have rank 3 or 4.
    """
    images = as_tensor(images)
    data_format = _arguments.data_format(tag, data_format)
    if images.ndim not in (3, 4):
        raise ValueError(
            f"[{tag}] expected one image of rank 3 or a batch of rank 4, got shape {images.shape}; "
            "add a channel axis to images without one: x[..., None]"
        )
    return images, data_format, -3 if data_format == "channels_last" else -2


def to_pixels(images, data_format):
    """(images as (N, H, W, C), how many of these belong to one image). Planes of channels-first images become images of
    one channel, which costs nothing."""
    if data_format == "channels_last":
        return p.reshape(images, (-1 if images.size else _leading(images, 3), *images.shape[-3:])), 1
    count = _leading(images, 2)
    return p.reshape(images, (count, *images.shape[-2:], 1)), images.shape[-3]


def from_pixels(pixels, images, data_format):
    """The reverse of `to_pixels`; extents of height and width are those of `pixels`."""
    height, width = pixels.shape[1:3]
    if data_format == "channels_last":
        return p.reshape(pixels, (*images.shape[:-3], height, width, images.shape[-1]))
    return p.reshape(pixels, (*images.shape[:-2], height, width))


def _leading(images, trailing):
    count = 1
    for extent in images.shape[: images.ndim - trailing]:
        count *= extent
    return count


def to_kernel_dtype(images):
    """Pixels as the kernels take them: uint8, float32 and float64 as they are, other integers in float64."""
    return images if images.dtype == "uint8" or dtypes.is_float(images.dtype) else p.cast(images, "float64")
