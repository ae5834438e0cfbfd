"""Bounding boxes: formats there and back, geometry by corners, overlaps by counting, deltas and their reverse."""

import itertools
import math

import keraunos as keras
import numpy as np
import pytest
from keraunos.utils import bounding_boxes
from keraunos.utils.bounding_boxes.formats import FORMATS

rng = np.random.default_rng(61)
HEIGHT, WIDTH = 120, 150


def boxes(*shape):
    """Corners of random boxes."""
    corner = rng.random((*shape, 2)) * 60
    return np.concatenate([corner, corner + 1 + rng.random((*shape, 2)) * 50], -1).astype("float32")


def numbers(name, box):
    """What a format says of one box, by its name."""
    x1, y1, x2, y2 = box
    found = {
        "xyxy": (x1, y1, x2, y2),
        "yxyx": (y1, x1, y2, x2),
        "xywh": (x1, y1, x2 - x1, y2 - y1),
        "center_xywh": ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1),
        "center_yxhw": ((y1 + y2) / 2, (x1 + x2) / 2, y2 - y1, x2 - x1),
    }
    if not name.startswith("rel_"):
        return found[name]
    return numbers(name[4:], np.array(box) / (WIDTH, HEIGHT, WIDTH, HEIGHT))


@pytest.mark.parametrize(("source", "target"), list(itertools.product(FORMATS, FORMATS)))
def test_every_format_to_every_other(source, target):
    corners = boxes(4)
    given, wanted = (np.array([numbers(name, box) for box in corners]) for name in (source, target))
    found = bounding_boxes.convert_format(given, source, target.upper(), HEIGHT, WIDTH)
    assert found.dtype == "float32"
    # Sums and products of a few float32 numbers of up to 150.
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-4)


def test_conversion_takes_dicts_batches_and_traces():
    corners = boxes(2, 3)
    out = bounding_boxes.convert_format({"boxes": corners, "labels": "kept"}, "xyxy", "xywh", dtype="float64")
    assert out["labels"] == "kept" and out["boxes"].dtype == "float64"
    traced = keras.function(lambda b: bounding_boxes.convert_format(b, "xyxy", "xywh"))(corners)
    np.testing.assert_allclose(traced, out["boxes"], rtol=1e-6)


def test_clipping_crops_and_margins():
    corners = boxes(2, 5) * 2 - 50
    labels = rng.integers(0, 9, (2, 5))
    out = bounding_boxes.clip_to_image_size({"boxes": corners, "labels": labels, "more": 1}, 40, 30)
    clipped = np.stack([corners[..., i].clip(0, 30 if i % 2 == 0 else 40) for i in range(4)], -1)
    np.testing.assert_array_equal(out["boxes"], clipped)
    empty = (clipped[..., 2] == clipped[..., 0]) | (clipped[..., 3] == clipped[..., 1])
    assert empty.any() and not empty.all() and out["more"] == 1
    np.testing.assert_array_equal(out["labels"], np.where(empty, -1, labels))
    shares = bounding_boxes.clip_to_image_size({"boxes": corners / 30}, bounding_box_format="rel_xyxy")
    np.testing.assert_array_equal(shares["boxes"], (corners / 30).clip(0, 1))
    cropped = bounding_boxes.crop(corners, 5, -3, 40, 30)
    moved = corners - np.array([-3, 5, -3, 5], "float32")
    wanted = np.stack([moved[..., i].clip(0, 30 if i % 2 == 0 else 40) for i in range(4)], -1)
    np.testing.assert_array_equal(cropped, wanted)
    np.testing.assert_array_equal(bounding_boxes.pad(corners, 5, 3), corners + np.array([3, 5, 3, 5], "float32"))


@pytest.mark.parametrize("center", [(None, None), (0.2, 0.9)])
def test_affine_transforms_enclose_the_corners(center):
    corners = boxes(2, 3).astype("float64")
    angle, scale = np.array([30.0, -75.0]), np.array([0.7, 1.4])
    move, slant = np.array([[0.1, -0.2], [0.3, 0.0]]), np.array([[10.0, -20.0], [5.0, 15.0]])
    found = bounding_boxes.affine_transform(corners, angle, *move, scale, *slant, HEIGHT, WIDTH, *center)
    middle = np.array([(0.5 if c is None else c) * (n - 1) for c, n in zip(center, (WIDTH, HEIGHT), strict=True)])
    for b in range(2):
        r, sx, sy = (-math.radians(v) for v in (angle[b], slant[0, b], slant[1, b]))
        k, m = math.cos(r - sy) / math.cos(sy), -math.sin(r - sy) / math.cos(sy)
        matrix = np.array([[math.cos(r) - m * math.tan(sx), -k * math.tan(sx) - math.sin(r)], [-m, k]]) * scale[b]
        origin = middle - move[:, b] * (WIDTH - 1, HEIGHT - 1)
        for n in range(3):
            x1, y1, x2, y2 = corners[b, n]
            points = (np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)]) - origin) @ matrix.T + middle
            wanted = [*points.min(0), *points.max(0)]
            np.testing.assert_allclose(found[b, n], wanted, rtol=1e-9, atol=1e-9)


def test_a_turn_is_a_turn():
    corners = boxes(1, 3).astype("float64")
    found = bounding_boxes.affine_transform(corners, np.array([90.0]), 0, 0, 2, 0, 0, HEIGHT, WIDTH, 0, 0)
    x1, y1, x2, y2 = np.moveaxis(corners, -1, 0) * 2
    np.testing.assert_allclose(found, np.stack([y1, -x2, y2, -x1], -1), atol=1e-9)


def counted_iou(a, b):
    """Intersection over union of boxes of whole pixels, counted."""
    masks = []
    for x1, y1, x2, y2 in (a, b):
        mask = np.zeros((30, 30), bool)
        mask[y1:y2, x1:x2] = True
        masks.append(mask)
    union = (masks[0] | masks[1]).sum()
    return (masks[0] & masks[1]).sum() / union if union else 0.0


@pytest.mark.parametrize(("first", "second"), [((4,), (5,)), ((2, 4), (2, 5)), ((4,), (2, 5)), ((2, 4), (5,))])
def test_iou_by_counting(first, second):
    def whole(*shape):
        corner = rng.integers(0, 15, (*shape, 2))
        return np.concatenate([corner, corner + rng.integers(0, 15, (*shape, 2))], -1)

    a, b = whole(*first), whole(*second)
    found = bounding_boxes.compute_iou(a, b, "xyxy")
    batch = 2 if len(first) + len(second) > 2 else None
    for i in range(batch or 1):
        rows, columns = (x[i] if x.ndim == 3 else x for x in (a, b))
        wanted = [[counted_iou(r, c) for c in columns] for r in rows]
        # 1e-7 in the denominator, whose least value is 1 unless both boxes are empty.
        np.testing.assert_allclose(found[i] if batch else found, wanted, atol=1e-6)
    shares = bounding_boxes.compute_iou(a / 30, b / 30, "rel_xyxy", image_shape=(30, 30, 3))
    np.testing.assert_allclose(shares, found, atol=1e-4)


def test_masked_iou():
    a, b = boxes(3), boxes(2, 4)
    a[1], b[0, 2], b[1, 0] = -1, -1, (-1, -1, -1, 5)
    plain = bounding_boxes.compute_iou(a, b, "xyxy").numpy()
    found = bounding_boxes.compute_iou(a, b, "xyxy", use_masking=True, mask_val=-3)
    plain[:, 1], plain[0, :, 2] = -3, -3
    np.testing.assert_array_equal(found, plain)


def test_ciou():
    a, b = boxes(20).astype("float64"), boxes(20).astype("float64")
    found = bounding_boxes.compute_ciou(a, b, "xyxy")
    iou = np.diag(bounding_boxes.compute_iou(a, b, "xyxy"))
    (wa, ha), (wb, hb) = ((x[:, 2] - x[:, 0], x[:, 3] - x[:, 1]) for x in (a, b))
    low, high = np.minimum(a, b)[:, :2], np.maximum(a, b)[:, 2:]
    apart = ((a[:, :2] + a[:, 2:] - b[:, :2] - b[:, 2:]) ** 2).sum(1) / 4 / ((high - low) ** 2).sum(1)
    v = 4 / math.pi**2 * (np.arctan(wb / hb) - np.arctan(wa / ha)) ** 2
    np.testing.assert_allclose(found, iou - apart - v * v / (v - iou + 1), atol=1e-4)
    np.testing.assert_allclose(bounding_boxes.compute_ciou(a, a, "xyxy"), 1, atol=1e-5)


@pytest.mark.parametrize("variance", [None, [0.1, 0.1, 0.2, 0.2]])
@pytest.mark.parametrize("order", ["center_xywh", "center_yxhw"])
def test_deltas_and_back(order, variance):
    anchors, targets = boxes(5), boxes(2, 5)
    deltas = bounding_boxes.encode_box_to_deltas(anchors, targets, "xyxy", "xyxy", order, variance)
    a, t = (np.array([numbers(order, x) for x in b.reshape(-1, 4)]).reshape(b.shape) for b in (anchors, targets))
    wanted = np.concatenate([(t[..., :2] - a[..., :2]) / a[..., 2:], np.log(t[..., 2:] / a[..., 2:])], -1)
    np.testing.assert_allclose(deltas, wanted / (1 if variance is None else np.array(variance)), rtol=1e-4, atol=1e-4)
    back = bounding_boxes.decode_deltas_to_boxes(
        anchors, deltas, "xyxy", "rel_yxyx", order, variance, (HEIGHT, WIDTH, 3)
    )
    np.testing.assert_allclose(back, [[numbers("rel_yxyx", x) for x in b] for b in targets], rtol=1e-4, atol=1e-5)
    levels = bounding_boxes.decode_deltas_to_boxes(
        {1: anchors, 2: anchors[:2]}, {1: deltas, 2: deltas[:, :2]}, "xyxy", "xyxy", order, variance
    )
    np.testing.assert_allclose(levels[2], targets[:, :2], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda b: b.convert_format(boxes(2), "xxyy", "xywh"), ValueError, "did you mean"),
        (lambda b: b.convert_format(np.ones((2, 3)), "xyxy", "xywh"), ValueError, r"expected boxes \(..., 4\)"),
        (lambda b: b.convert_format(boxes(2), "xyxy", "rel_xyxy"), ValueError, "needs height and width"),
        (lambda b: b.clip_to_image_size({"boxes": boxes(2)}), ValueError, "need height and width"),
        (lambda b: b.clip_to_image_size({"boxes": boxes(2)}, 1, 1, "xywh"), NotImplementedError, "use convert_format"),
        (lambda b: b.crop(boxes(2), 1, 1, 1, 1, "xywh"), NotImplementedError, "use convert_format"),
        (lambda b: b.pad(boxes(2), 1, 1, bounding_box_format="xywh"), NotImplementedError, "use convert_format"),
        (lambda b: b.affine_transform(boxes(2), 0, 0, 0, 1, 0, 0, 5, 5), ValueError, r"boxes \(B, N, 4\)"),
        (lambda b: b.compute_iou(boxes(), boxes(2), "xyxy"), ValueError, r"\(N, 4\) or \(B, N, 4\)"),
        (lambda b: b.compute_ciou(boxes(2), boxes(2), "rel_xyxy"), ValueError, "in pixels"),
        (lambda b: b.encode_box_to_deltas(boxes(2), boxes(2), "xyxy", "xyxy", "xyxy"), ValueError, "encoding_format"),
        (lambda b: b.encode_box_to_deltas(boxes(2), boxes(2), "xyxy", "xyxy", variance=[1]), ValueError, "4 elements"),
    ],
)
def test_errors(call, error, match):
    with pytest.raises(error, match=match):
        call(bounding_boxes)
