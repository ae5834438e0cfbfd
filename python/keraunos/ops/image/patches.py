"""Patches: the windows of an image as vectors."""

import itertools

from keraunos import _arguments
from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.shapes import expand_dims, squeeze


def extract_patches(images, size, strides=None, dilation_rate=1, padding="valid", data_format=None):
    """The windows of images, one vector each.

    Args:
        images: `(N, H, W, C)` or `(H, W, C)`, or with channels first.
        size: int or (height, width) of a window; three numbers: see `extract_patches_3d`.
        strides: steps between windows; default: `size`, windows side by side.
        dilation_rate: steps between the pixels of a window.
        padding: `"valid"` or `"same"` (zeros outside).
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        `(N, rows, columns, height * width * C)`, channels fastest; the vector is on axis 1 for `channels_first`.

    Raises:
        ValueError: for images of another rank and for unknown paddings.

    >>> import keraunos as keras, numpy as np
    >>> keras.ops.image.extract_patches(np.ones((2, 6, 9, 3)), 3).shape
    (2, 2, 3, 27)
    """
    if isinstance(size, (tuple, list)) and len(size) == 3:
        return extract_patches_3d(images, size, strides, dilation_rate, padding, data_format)
    return _patches("extract_patches", images, 2, size, strides, dilation_rate, padding, data_format)


def extract_patches_3d(volumes, size, strides=None, dilation_rate=1, padding="valid", data_format=None):
    """The windows of volumes `(N, D, H, W, C)`, one vector each; arguments as those of `extract_patches`.

    >>> import keraunos as keras, numpy as np
    >>> keras.ops.image.extract_patches_3d(np.ones((1, 4, 4, 4, 2)), 2).shape
    (1, 2, 2, 2, 16)
    """
    return _patches("extract_patches_3d", volumes, 3, size, strides, dilation_rate, padding, data_format)


def _patches(tag, images, rank, size, strides, dilation_rate, padding, data_format):
    images = as_tensor(images)
    data_format = _arguments.data_format(tag, data_format)
    size = _arguments.int_tuple(tag, "size", size, rank)
    strides = _arguments.int_tuple(tag, "strides", strides or size, rank)
    dilation = _arguments.int_tuple(tag, "dilation_rate", dilation_rate, rank)
    _arguments.one_of(tag, "padding", padding, ("valid", "same"))
    if images.ndim not in (rank + 1, rank + 2):
        raise ValueError(f"[{tag}] expected inputs of rank {rank + 1} or {rank + 2}, got shape {images.shape}")
    if images.ndim == rank + 1:
        batch = _patches(tag, expand_dims(images, 0), rank, size, strides, dilation, padding, data_format)
        return squeeze(batch, 0)
    first, channel_axis = (1, rank + 1) if data_format == "channels_last" else (2, 1)
    reach = [d * (n - 1) + 1 for d, n in zip(dilation, size, strict=True)]
    if padding == "same":
        widths = [(0, 0)] * (rank + 2)
        for i, (window, step) in enumerate(zip(reach, strides, strict=True)):
            extent = images.shape[first + i]
            missing = max(0, (-(-extent // step) - 1) * step + window - extent)
            widths[first + i] = (missing // 2, missing - missing // 2)
        images = p.pad(images, widths)
    counts = [max(0, (images.shape[first + i] - reach[i]) // strides[i] + 1) for i in range(rank)]
    parts = []
    for offset in itertools.product(*map(range, size)):
        start, stop, step = [0] * (rank + 2), list(images.shape), [1] * (rank + 2)
        for i in range(rank):
            start[first + i] = offset[i] * dilation[i]
            stop[first + i] = start[first + i] + ((counts[i] - 1) * strides[i] + 1 if counts[i] else 0)
            step[first + i] = strides[i]
        parts.append(p.slice(images, start, stop, step))
    return p.concatenate(parts, channel_axis)
