"""draw_segmentation_masks: classes of pixels as colours on pictures."""

import numpy as np

from keraunos import _arguments
from keraunos.visualization.pixels import channels_last

_STEP = np.array([2**25 - 1, 2**15 - 1, 2**21 - 1])  # of Keras's palette


def draw_segmentation_masks(
    images,
    segmentation_masks,
    num_classes=None,
    color_mapping=None,
    alpha=0.8,
    blend=True,
    ignore_index=-1,
    data_format=None,
):
    """Pictures with every pixel in the colour of its class.

    Args:
        images: `(N, H, W, 3)` with values from 0 to 255.
        segmentation_masks: class numbers, `(N, H, W)` or `(N, H, W, 1)`, integers.
        num_classes: pixels of this class and higher ones stay; default: none.
        color_mapping: dict of class -> (red, green, blue) from 0 to 255; classes without an entry stay. Default:
            Keras's palette, in which class 0 is black.
        alpha: how much of the colour there is, from 0 to 1.
        blend: whether to mix colours and pictures; otherwise colours cover them.
        ignore_index: a class whose pixels stay.
        data_format: "channels_last" or "channels_first", of pictures and masks; None: `config.image_data_format()`.

    Returns:
        uint8 array `(N, H, W, 3)`.

    Raises:
        ValueError: for other shapes.
        TypeError: for class numbers that are no integers.

    Source: https://keras.io/api/visualization/

    Example:

    >>> import numpy as np, keraunos as keras
    >>> pictures, masks = np.full((1, 1, 2, 3), 100.0), np.array([[[0, 1]]])
    >>> keras.visualization.draw_segmentation_masks(pictures, masks, color_mapping={1: (200, 0, 0)})
    array([[[[100, 100, 100],
             [180,  20,  20]]]], dtype=uint8)
    """
    tag = "draw_segmentation_masks"
    images = channels_last(tag, images, data_format).astype(np.float32)
    masks = np.asarray(segmentation_masks)
    if masks.dtype.kind not in "iu":
        raise TypeError(f"[{tag}] segmentation_masks must be integers, got {masks.dtype}")
    if masks.ndim == 4:
        first = _arguments.data_format(tag, data_format) == "channels_first"
        masks = masks[:, 0] if first else masks[..., 0]
    if masks.shape != images.shape[:3]:
        raise ValueError(f"[{tag}] expected masks of shape {images.shape[:3]}, got {masks.shape}")
    drawn = images.copy()
    for number in np.unique(masks):
        known = 0 <= number and (num_classes is None or number < num_classes)
        colour = _STEP * int(number) % 255 if color_mapping is None else color_mapping.get(int(number))
        if known and number != ignore_index and colour is not None:
            colour = np.asarray(colour, np.float32)
            here = masks == number
            drawn[here] = images[here] * (1 - alpha) + colour * alpha if blend else colour
    return drawn.clip(0, 255).astype(np.uint8)
