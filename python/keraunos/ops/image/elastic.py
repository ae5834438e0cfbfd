"""Elastic deformations: every pixel is moved by a smooth random field."""

import itertools

import numpy as np

from keraunos import _arguments
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.ops.core import saturate_cast
from keraunos.ops.image.blurring import gaussian_blur
from keraunos.ops.image.layout import checked, from_pixels, to_kernel_dtype, to_pixels
from keraunos.ops.image.warping import neighbours

_FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")


def elastic_transform(
    images,
    alpha=20.0,
    sigma=5.0,
    interpolation="bilinear",
    fill_mode="reflect",
    fill_value=0.0,
    seed=None,
    data_format=None,
):
    """Images deformed by random displacements that vary smoothly.

    Args:
        images: `(N, H, W, C)` or `(H, W, C)`; `(N, C, H, W)` or `(C, H, W)` for `channels_first`.
        alpha: how far pixels are moved.
        sigma: standard deviation, in pixels, of the Gaussian filter that smooths the displacements, and of these
            before.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_mode: what lies outside: `"constant"` (kkkk|abcd|kkkk), `"nearest"` (aaaa|abcd|dddd), `"wrap"`
            (abcd|abcd|abcd), `"mirror"` (dcb|abcd|cba) or `"reflect"` (dcba|abcd|dcba).
        fill_value: k of `"constant"`.
        seed: int, `SeedGenerator` or None.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Images of the shape and dtype of `images`.

    Raises:
        ValueError: for another rank, and unknown modes.

    Displacements along the two axes are drawn independently of one another; Keras draws them from one seed, so that
    they are equal. Source: Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to
    visual document analysis", ICDAR 2003.

    >>> import keraunos as keras, numpy as np
    >>> keras.ops.image.elastic_transform(np.ones((8, 8, 3)), seed=1).shape
    (8, 8, 3)
    """
    from keraunos import random  # lies above; this is the one function of ops that draws numbers

    images, data_format, height_axis = checked("elastic_transform", images, data_format)
    _arguments.one_of("elastic_transform", "interpolation", interpolation, ("bilinear", "nearest"))
    _arguments.one_of("elastic_transform", "fill_mode", fill_mode, _FILL_MODES)
    size = images.shape[height_axis], images.shape[height_axis + 1]
    count = images.shape[0] if images.ndim == 4 else 1
    pixels, planes = to_pixels(to_kernel_dtype(images), data_format)
    values = pixels if dtypes.is_float(pixels.dtype) else p.cast(pixels, "float32")
    compute = dtypes.compute(values.dtype)
    noise = random.normal((count, *size, 2), stddev=float(sigma), dtype=compute, seed=seed)
    extent = 6 * int(sigma) | 1
    moved = p.multiply(gaussian_blur(noise, (extent, extent), (sigma, sigma), "channels_last"), float(alpha))
    grids = np.meshgrid(*(np.arange(n, dtype=compute) for n in size), indexing="ij")
    down, right = (_for_planes(p.add(moved[..., i], grids[i]), planes) for i in range(2))
    found = read_at(p.cast(values, compute), down, right, int(interpolation == "bilinear"), fill_mode, fill_value)
    found = from_pixels(found, images, data_format)
    if dtypes.is_float(images.dtype):
        return p.cast(found, images.dtype)
    return saturate_cast(p.round(found), images.dtype)


def _for_planes(places, planes):
    """Places (N, H, W) once for every plane of an image."""
    if planes == 1:
        return places
    wide = p.broadcast_to(
        p.reshape(places, (places.shape[0], 1, *places.shape[1:])), (places.shape[0], planes, *places.shape[1:])
    )
    return p.reshape(wide, (places.shape[0] * planes, *places.shape[1:]))


def read_at(pixels, down, right, order, fill_mode, fill_value):
    """Float pixels `(N, H, W, C)` read at places `(N, H, W)` between them; `order` 1 is bilinear, 0 the nearest."""
    count, height, width, channels = pixels.shape
    rows = p.reshape(pixels, (count * height * width, channels))
    offsets = np.arange(count, dtype=np.int32).reshape(-1, 1, 1) * (height * width)
    total = None
    vertical, horizontal = neighbours(down, height, order, fill_mode), neighbours(right, width, order, fill_mode)
    for (y, share_y, inside_y), (x, share_x, inside_x) in itertools.product(vertical, horizontal):
        found = p.take(rows, p.add(p.add(p.multiply(y, width), x), offsets))
        if fill_mode == "constant":
            inside = p.reshape(p.logical_and(inside_y, inside_x), (*down.shape, 1))
            found = p.where(inside, found, p.scalar(fill_value, found.dtype))
        share = p.multiply(share_y, share_x)
        share = p.reshape(share, (*share.shape, 1)) if share.ndim else share
        term = p.multiply(found, share)
        total = term if total is None else p.add(total, term)
    return total
