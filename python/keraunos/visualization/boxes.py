"""draw_bounding_boxes: boxes, with their labels, on pictures."""

import numpy as np

from keraunos import _arguments
from keraunos.utils.images import pillow
from keraunos.visualization.pixels import channels_last, to_uint8

FORMATS = ("xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw", "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh")
TEXT = 12  # pixels, for font_scale 1


def draw_bounding_boxes(
    images,
    bounding_boxes,
    bounding_box_format,
    class_mapping=None,
    color=(128, 128, 128),
    line_thickness=2,
    text_thickness=1,
    font_scale=1.0,
    data_format=None,
):
    """Pictures with boxes drawn on them.

    Args:
        images: `(N, H, W, C)` with 1, 3 or 4 channels; floats count from 0 to 1, or, where one is above 1, from 0 to
            255.
        bounding_boxes: dict with `boxes` `(N, B, 4)`, `labels` `(N, B)` (-1: no box) and, if there are any,
            `confidences` `(N, B)`.
        bounding_box_format: what the four numbers are: "xyxy" (left, top, right, bottom), "yxyx", "xywh" (left, top,
            width, height), "center_xywh", "center_yxhw", in pixels, or "rel_xyxy", "rel_yxyx", "rel_xywh",
            "rel_center_xywh" as shares of the sides.
        class_mapping: dict of label -> text that is written next to a box; boxes of other labels have none.
        color: (red, green, blue) from 0 to 255.
        line_thickness: of the boxes, in pixels.
        text_thickness: how bold the text is, in pixels.
        font_scale: 1 for text 12 pixels high.
        data_format: "channels_last" or "channels_first"; None: `config.image_data_format()`.

    Returns:
        uint8 array `(N, H, W, C)`.

    Raises:
        ValueError, TypeError: for other shapes, formats and types.
        ImportError: without Pillow.

    Source: https://keras.io/api/visualization/

    Example:

    >>> import numpy as np, keraunos as keras
    >>> boxes = {"boxes": [[[1, 1, 6, 6]]], "labels": [[0]]}
    >>> drawn = keras.visualization.draw_bounding_boxes(np.zeros((1, 8, 8, 3)), boxes, "xyxy", line_thickness=1)
    >>> drawn[0, :, :, 0] // 128
    array([[0, 0, 0, 0, 0, 0, 0, 0],
           [0, 1, 1, 1, 1, 1, 1, 0],
           [0, 1, 0, 0, 0, 0, 1, 0],
           [0, 1, 0, 0, 0, 0, 1, 0],
           [0, 1, 0, 0, 0, 0, 1, 0],
           [0, 1, 0, 0, 0, 0, 1, 0],
           [0, 1, 1, 1, 1, 1, 1, 0],
           [0, 0, 0, 0, 0, 0, 0, 0]], dtype=uint8)
    """
    tag = "draw_bounding_boxes"
    images = to_uint8(channels_last(tag, images, data_format))
    if not isinstance(bounding_boxes, dict):
        raise TypeError(f"[{tag}] bounding_boxes must be a dict, got {type(bounding_boxes).__name__}")
    if not {"boxes", "labels"} <= set(bounding_boxes):
        raise ValueError(f"[{tag}] bounding_boxes needs 'boxes' and 'labels', got {sorted(bounding_boxes)}")
    corners = to_corners(tag, bounding_boxes["boxes"], bounding_box_format, *images.shape[1:3])
    labels = np.asarray(bounding_boxes["labels"])
    confidences = bounding_boxes.get("confidences")
    drawn = []
    for row, image in enumerate(images):
        picture = pillow().fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        for number, (box, label) in enumerate(zip(corners[row], labels[row], strict=True)):
            if label == -1:
                continue
            text = (class_mapping or {}).get(int(label))
            if text is not None and confidences is not None:
                text = f"{text} | {float(np.asarray(confidences)[row][number]):.2f}"
            _draw(picture, box, text, color, line_thickness, text_thickness or line_thickness, font_scale)
        drawn.append(np.asarray(picture).reshape(image.shape))
    return np.stack(drawn) if drawn else images


def to_corners(tag, boxes, bounding_box_format, height, width):
    """Boxes `(N, B, 4)` of any format as (left, top, right, bottom) in pixels."""
    _arguments.one_of(tag, "bounding_box_format", bounding_box_format, FORMATS)
    boxes = np.asarray(boxes, np.float64)
    if boxes.ndim != 3 or boxes.shape[-1] != 4:
        raise ValueError(f"[{tag}] boxes must have the shape (N, B, 4), got {boxes.shape}")
    kind = bounding_box_format.removeprefix("rel_")
    vertical_first = kind in ("yxyx", "center_yxhw")
    if bounding_box_format.startswith("rel_"):
        boxes = boxes * ((height, width) * 2 if vertical_first else (width, height) * 2)
    if vertical_first:
        boxes = boxes[..., [1, 0, 3, 2]]
    near, far = boxes[..., :2], boxes[..., 2:]
    if kind.startswith("center"):
        near = near - far / 2
    return np.concatenate([near, far if kind in ("xyxy", "yxyx") else near + far], axis=-1)


def _draw(picture, box, text, color, line, bold, scale):
    from PIL import ImageDraw, ImageFont

    brush = ImageDraw.Draw(picture)
    fill = {"L": color[0], "RGB": tuple(color), "RGBA": (*color, 255)}[picture.mode]
    left, top, right, bottom = (int(v) for v in box)
    left, right, top, bottom = min(left, right), max(left, right), min(top, bottom), max(top, bottom)
    brush.rectangle((left, top, right, bottom), outline=fill, width=line)
    if text is not None:
        # Above the box, or inside of it where there is no room.
        high = round(TEXT * scale)
        above = top - high - 2 > 0
        place = (left, top - high - 2) if above else (left + 3, top + line + 3)
        font = ImageFont.load_default(high)
        brush.text(place, text, fill=fill, font=font, stroke_width=max(bold - 1, 0), stroke_fill=fill)
