"""Batches of pictures as arrays that can be drawn on."""

import numpy as np

from keraunos import _arguments


def channels_last(tag, images, data_format):
    """Pictures as an array `(N, H, W, C)`.

    Raises:
        ValueError: for another rank.
    """
    images = np.asarray(images)
    if images.ndim != 4:
        raise ValueError(f"[{tag}] expected a batch of pictures of shape (N, H, W, C), got {images.shape}")
    first = _arguments.data_format(tag, data_format) == "channels_first"
    return images.transpose(0, 2, 3, 1) if first else images


def to_uint8(images):
    """Values from 0 to 255 as uint8; floats that are nowhere above 1 count from 0 to 1."""
    if images.dtype.kind == "f":
        images = np.clip(images, 0, 1) * 255 if images.size and images.max() <= 1 else np.clip(images, 0, 255)
    return images.astype(np.uint8)
