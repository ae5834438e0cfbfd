"""Resizing and augmentation layers against what their definitions say: exact where the mathematics is, by formulas and
loops elsewhere. Values of Keras: tests/parity."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers
from pictures import FLOATS, FORMATS, IMAGES, warped


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("images", [IMAGES, FLOATS], ids=["uint8", "float32"])
@pytest.mark.parametrize(("mode", "axes"), [("horizontal", 2), ("vertical", 1), ("horizontal_and_vertical", (1, 2))])
def test_flips_are_exact_and_hit_half_of_the_images(mode, axes, images, data_format):
    many = np.tile(images, (40, 1, 1, 1))
    out = warped(layers.RandomFlip(mode, seed=5, data_format=data_format), many, data_format)
    assert out.dtype == np.float32
    kept = (out == many).all(axis=(1, 2, 3))
    turned = (out == np.flip(many, axes)).all(axis=(1, 2, 3))
    assert (kept ^ turned).all()
    assert abs(turned.mean() - 0.5) < 6 * 0.5 / len(many) ** 0.5


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_quarter_turns(quarters, interpolation, data_format):
    squares = FLOATS[:, :, :6]
    layer = layers.RandomRotation(
        (quarters / 4, quarters / 4), interpolation=interpolation, fill_mode="nearest", data_format=data_format
    )
    want = np.rot90(squares, quarters, axes=(1, 2))
    # sin and cos of a float32 quarter turn are off by 9e-8 x 3 at most, places of pixels up to 5 from the centre by
    # 5e-6 of a pixel, and neighbours differ by 255 at most: 1.5e-3 for each direction.
    bound = 3e-3 if interpolation == "bilinear" else 0
    np.testing.assert_allclose(warped(layer, squares, data_format), want, atol=bound)


def shifted(image, rows, columns, mode):
    """`image` shifted by whole pixels, by the definition of the fill modes on indices."""
    height, width = image.shape[:2]

    def source(i, n):
        if mode == "nearest":
            return min(max(i, 0), n - 1)
        if mode == "wrap":
            return i % n
        if mode == "reflect":
            return i % (2 * n) if i % (2 * n) < n else 2 * n - 1 - i % (2 * n)
        return i if 0 <= i < n else None

    out = np.full(image.shape, 7.0, "float32")
    for y in range(height):
        for x in range(width):
            at = source(y - rows, height), source(x - columns, width)
            if None not in at:
                out[y, x] = image[at]
    return out


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
@pytest.mark.parametrize("mode", ["constant", "nearest", "reflect"])
@pytest.mark.parametrize(("rows", "columns"), [(0, 0), (1, -2), (-3, 4), (6, 0), (-6, 8)])
def test_shifts_by_whole_pixels(rows, columns, mode, interpolation, data_format):
    layer = layers.RandomTranslation(
        (rows / 6, rows / 6), (columns / 8, columns / 8), mode, interpolation, fill_value=7.0, data_format=data_format
    )
    want = np.stack([shifted(image, rows, columns, mode) for image in FLOATS])
    # rows / 6 x 6 in float32 may miss a whole number by 2^-22: neighbours differ by at most 255.
    np.testing.assert_allclose(warped(layer, FLOATS, data_format), want, atol=255 * 2.0**-21)


def test_wrapping_shifts_inside_the_first_copy():
    """TensorFlow's wrap, and so Keras's, has a period of n - 1 pixels from the second copy on."""
    layer = layers.RandomTranslation(0, (0.25, 0.25), "wrap", "nearest")
    np.testing.assert_array_equal(layer(FLOATS, training=True), np.roll(FLOATS, 2, axis=2))


def test_zooming_out_by_two_takes_every_second_pixel():
    image = FLOATS[:1, :5, :5]
    out = layers.RandomZoom((1.0, 1.0), fill_mode="constant", fill_value=-1.0)(image, training=True)
    want = np.full_like(image, -1)
    want[:, 1:4, 1:4] = image[:, ::2, ::2]
    np.testing.assert_array_equal(out, want)


def test_zooming_by_a_factor_per_axis():
    image = FLOATS[:1, :5, :5]
    out = layers.RandomZoom((0.0, 0.0), (1.0, 1.0), fill_mode="constant")(image, training=True)
    want = np.zeros_like(image)
    want[:, :, 1:4] = image[:, :, ::2]
    np.testing.assert_array_equal(out, want)


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("images", [IMAGES, FLOATS], ids=["uint8", "float32"])
def test_crops_are_windows(images, data_format):
    layer = layers.RandomCrop(4, 5, seed=3, data_format=data_format)
    seen = set()
    for _ in range(40):
        out = warped(layer, images, data_format)
        assert out.shape == (5, 4, 5, 3)
        found = [
            (row, column)
            for row in range(3)
            for column in range(4)
            if (out == images[:, row : row + 4, column : column + 5]).all()
        ]
        assert len(found) == 1
        seen.update(found)
    assert {row for row, _ in seen} == {0, 1, 2} and {column for _, column in seen} == {0, 1, 2, 3}


def test_images_that_are_too_small_for_a_crop_are_resized():
    out = layers.RandomCrop(12, 16)(FLOATS, training=True)
    np.testing.assert_array_equal(out, keras.ops.image.resize(FLOATS, (12, 16)))


def test_contrast_and_brightness_by_their_formulas():
    mean = FLOATS.mean(axis=(1, 2), keepdims=True)
    out = layers.RandomContrast((0.5, 0.5), value_range=(20, 230))
    draws = np.asarray(out.get_random_transformation(FLOATS)).reshape(-1, 1, 1, 1)
    got = out.transform_images(FLOATS, draws.reshape(-1))
    assert (draws >= 0.5).all() and (draws < 1.5).all() and len(np.unique(draws)) == 5
    # Means of 48 numbers up to 255 in float32.
    np.testing.assert_allclose(got, np.clip((FLOATS - mean) * draws + mean, 20, 230), rtol=1e-5, atol=1e-3)
    bright = layers.RandomBrightness((0.25, 0.25), value_range=(0.0, 1.0))(FLOATS / 255, training=True)
    np.testing.assert_allclose(bright, np.minimum(FLOATS / 255 + 0.25, 1), rtol=1e-6)


def test_shears_move_rows():
    image = np.zeros((20, 3, 9, 1), "float32")
    image[:, :, 4] = 1
    out = np.asarray(layers.RandomShear((1.0, 1.0), fill_mode="constant", seed=1)(image, training=True))[..., 0]
    left, right = np.eye(9)[[4, 3, 2]], np.eye(9)[[4, 5, 6]]
    went_left, went_right = (out == left).all(axis=(1, 2)), (out == right).all(axis=(1, 2))
    assert (went_left ^ went_right).all() and went_left.any() and went_right.any()


def test_tones_by_their_formulas():
    np.testing.assert_array_equal(layers.RandomInvert((1.0, 1.0))(IMAGES, training=True), 255 - FLOATS)
    three_bits = layers.RandomPosterization((3, 3))(IMAGES, training=True)
    np.testing.assert_array_equal(three_bits, IMAGES & 0b11100000)
    unit = layers.RandomPosterization((3, 3), value_range=(0, 1))(FLOATS / 255, training=True)
    # Whole numbers divided by 255 and multiplied again: half a unit of float32 around a step may fall either way.
    assert np.isclose(np.asarray(unit) * 255, IMAGES & 0b11100000, atol=1e-3).mean() > 0.95
    sun = layers.Solarization(0.0, (0.5, 0.5))
    _, thresholds = sun.get_random_transformation(FLOATS)
    bound = np.asarray(thresholds).reshape(-1, 1, 1, 1)
    got = sun.transform_images(FLOATS, (np.zeros(5, "float32"), np.asarray(thresholds)))
    np.testing.assert_array_equal(got, np.where(FLOATS < bound, FLOATS, 255 - FLOATS))


def test_erased_rectangles():
    images = np.ones((50, 10, 20, 3), "float32")
    erase = layers.RandomErasing((1.0, 1.0), (0.25, 0.25), fill_value=(0, 5, 300), seed=1)
    out = np.asarray(erase(images, training=True))
    np.testing.assert_array_equal(np.unique(out.reshape(-1, 3), axis=0), [[0, 5, 255], [1, 1, 1]])
    covered = out[..., 0] == 0
    # A quarter of the area: half of each side, which may begin between two pixels.
    rows, columns = covered.any(axis=2), covered.any(axis=1)
    assert (rows.sum(1) == 5).all() and (columns.sum(1) == 10).all()
    np.testing.assert_array_equal(covered, rows[:, :, None] & columns[:, None, :])
    assert len({row.tobytes() for row in rows}) > 2 and len({column.tobytes() for column in columns}) > 2
    noise = np.asarray(layers.RandomErasing((1.0, 1.0), (1.0, 1.0), value_range=(0, 1), seed=1)(images, training=True))
    # Normal numbers clipped to [0, 1]: half of them 0, and P(z > 1) = 0.159 of them 1. Six standard errors.
    assert abs((noise == 0).mean() - 0.5) < 6 * 0.5 / noise.size**0.5
    assert abs((noise == 1).mean() - 0.1587) < 6 * 0.366 / noise.size**0.5


def test_corners_move_by_shares_of_their_places():
    decisions, start, end = layers.RandomPerspective(0.5, 0.4, seed=1).get_random_transformation(
        np.zeros((200, 11, 21, 1), "float32")
    )
    start, end = np.asarray(start), np.asarray(end)
    np.testing.assert_array_equal(start[7], [[0, 0], [20, 0], [0, 10], [20, 10]])
    shares = end[start > 0] / start[start > 0] - 1
    assert (end[start == 0] == 0).all() and np.abs(shares).max() <= 0.2 + 1e-6
    # Uniform in [-0.2, 0.2]: standard deviation 0.4 / sqrt(12). The factor 0.5 makes 1 of 4 images move on average.
    assert abs(shares.mean()) < 6 * 0.1155 / shares.size**0.5
    assert abs(np.asarray(decisions).mean() - 0.25) < 6 * (0.25 * 0.75 / 200) ** 0.5


def test_blurred_dots():
    dot = np.zeros((1, 7, 7, 2), "float32")
    dot[:, 3, 3] = 1
    out = np.asarray(layers.RandomGaussianBlur((1.0, 1.0), 5, (0.8, 0.8))(dot, training=True))
    weights = np.exp(-0.5 * (np.arange(-2, 3) / (0.8 + 1e-6)) ** 2)
    want = np.zeros_like(dot)
    want[:, 1:6, 1:6] = (np.outer(weights, weights) / weights.sum() ** 2)[:, :, None]
    np.testing.assert_allclose(out, want, atol=1e-6)


def test_auto_contrast():
    out = np.asarray(layers.AutoContrast()(FLOATS))
    low, high = FLOATS.min(axis=(1, 2), keepdims=True), FLOATS.max(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(out, (FLOATS - low) / (high - low) * 255, rtol=1e-5, atol=1e-4)
    flat = np.full((2, 3, 3, 1), 77, "uint8")
    np.testing.assert_array_equal(layers.AutoContrast()(flat), flat)
    unit = layers.AutoContrast(value_range=(-1, 1), data_format="channels_first")(np.moveaxis(FLOATS / 255, -1, 1))
    np.testing.assert_allclose(np.moveaxis(np.asarray(unit), 1, -1), out / 127.5 - 1, atol=1e-5)


def test_hues_by_their_formulas():
    grey = layers.RandomGrayscale(1.0)(IMAGES, training=True)
    np.testing.assert_allclose(grey, np.repeat(FLOATS @ [[0.2989], [0.5870], [0.1140]], 3, -1), rtol=1e-5)
    np.testing.assert_array_equal(layers.RandomGrayscale(0)(IMAGES, training=True), FLOATS)
    # A whole turn of the hue in thirds permutes the channels; here 2/3 x 1/2 = one third, in either direction.
    third = np.asarray(layers.RandomHue((2 / 3, 2 / 3), seed=1)(FLOATS, training=True))
    for image, turned in zip(FLOATS, third, strict=True):
        assert any(np.allclose(turned, np.roll(image, k, -1), atol=1e-2) for k in (1, -1))
    # f / (1 - f) = 1: float32 through the colour space and back, on a scale of 255.
    np.testing.assert_allclose(layers.RandomSaturation((0.5, 0.5))(FLOATS, training=True), FLOATS, atol=1e-3)


def test_center_crop():
    np.testing.assert_array_equal(layers.CenterCrop(3, 4)(IMAGES), FLOATS[:, 1:4, 2:6])
    assert layers.CenterCrop(9, 4)(IMAGES).shape == (5, 9, 4, 3)
