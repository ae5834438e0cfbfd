"""Boxes and masks on pictures, and galleries."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import visualization as V
from keraunos.visualization.boxes import FORMATS, to_corners

pytest.importorskip("PIL", reason="Pillow is not installed: drawing is not covered")
BLACK = np.zeros((1, 10, 20, 3), "uint8")


def outline(picture):
    """(left, top, right, bottom) of what is not black."""
    rows, columns = np.nonzero(picture.any(-1))
    return columns.min(), rows.min(), columns.max(), rows.max()


# One box, left 4, top 1, right 12, bottom 7, of a picture 10 high and 20 wide.
SAME = {
    "xyxy": (4, 1, 12, 7), "yxyx": (1, 4, 7, 12), "xywh": (4, 1, 8, 6), "center_xywh": (8, 4, 8, 6),
    "center_yxhw": (4, 8, 6, 8), "rel_xyxy": (0.2, 0.1, 0.6, 0.7), "rel_yxyx": (0.1, 0.2, 0.7, 0.6),
    "rel_xywh": (0.2, 0.1, 0.4, 0.6), "rel_center_xywh": (0.4, 0.4, 0.4, 0.6),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_formats_of_boxes(form):
    np.testing.assert_allclose(to_corners("tag", [[SAME[form]]], form, 10, 20), [[[4, 1, 12, 7]]], atol=1e-12)


def test_a_box_is_where_it_should_be():
    drawn = V.draw_bounding_boxes(BLACK, {"boxes": [[SAME["xywh"]]], "labels": [[3]]}, "xywh", color=(1, 2, 3))
    assert drawn.dtype == np.uint8 and outline(drawn[0]) == (4, 1, 12, 7)
    assert drawn[0, 1, 4].tolist() == [1, 2, 3] and not drawn[0, 4, 8].any() and not BLACK.any()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_kinds_of_pictures(channels):
    boxes = {"boxes": [[SAME["xyxy"]]], "labels": [[0]]}
    floats = np.zeros((1, 10, 20, channels), "float32")
    floats[0, 9, 19] = 1.0
    drawn = V.draw_bounding_boxes(floats, boxes, "xyxy")
    assert drawn.shape == floats.shape and drawn[0, 9, 19].tolist() == [255] * channels and drawn[0, 1, 4, 0] == 128
    first = V.draw_bounding_boxes(floats.transpose(0, 3, 1, 2), boxes, "xyxy", data_format="channels_first")
    np.testing.assert_array_equal(first, drawn)


def test_labels_are_written_and_minus_one_is_no_box():
    boxes = {"boxes": [[(2, 30, 40, 50), (0, 0, 5, 5)]], "labels": [[1, -1]], "confidences": [[0.5, 0.5]]}
    pictures = np.zeros((1, 60, 100, 3), "uint8")
    plain = V.draw_bounding_boxes(pictures, boxes, "xyxy")
    assert outline(plain[0]) == (2, 30, 40, 50)
    named = V.draw_bounding_boxes(pictures, boxes, "xyxy", {1: "cat"})
    other = V.draw_bounding_boxes(pictures, boxes, "xyxy", {2: "cat"})
    np.testing.assert_array_equal(other, plain)
    assert 14 < outline(named[0])[1] < 30 and named[0, :30].any()  # above the box
    larger = V.draw_bounding_boxes(pictures, boxes, "xyxy", {1: "cat"}, font_scale=0.5)
    assert larger[0, :30].any(-1).sum() < named[0, :30].any(-1).sum()
    boxes["boxes"] = [[(2, 5, 90, 50), (0, 0, 5, 5)]]
    inside = V.draw_bounding_boxes(pictures, boxes, "xyxy", {1: "cat"})
    assert outline(inside[0]) == (2, 5, 90, 50) and inside[0, 10:30, 6:60].any()


def test_masks():
    pictures = np.full((1, 1, 4, 3), 100.0)
    masks = np.array([[[0, 1, 2, 3]]])
    drawn = V.draw_segmentation_masks(pictures, masks, alpha=0.5)
    palette = np.array([[0, 0, 0], [2**25 - 1, 2**15 - 1, 2**21 - 1]]) % 255
    np.testing.assert_array_equal(drawn[0, 0, :2], (50 + palette / 2).astype("uint8"))
    np.testing.assert_array_equal(V.draw_segmentation_masks(pictures, masks, blend=False)[0, 0, 1], palette[1])
    few = V.draw_segmentation_masks(
        pictures, masks[..., None], 3, {0: (0, 0, 0), 2: (0, 0, 0), 3: (0, 0, 0)}, ignore_index=0
    )
    assert few[0, 0, :, 0].tolist() == [100, 100, 20, 100]
    first = V.draw_segmentation_masks(
        pictures.transpose(0, 3, 1, 2), masks[:, None], alpha=0.5, data_format="channels_first"
    )
    np.testing.assert_array_equal(first, drawn)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: V.draw_bounding_boxes(BLACK[0], {}, "xyxy"), ValueError, r"\(N, H, W, C\)"),
        (lambda: V.draw_bounding_boxes(BLACK, [1], "xyxy"), TypeError, "dict"),
        (lambda: V.draw_bounding_boxes(BLACK, {"boxes": 1}, "xyxy"), ValueError, "labels"),
        (lambda: V.draw_bounding_boxes(BLACK, {"boxes": [[]], "labels": [[]]}, "xyxy"), ValueError, r"\(N, B, 4\)"),
        (lambda: V.draw_bounding_boxes(BLACK, {"boxes": 1, "labels": 1}, "xyx"), ValueError, "bounding_box_format"),
        (lambda: V.draw_segmentation_masks(BLACK, np.zeros((1, 10, 20))), TypeError, "integers"),
        (lambda: V.draw_segmentation_masks(BLACK, np.zeros((1, 10, 2), int)), ValueError, "masks of shape"),
    ],
)
def test_what_does_not_fit(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.fixture
def pyplot():
    matplotlib = pytest.importorskip("matplotlib", reason="Matplotlib is not installed: galleries are not covered")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def shown(figure):
    return [axis.images[0].get_array() for axis in figure.axes if axis.images]


def test_galleries(pyplot, tmp_path):
    pictures = np.linspace(-1, 1, 5)[:, None, None, None] * np.ones((5, 4, 4, 3))
    figure = V.plot_image_gallery(
        pictures, [0, 1, 0, 1, 2], [0] * 5, {0: "cat", 1: "dog"}, value_range=(-1, 1), show=False
    )
    assert [int(a[0, 0, 0]) for a in shown(figure)] == [0, 63, 127, 191, 255] and len(figure.axes) == 6
    assert [axis.get_title() for axis in figure.axes][3:5] == ["Label: dog  Pred: cat", "Label: Unknown  Pred: cat"]
    V.plot_image_gallery(pictures[..., :1], rows=1, path=tmp_path / "gallery.png")
    assert keras.utils.load_img(tmp_path / "gallery.png").size[0] > 100 and not pyplot.fignum_exists(figure.number + 1)
    with pytest.raises(ValueError, match="not both"):
        V.plot_image_gallery(pictures, path="x", show=True)
    with pytest.raises(ValueError, match="label_map"):
        V.plot_image_gallery(pictures, y_true=[0] * 5)


def test_galleries_of_boxes(pyplot):
    boxes = {"boxes": [[SAME["xyxy"]]], "labels": [[0]]}
    figure = V.plot_bounding_box_gallery(
        BLACK, "xyxy", boxes, {"boxes": [[(5, 2, 9, 5)]], "labels": [[0]]}, legend=True, show=False
    )
    (picture,) = shown(figure)
    assert picture[1, 4].tolist() == [0, 188, 212] and picture[2, 5].tolist() == [255, 235, 59]
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["Ground Truth", "Prediction"]
    large = np.zeros((1, 60, 100, 3), "uint8")
    boxes["boxes"] = [[(2, 30, 40, 50)]]
    names = {"none": {}, "both": {"class_mapping": {0: "cat"}}, "own": {"ground_truth_mapping": {0: "mouse"}}}
    texts = {k: shown(V.plot_bounding_box_gallery(large, "xyxy", boxes, show=False, **v))[0] for k, v in names.items()}
    written = {name: int(np.asarray(picture)[:30].any(-1).sum()) for name, picture in texts.items()}
    assert written["none"] == 0 < written["both"] < written["own"]
    with pytest.raises(ValueError, match="not both"):
        V.plot_bounding_box_gallery(BLACK, "xyxy", legend=True, legend_handles=[1])


def test_galleries_of_masks(pyplot):
    pictures = np.full((2, 4, 4, 3), 0.5)
    masks = np.ones((2, 4, 4), "uint8")
    figure = V.plot_segmentation_mask_gallery(
        pictures, 2, (0, 1), masks, np.zeros_like(masks)[..., None], {1: (255, 255, 255)}, alpha=1.0, show=False
    )
    assert [int(a[0, 0, 0]) for a in shown(figure)] == [127, 255, 127] * 2
