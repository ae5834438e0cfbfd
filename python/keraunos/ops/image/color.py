"""Colour spaces."""

from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.ops.image.layout import checked
from keraunos.ops.joining import split

# ITU-R BT.601 luma, as TensorFlow rounds it.
_LUMA = (0.2989, 0.5870, 0.1140)


def rgb_to_grayscale(images, data_format=None):
    """Grey images `(..., H, W, 1)` from colour images `(..., H, W, 3)`: 0.2989 R + 0.587 G + 0.114 B.

    Args:
        images: of 3 channels; images of 1 channel are returned as they are.
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: for another number of channels.

    >>> import keraunos as keras, numpy as np
    >>> keras.ops.image.rgb_to_grayscale(np.full((1, 1, 3), 100.0)).numpy().round(2).ravel()
    array([99.99])
    """
    images, data_format, _ = checked("rgb_to_grayscale", images, data_format)
    axis = _channel_axis(images, data_format)
    if images.shape[axis] == 1:
        return images
    red, green, blue = _channels("rgb_to_grayscale", images, axis)
    return p.cast(
        p.add(p.add(p.multiply(red, _LUMA[0]), p.multiply(green, _LUMA[1])), p.multiply(blue, _LUMA[2])), images.dtype
    )


def rgb_to_hsv(images, data_format=None):
    """Hue, saturation and value, each in [0, 1], of float images with red, green and blue in [0, 1].

    Args:
        images: float images `(..., H, W, 3)`.
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: for integers and for another number of channels.

    Source: Smith, Color gamut transform pairs, SIGGRAPH 1978.

    >>> import keraunos as keras, numpy as np
    >>> keras.ops.image.rgb_to_hsv(np.array([[[0.0, 1.0, 1.0]]])).numpy().ravel()
    array([0.5, 1. , 1. ])
    """
    images, data_format, _ = checked("rgb_to_hsv", images, data_format)
    axis = _channel_axis(images, data_format)
    red, green, blue = _channels("rgb_to_hsv", _floats("rgb_to_hsv", images), axis)
    value = p.maximum(p.maximum(red, green), blue)
    chroma = p.subtract(value, p.minimum(p.minimum(red, green), blue))
    grey = p.less_equal(chroma, 0.0)
    saturation = p.where(p.greater(value, 0.0), p.divide(chroma, p.where(p.greater(value, 0.0), value, 1.0)), 0.0)
    sixth = p.divide(1.0, p.multiply(p.where(grey, 1.0, chroma), 6.0))
    hue = p.where(
        p.equal(value, red),
        p.multiply(sixth, p.subtract(green, blue)),
        p.where(
            p.equal(value, green),
            p.add(p.multiply(sixth, p.subtract(blue, red)), 2 / 6),
            p.add(p.multiply(sixth, p.subtract(red, green)), 4 / 6),
        ),
    )
    hue = p.where(grey, 0.0, hue)
    return p.concatenate([p.where(p.less(hue, 0.0), p.add(hue, 1.0), hue), saturation, value], axis)


def hsv_to_rgb(images, data_format=None):
    """The reverse of `rgb_to_hsv`.

    Args:
        images: float images `(..., H, W, 3)` of hue, saturation and value.
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: for integers and for another number of channels.

    >>> import keraunos as keras, numpy as np
    >>> keras.ops.image.hsv_to_rgb(np.array([[[0.5, 1.0, 1.0]]])).numpy().ravel()
    array([0., 1., 1.])
    """
    images, data_format, _ = checked("hsv_to_rgb", images, data_format)
    axis = _channel_axis(images, data_format)
    hue, saturation, value = _channels("hsv_to_rgb", _floats("hsv_to_rgb", images), axis)
    hue = p.multiply(hue, 6.0)
    # Each channel is a trapezoid of the hue: clip(|h - 3| - 1), clip(2 - |h - 2|), clip(2 - |h - 4|).
    red = p.subtract(p.absolute(p.subtract(hue, 3.0)), 1.0)
    green, blue = (p.subtract(2.0, p.absolute(p.subtract(hue, centre))) for centre in (2.0, 4.0))
    rest = p.subtract(1.0, saturation)
    mixed = [p.add(rest, p.multiply(saturation, p.minimum(p.maximum(c, 0.0), 1.0))) for c in (red, green, blue)]
    return p.concatenate([p.multiply(channel, value) for channel in mixed], axis)


def _channel_axis(images, data_format):
    return images.ndim - 1 if data_format == "channels_last" else images.ndim - 3


def _channels(tag, images, axis):
    if images.shape[axis] != 3:
        raise ValueError(f"[{tag}] expected images of 3 channels, got shape {images.shape}")
    return split(images, 3, axis)


def _floats(tag, images):
    if not dtypes.is_float(images.dtype):
        raise ValueError(f"[{tag}] expected float images in [0, 1], got {images.dtype}; divide by 255 first")
    return images
