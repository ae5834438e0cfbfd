"""How much boxes overlap."""

import math

from keraunos import config, ops
from keraunos.utils.bounding_boxes.formats import convert_format, image_size, split


def _intersection(first, second):
    """Areas that corners `(left, top, right, bottom)` share."""
    width = ops.minimum(first[2], second[2]) - ops.maximum(first[0], second[0])
    height = ops.minimum(first[3], second[3]) - ops.maximum(first[1], second[1])
    return ops.maximum(width, 0) * ops.maximum(height, 0)


def compute_iou(boxes1, boxes2, bounding_box_format, use_masking=False, mask_val=-1, image_shape=None):
    """Area of the intersection over that of the union, for every pair of boxes.

    Args:
        boxes1: `(M, 4)` or `(B, M, 4)`.
        boxes2: `(N, 4)` or `(B, N, 4)`.
        bounding_box_format: a format of `convert_format`.
        use_masking: whether pairs with a box of which no coordinate is positive or 0 get `mask_val`.
        mask_val: number for these.
        image_shape: (height, width, ...) of the image; needed for shares.

    Returns:
        float32 tensor `(M, N)`, `(B, M, N)` if either has a batch axis.

    Raises:
        ValueError: for other ranks, and shares without a size.

    Example:

    >>> from keraunos.utils import bounding_boxes
    >>> bounding_boxes.compute_iou([[0, 0, 2, 2]], [[1, 0, 3, 2], [5, 5, 6, 6]], "xyxy").numpy().round(3)
    array([[0.333, 0.   ]], dtype=float32)
    """
    height, width = image_size(image_shape)
    boxes1, boxes2 = (convert_format(b, bounding_box_format, "xyxy", height, width) for b in (boxes1, boxes2))
    if len(boxes1.shape) not in (2, 3) or len(boxes2.shape) not in (2, 3):
        raise ValueError(
            f"[compute_iou] expected boxes (N, 4) or (B, N, 4), got {tuple(boxes1.shape)} and {tuple(boxes2.shape)}"
        )
    first = [ops.expand_dims(c, -1) for c in split(boxes1)]
    second = [ops.expand_dims(c, -2) for c in split(boxes2)]
    shared = _intersection(first, second)
    areas = [(c[2] - c[0]) * (c[3] - c[1]) for c in (first, second)]
    found = shared / (areas[0] + areas[1] - shared + config.epsilon())
    if not use_masking:
        return found
    missing = ops.logical_or(
        ops.expand_dims(ops.max(boxes1, axis=-1) < 0, -1), ops.expand_dims(ops.max(boxes2, axis=-1) < 0, -2)
    )
    return ops.where(missing, float(mask_val), found)


def compute_ciou(boxes1, boxes2, bounding_box_format, image_shape=None):
    """Overlap of boxes, pair by pair, less penalties for the distance of their centres and for other proportions
    (Zheng et al., Distance-IoU Loss, 2020).

    Args:
        boxes1, boxes2: `(..., 4)`, of shapes that broadcast.
        bounding_box_format: a format of `convert_format` in pixels.
        image_shape: accepted for compatibility.

    Returns:
        float32 tensor `(...)`; 1 for equal boxes.

    Raises:
        ValueError: for shares of the image.

    Example:

    >>> from keraunos.utils import bounding_boxes
    >>> bounding_boxes.compute_ciou([[0.0, 0.0, 2.0, 2.0]], [[1.0, 0.0, 3.0, 2.0]], "xyxy").numpy().round(3)
    array([0.256], dtype=float32)
    """
    if "rel" in bounding_box_format:
        raise ValueError(
            f"[compute_ciou] expected boxes in pixels, got {bounding_box_format!r}; use convert_format first"
        )
    height, width = image_size(image_shape)
    first, second = (split(convert_format(b, bounding_box_format, "xyxy", height, width)) for b in (boxes1, boxes2))
    epsilon = config.epsilon()
    sides = [(c[2] - c[0], c[3] - c[1] + epsilon) for c in (first, second)]
    shared = _intersection(first, second)
    union = sides[0][0] * sides[0][1] + sides[1][0] * sides[1][1] - shared + epsilon
    iou = shared / (union + epsilon)
    around = [ops.maximum(first[i + 2], second[i + 2]) - ops.minimum(first[i], second[i]) for i in (0, 1)]
    apart = [(first[i] + first[i + 2]) / 2 - (second[i] + second[i + 2]) / 2 for i in (0, 1)]
    distance = sum(ops.square(d) for d in apart) / (sum(ops.square(d) for d in around) + epsilon)
    angles = [ops.arctan(w / h) for w, h in sides]
    unlike = (4 / math.pi**2) * ops.square(angles[1] - angles[0])
    return iou - (distance + unlike * unlike / (unlike - iou + (1 + epsilon)))
