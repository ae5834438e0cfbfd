"""How alike two images are."""

import math

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.convolutions import conv
from keraunos.ops.image.layout import checked, to_pixels
from keraunos.ops.promotion import floating


def ssim(image1, image2, max_val=1.0, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, data_format=None):
    """Structural similarity: 1 for equal images, less for others.

    Args:
        image1, image2: `(N, H, W, C)` or `(H, W, C)`, or with channels first.
        max_val: the largest value that a pixel may have.
        filter_size: extent of the windows that are compared, in pixels.
        filter_sigma: standard deviation of their Gaussian weights, in pixels.
        k1, k2: constants that keep divisors away from 0, in units of `max_val`.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        `(N,)` or `()`, in the dtype of `image1`: the mean over windows and channels.

    Raises:
        ValueError: for images of different shapes, another rank, and windows that do not fit.

    Source: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural
        similarity", IEEE Trans. Image Processing 13, 2004.

    >>> import keraunos as keras, numpy as np
    >>> image = np.arange(256.0).reshape(16, 16, 1)
    >>> float(keras.ops.image.ssim(image, image, max_val=255))
    1.0
    """
    first, data_format, _ = checked("ssim", image1, data_format)
    second, _, _ = checked("ssim", image2, data_format)
    if first.shape != second.shape:
        raise ValueError(f"[ssim] expected images of one shape, got {first.shape} and {second.shape}")
    x, y = p.meet(floating(first), floating(second))
    # Planes of one channel, whatever the layout; those of an image follow one another.
    if data_format == "channels_last":
        x, y = (p.transpose(t, (*range(t.ndim - 3), t.ndim - 1, t.ndim - 3, t.ndim - 2)) for t in (x, y))
    x, y = (to_pixels(t, "channels_first")[0] for t in (x, y))
    places = np.arange(filter_size) - (filter_size - 1) / 2
    weights = np.exp(-(places**2) / (2 * filter_sigma**2))
    kernel = p.as_tensor(np.outer(weights, weights)[:, :, None, None] / weights.sum() ** 2, x.dtype)

    def blurred(t):
        return conv(t, kernel, data_format="channels_last")

    mean_x, mean_y = blurred(x), blurred(y)
    means, squares = p.multiply(mean_x, mean_y), p.add(p.square(mean_x), p.square(mean_y))
    covariance = p.subtract(blurred(p.multiply(x, y)), means)
    variances = p.subtract(blurred(p.add(p.square(x), p.square(y))), squares)
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    alike = p.multiply(p.add(p.multiply(means, 2), c1), p.add(p.multiply(covariance, 2), c2))
    similarity = p.divide(alike, p.multiply(p.add(squares, c1), p.add(variances, c2)))
    images = first.shape[0] if first.ndim == 4 else 1
    found = p.mean(p.reshape(similarity, (images, math.prod(similarity.shape) // max(images, 1))), -1)
    return p.cast(found if first.ndim == 4 else p.reshape(found, ()), first.dtype)


def psnr(x1, x2, max_val):
    """Peak signal-to-noise ratio in decibels: `10 log10(max_val^2 / mean((x1 - x2)^2))`.

    Args:
        x1, x2: tensors of one shape `(...)`.
        max_val: the largest value that an element may have.

    Returns:
        A scalar; infinity for equal tensors.

    Raises:
        ValueError: for different shapes.

    >>> from keraunos import ops
    >>> round(float(ops.psnr([0.0, 0.0], [0.1, 0.1], 1.0)), 4)
    20.0
    """
    x1, x2 = p.meet(as_tensor(x1), as_tensor(x2), floats=True)
    if x1.shape != x2.shape:
        raise ValueError(f"[psnr] expected tensors of one shape, got {x1.shape} and {x2.shape}")
    decibel = 10 / math.log(10)
    noise = p.log(p.mean(p.square(p.subtract(x1, x2))))
    peak = p.log(p.cast(max_val, x1.dtype))
    return p.multiply(p.subtract(p.multiply(peak, 2.0), noise), decibel)
