"""Edges: how fast images change."""

import numpy as np

from keraunos import _arguments
from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.convolutions import depthwise_conv
from keraunos.ops.promotion import floating
from keraunos.ops.shapes import pad

_DOWN = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], "float32")


def sobel_edges(images, data_format=None):
    """Changes of images from row to row and from column to column, by Sobel's operator; images are reflected at their
    edges.

    Args:
        images: `(N, H, W, C)`, or `(N, C, H, W)` for `channels_first`; integers count as floats.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        `(N, H, W, C, 2)`, or `(N, C, H, W, 2)`: the change downwards, then the one to the right.

    Raises:
        ValueError: for another rank.

    >>> import keraunos as keras, numpy as np
    >>> ramp = np.arange(4.0).reshape(1, 1, 4, 1).repeat(3, 1)
    >>> keras.ops.image.sobel_edges(ramp).numpy()[0, 1, :, 0].tolist()
    [[0.0, 0.0], [0.0, 8.0], [0.0, 8.0], [0.0, 0.0]]
    """
    images = floating(as_tensor(images))
    data_format = _arguments.data_format("sobel_edges", data_format)
    if images.ndim != 4:
        raise ValueError(f"[sobel_edges] expected images of rank 4, got shape {images.shape}")
    pixels = images if data_format == "channels_last" else p.transpose(images, (0, 2, 3, 1))
    channels = pixels.shape[-1]
    kernel = np.stack([_DOWN, _DOWN.T], -1)[:, :, None, :].repeat(channels, 2)
    reflected = pad(pixels, ((0, 0), (1, 1), (1, 1), (0, 0)), "reflect")
    edges = depthwise_conv(reflected, p.cast(kernel, images.dtype), data_format="channels_last")
    edges = p.reshape(edges, (*pixels.shape, 2))
    return edges if data_format == "channels_last" else p.transpose(edges, (0, 3, 1, 2, 4))
