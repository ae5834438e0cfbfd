"""Formats of bounding boxes: corners, sizes, centres, in pixels or as shares of the image."""

from keraunos import _arguments, ops

FORMATS = ("xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw", "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh")


def convert_format(boxes, source, target, height=None, width=None, dtype="float32"):
    """Boxes in another format.

    Args:
        boxes: `(..., 4)`, or a dict with them as `"boxes"`.
        source, target: formats: `"xyxy"` (left, top, right, bottom), `"yxyx"` (top, left, bottom, right), `"xywh"`
            (left, top, width, height), `"center_xywh"` (centre, width, height), `"center_yxhw"` (centre, height,
            width), and, as shares of the image, `"rel_xyxy"`, `"rel_yxyx"`, `"rel_xywh"`, `"rel_center_xywh"`. Upper
            and lower case mean the same.
        height, width: of the image in pixels; needed for shares.
        dtype: that of the result.

    Raises:
        ValueError: for other formats and shapes, and shares without a size.

    Example:

    >>> from keraunos.utils import bounding_boxes
    >>> bounding_boxes.convert_format([[10, 20, 30, 40]], "xyxy", "center_xywh").numpy()
    array([[20., 30., 20., 20.]], dtype=float32)
    """
    if isinstance(boxes, dict):
        return {**boxes, "boxes": convert_format(boxes["boxes"], source, target, height, width, dtype)}
    source, target = (
        _arguments.one_of("bounding_boxes", name, given.lower(), FORMATS)
        for name, given in (("source", source), ("target", target))
    )
    boxes = ops.cast(boxes, dtype)
    if not boxes.shape or boxes.shape[-1] != 4:
        raise ValueError(f"[bounding_boxes] expected boxes (..., 4), got shape {tuple(boxes.shape)}")
    shares = [name.startswith("rel_") for name in (source, target)]
    if any(shares) and (height is None or width is None):
        raise ValueError(
            f"[bounding_boxes] {source} to {target} needs height and width of the image, got {height} and {width}"
        )
    if source == target:
        return boxes
    corners = _corners(source.removeprefix("rel_"), boxes)
    # From shares to shares nothing is scaled.
    if shares == [True, False]:
        corners = [c * ops.cast(size, dtype) for c, size in zip(corners, (width, height) * 2, strict=True)]
    numbers, sizes = _numbers(target.removeprefix("rel_"), *corners), (width, height) * 2
    if shares == [False, True]:
        sizes = sizes if target.endswith(("xyxy", "xywh")) else (height, width) * 2
        numbers = [n / ops.cast(size, dtype) for n, size in zip(numbers, sizes, strict=True)]
    return ops.stack(numbers, axis=-1)


def image_size(image_shape):
    """(height, width) of a shape `(height, width, ...)`, or two Nones."""
    return (None, None) if image_shape is None else tuple(image_shape[:2])


def split(boxes):
    """The four numbers of boxes `(..., 4)`, `(...)` each."""
    return [boxes[..., i] for i in range(4)]


def _corners(name, boxes):
    """Left, top, right, bottom."""
    a, b, c, d = split(boxes)
    if name in ("yxyx", "center_yxhw"):
        a, b, c, d = b, a, d, c
    if name == "xywh":
        return a, b, a + c, b + d
    if name.startswith("center"):
        return a - c / 2, b - d / 2, a + c / 2, b + d / 2
    return a, b, c, d


def _numbers(name, left, top, right, bottom):
    """The numbers of a format for the corners."""
    if name == "yxyx":
        return top, left, bottom, right
    if name == "xyxy":
        return left, top, right, bottom
    width, height = right - left, bottom - top
    if name == "xywh":
        return left, top, width, height
    x, y = left + width / 2, top + height / 2
    return (x, y, width, height) if name == "center_xywh" else (y, x, height, width)
