"""Gaussian blur: two one-dimensional convolutions of each channel."""

import numpy as np

from keraunos import _arguments
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.ops.convolutions import depthwise_conv
from keraunos.ops.image.layout import checked, from_pixels, to_pixels


def gaussian_blur(images, kernel_size=(3, 3), sigma=(1.0, 1.0), data_format=None):
    """Images convolved with a normal distribution, zeros outside.

    Args:
        images: float images `(..., H, W, C)`, or `(..., C, H, W)` for `channels_first`.
        kernel_size: (height, width) of the kernel, in pixels.
        sigma: its standard deviations in pixels, two numbers or a tensor `(2,)`; the first one along the width, as
            Keras computes it for square kernels (others it reshapes to what is no normal distribution).
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Images of the shape and dtype of `images`.

    Raises:
        ValueError: for integers, images of another rank, and sizes below 1.

    >>> import keraunos as keras, numpy as np
    >>> dot = np.zeros((1, 3, 1)); dot[0, 1] = 1
    >>> keras.ops.image.gaussian_blur(dot, (1, 3)).numpy().round(3).ravel()
    array([0.274, 0.452, 0.274])
    """
    images, data_format, _ = checked("gaussian_blur", images, data_format)
    if not dtypes.is_float(images.dtype):
        raise ValueError(f"[gaussian_blur] expected float images, got {images.dtype}; convert with ops.cast first")
    size = _arguments.int_tuple("gaussian_blur", "kernel_size", kernel_size, 2)
    sigma = p.cast(p.as_tensor(sigma, images.dtype), images.dtype)
    pixels, _ = to_pixels(images, data_format)
    channels = pixels.shape[3]
    for axis, (count, deviation) in enumerate(zip(size, (sigma[1], sigma[0]), strict=True)):
        places = p.as_tensor(np.arange(count) - (count - 1) / 2, images.dtype)
        weights = p.exp(p.multiply(p.square(p.divide(places, deviation)), -0.5))
        weights = p.divide(weights, p.sum(weights))
        shape = (count, 1, 1, 1) if axis == 0 else (1, count, 1, 1)
        kernel = p.broadcast_to(p.reshape(weights, shape), (*shape[:2], channels, 1))
        pixels = depthwise_conv(pixels, kernel, padding="same", data_format="channels_last")
    return from_pixels(pixels, images, data_format)
