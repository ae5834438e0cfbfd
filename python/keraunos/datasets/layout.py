"""Pictures of data sets in the layout of `config.image_data_format()`."""

import numpy as np

from keraunos import config


def in_layout(images):
    """Pictures `(N, H, W, C)`, as `(N, C, H, W)` where channels come first."""
    return (
        np.ascontiguousarray(images.transpose(0, 3, 1, 2)) if config.image_data_format() == "channels_first" else images
    )
