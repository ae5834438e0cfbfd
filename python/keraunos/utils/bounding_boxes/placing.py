"""Boxes of images that are cut, padded, turned or sheared."""

import math

from keraunos import ops
from keraunos.utils.bounding_boxes.formats import split


def _only_corners(function, bounding_box_format, allowed=("xyxy",)):
    if bounding_box_format not in allowed:
        raise NotImplementedError(
            f"[{function}] bounding_box_format must be {' or '.join(map(repr, allowed))}, got {bounding_box_format!r}; "
            "use convert_format first"
        )


def _clipped(left, top, right, bottom, height, width):
    """Boxes within [0, width] x [0, height]."""
    x, y = (left, right), (top, bottom)
    left, right = (ops.clip(value, 0, width) for value in x)
    top, bottom = (ops.clip(value, 0, height) for value in y)
    return ops.stack([left, top, right, bottom], axis=-1)


def clip_to_image_size(bounding_boxes, height=None, width=None, bounding_box_format="xyxy"):
    """Boxes cut at the edges of the image; the label of a box of which nothing is left becomes -1.

    Args:
        bounding_boxes: dict with `"boxes"` `(..., N, 4)` and, if there are any, `"labels"` `(..., N)`.
        height, width: of the image in pixels; not needed for shares.
        bounding_box_format: `"xyxy"` or `"rel_xyxy"`.

    Raises:
        NotImplementedError: for other formats.
        ValueError: for pixels without a size.

    Example:

    >>> import numpy as np
    >>> from keraunos.utils import bounding_boxes
    >>> boxes = {"boxes": np.array([[-10.0, 5.0, 50.0, 80.0], [130.0, 5.0, 150.0, 80.0]]), "labels": np.array([3, 4])}
    >>> clipped = bounding_boxes.clip_to_image_size(boxes, height=60, width=120)
    >>> clipped["boxes"].numpy().tolist(), clipped["labels"].numpy()
    ([[0.0, 5.0, 50.0, 60.0], [120.0, 5.0, 120.0, 60.0]], array([ 3, -1]))
    """
    _only_corners("clip_to_image_size", bounding_box_format, ("xyxy", "rel_xyxy"))
    if bounding_box_format == "rel_xyxy":
        height, width = 1, 1
    elif height is None or width is None:
        raise ValueError("[clip_to_image_size] pixels need height and width of the image")
    boxes = _clipped(*split(ops.convert_to_tensor(bounding_boxes["boxes"])), height, width)
    result = {**bounding_boxes, "boxes": boxes}
    if bounding_boxes.get("labels") is not None:
        left, top, right, bottom = split(boxes)
        result["labels"] = ops.where((right - left) * (bottom - top) > 0, bounding_boxes["labels"], -1)
    return result


def crop(boxes, top, left, height, width, bounding_box_format="xyxy"):
    """Boxes in a window of the image, cut at its edges.

    Args:
        boxes: `(..., N, 4)`.
        top, left: corner of the window, in pixels.
        height, width: its size.
        bounding_box_format: must be `"xyxy"`.

    Raises:
        NotImplementedError: for other formats.

    Example:

    >>> from keraunos.utils import bounding_boxes
    >>> bounding_boxes.crop([[10.0, 20.0, 50.0, 60.0]], top=10, left=20, height=40, width=25).numpy()
    array([[ 0., 10., 25., 40.]], dtype=float32)
    """
    _only_corners("crop", bounding_box_format)
    x1, y1, x2, y2 = split(ops.convert_to_tensor(boxes))
    return _clipped(x1 - left, y1 - top, x2 - left, y2 - top, height, width)


def pad(boxes, top, left, height=None, width=None, bounding_box_format="xyxy"):
    """Boxes of an image that has got margins.

    Args:
        boxes: `(..., N, 4)`.
        top, left: the margins, in pixels.
        height, width: accepted for compatibility.
        bounding_box_format: must be `"xyxy"`.

    Raises:
        NotImplementedError: for other formats.

    Example:

    >>> from keraunos.utils import bounding_boxes
    >>> bounding_boxes.pad([[10.0, 20.0, 50.0, 60.0]], top=5, left=1).numpy()
    array([[11., 25., 51., 65.]], dtype=float32)
    """
    _only_corners("pad", bounding_box_format)
    x1, y1, x2, y2 = split(ops.convert_to_tensor(boxes))
    return ops.stack([x1 + left, y1 + top, x2 + left, y2 + top], axis=-1)


def affine_transform(boxes, angle, translate_x, translate_y, scale, shear_x, shear_y, height, width, center_x=None,
                     center_y=None, bounding_box_format="xyxy"):  # fmt: skip
    """The boxes around the corners of boxes that were turned, moved, scaled and sheared as an image is.

    Args:
        boxes: `(B, N, 4)`.
        angle: degrees, `(B,)`.
        translate_x, translate_y: shares of the width and height less one pixel, numbers or `(B,)`.
        scale: factor, number or `(B,)`.
        shear_x, shear_y: degrees, numbers or `(B,)`.
        height, width: of the image in pixels.
        center_x, center_y: what stays in place, as shares of width and height; default: the middle.
        bounding_box_format: must be `"xyxy"`.

    Returns:
        Boxes `(B, N, 4)`, not cut at the edges of the image.

    Raises:
        NotImplementedError: for other formats.
        ValueError: for boxes of another rank.

    Example:

    >>> import numpy as np
    >>> from keraunos.utils import bounding_boxes
    >>> box = np.array([[[0.0, 0.0, 4.0, 2.0]]], "float32")
    >>> turned = bounding_boxes.affine_transform(box, np.array([180.0], "float32"), 0, 0, 1, 0, 0, height=9, width=9)
    >>> turned.numpy().round(3) + 0
    array([[[4., 6., 8., 8.]]], dtype=float32)
    """
    _only_corners("affine_transform", bounding_box_format)
    boxes = ops.convert_to_tensor(boxes)
    if len(boxes.shape) != 3:
        raise ValueError(f"[affine_transform] expected boxes (B, N, 4), got shape {tuple(boxes.shape)}")
    turn, slant_x, slant_y = (-ops.convert_to_tensor(a) * (math.pi / 180.0) for a in (angle, shear_x, shear_y))
    x = (0.5 if center_x is None else center_x) * (width - 1)
    y = (0.5 if center_y is None else center_y) * (height - 1)
    moved_x, moved_y = x - translate_x * (width - 1), y - translate_y * (height - 1)
    # Rotation and shear as one matrix, and its elements exchanged: the inverse where x is not sheared, and what Keras
    # computes where it is.
    a = ops.cos(turn - slant_y) / ops.cos(slant_y)
    b = a * ops.tan(slant_x) + ops.sin(turn)
    c = -ops.sin(turn - slant_y) / ops.cos(slant_y)
    d = ops.cos(turn) - c * ops.tan(slant_x)
    rows = ((d * scale, -b * scale, x), (-c * scale, a * scale, y))
    left, top, right, bottom = split(ops.cast(boxes, turn.dtype))
    corners = (left, right, right, left), (top, top, bottom, bottom)
    ends = []
    for along_x, along_y, centre in rows:
        along_x, along_y = (ops.reshape(ops.convert_to_tensor(k), (-1, 1)) for k in (along_x, along_y))
        offset = centre - along_x * _column(moved_x) - along_y * _column(moved_y)
        found = ops.stack([along_x * u + along_y * v + offset for u, v in zip(*corners, strict=True)])
        ends.append((ops.min(found, axis=0), ops.max(found, axis=0)))
    return ops.stack([ends[0][0], ends[1][0], ends[0][1], ends[1][1]], axis=-1)


def _column(value):
    return ops.reshape(ops.convert_to_tensor(value), (-1, 1))
