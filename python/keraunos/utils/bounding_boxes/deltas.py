"""Boxes as offsets from anchors, which is what detectors predict."""

from keraunos import _arguments, config, ops
from keraunos.utils.bounding_boxes.formats import convert_format, image_size

_CENTERED = ("center_xywh", "center_yxhw")


def _variance(variance):
    if variance is None:
        return 1.0
    variance = ops.convert_to_tensor(variance, "float32")
    if variance.shape[-1:] != (4,):
        raise ValueError(f"[bounding_boxes] variance must have 4 elements, got shape {tuple(variance.shape)}")
    return variance


def encode_box_to_deltas(anchors, boxes, anchor_format, box_format, encoding_format="center_yxhw", variance=None,
                         image_shape=None):  # fmt: skip
    """Offsets of the centres in sizes of the anchor, and logarithms of the ratios of sizes.

    Args:
        anchors: `(N, 4)`.
        boxes: `(N, 4)` or `(B, N, 4)`.
        anchor_format, box_format: formats of `convert_format`.
        encoding_format: `"center_xywh"` or `"center_yxhw"`: the order of the result.
        variance: four numbers by which the result is divided.
        image_shape: (height, width, channels) of the image; needed for shares.

    Returns:
        float32 tensor of the shape of `boxes`.

    Raises:
        ValueError: for other encodings, and a variance of other than four numbers.

    Example:

    >>> from keraunos.utils import bounding_boxes
    >>> bounding_boxes.encode_box_to_deltas([[0, 0, 10, 10]], [[5, 0, 15, 10]], "xyxy", "xyxy").numpy()
    array([[0. , 0.5, 0. , 0. ]], dtype=float32)
    """
    variance = _variance(variance)
    _arguments.one_of("bounding_boxes", "encoding_format", encoding_format, _CENTERED)
    height, width = image_size(image_shape)
    anchors = convert_format(anchors, anchor_format, encoding_format, height, width)
    boxes = convert_format(boxes, box_format, encoding_format, height, width)
    anchor_sizes = ops.maximum(anchors[..., 2:], config.epsilon())
    box_sizes = ops.maximum(boxes[..., 2:], config.epsilon())
    ratios = box_sizes / anchor_sizes
    offsets = (boxes[..., :2] - anchors[..., :2]) / anchor_sizes
    return ops.concatenate([offsets, ops.log(ratios)], axis=-1) / variance


def decode_deltas_to_boxes(anchors, boxes_delta, anchor_format, box_format, encoded_format="center_yxhw", variance=None,
                           image_shape=None):  # fmt: skip
    """The reverse of `encode_box_to_deltas`.

    Args:
        anchors: `(N, 4)`, or a dict of them.
        boxes_delta: `(N, 4)` or `(B, N, 4)`, or a dict of them with the keys of `anchors`.
        anchor_format, box_format: formats of `convert_format`.
        encoded_format: `"center_xywh"` or `"center_yxhw"`: the order of the deltas.
        variance: four numbers by which deltas are multiplied.
        image_shape: (height, width, channels) of the image; needed for shares.

    Returns:
        float32 boxes of the shape of `boxes_delta`, or a dict of them.

    Raises:
        ValueError: for other encodings, and a variance of other than four numbers.

    Example:

    >>> from keraunos.utils import bounding_boxes
    >>> bounding_boxes.decode_deltas_to_boxes([[0, 0, 10, 10]], [[0.0, 0.5, 0.0, 0.0]], "xyxy", "xyxy").numpy()
    array([[ 5.,  0., 15., 10.]], dtype=float32)
    """
    variance = _variance(variance)
    _arguments.one_of("bounding_boxes", "encoded_format", encoded_format, _CENTERED)
    height, width = image_size(image_shape)

    def decoded(anchor, delta):
        anchor = convert_format(anchor, anchor_format, encoded_format, height, width)
        delta = ops.convert_to_tensor(delta) * variance
        center = delta[..., :2] * anchor[..., 2:] + anchor[..., :2]
        box = ops.concatenate([center, ops.exp(delta[..., 2:]) * anchor[..., 2:]], axis=-1)
        return convert_format(box, encoded_format, box_format, height, width)

    if isinstance(anchors, dict) and isinstance(boxes_delta, dict):
        return {level: decoded(anchor, boxes_delta[level]) for level, anchor in anchors.items()}
    return decoded(anchors, boxes_delta)
