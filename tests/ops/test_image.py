"""keras.ops.image: properties and hand-computed values. Values of Keras for all interpolations: tests/parity."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import ops

rng = np.random.default_rng(17)
IMAGES = rng.random((2, 7, 5, 3)).astype("float32")
INTERPOLATIONS = ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area"]


def bilinear(image, height, width):
    """Two loops: half-pixel centres, edges continued."""
    out = np.zeros((height, width, image.shape[2]))
    for y in range(height):
        for x in range(width):
            row = np.clip((y + 0.5) * image.shape[0] / height - 0.5, 0, image.shape[0] - 1)
            column = np.clip((x + 0.5) * image.shape[1] / width - 0.5, 0, image.shape[1] - 1)
            for i in {int(row), min(int(row) + 1, image.shape[0] - 1)}:
                for j in {int(column), min(int(column) + 1, image.shape[1] - 1)}:
                    out[y, x] += (1 - abs(row - i)) * (1 - abs(column - j)) * image[i, j]
    return out


@pytest.mark.parametrize("size", [(7, 10), (3, 2), (1, 1), (14, 5), (8, 6)])
def test_bilinear_resizing_by_loops(size):
    want = np.stack([bilinear(image.astype("float64"), *size) for image in IMAGES])
    np.testing.assert_allclose(ops.image.resize(IMAGES, size), want, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("size", [(3, 9), (14, 2), (1, 1), (7, 5)])
def test_resizing_keeps_constants_layouts_and_single_images(interpolation, size):
    ones = ops.image.resize(np.full((1, 7, 5, 2), 3.0), size, interpolation)
    np.testing.assert_allclose(ones, 3, rtol=1e-12)
    want = np.asarray(ops.image.resize(IMAGES, size, interpolation))
    first = ops.image.resize(IMAGES.transpose(0, 3, 1, 2), size, interpolation, data_format="channels_first")
    np.testing.assert_array_equal(np.asarray(first).transpose(0, 2, 3, 1), want)
    np.testing.assert_array_equal(ops.image.resize(IMAGES[1], size, interpolation), want[1])
    compiled = keras.function(lambda x: ops.image.resize(x, size, interpolation))
    np.testing.assert_array_equal(compiled(IMAGES), want)


def test_resizing_integers_rounds_and_saturates():
    edge = np.zeros((1, 8, 1), "uint8")
    edge[0, 4:] = 255
    out = np.asarray(ops.image.resize(edge, (1, 32), "lanczos3"))
    assert out.dtype == np.uint8
    # The kernel overshoots on both sides of the step: what is stored is 0 and 255, not their neighbours modulo 256.
    assert (out[0, :12] < 30).all() and (out[0, 20:] > 225).all() and out.min() == 0 and out.max() == 255
    # Quarters of 99 x 2/5 and the like: 9.9 and 89.1 are rounded, not cut off.
    line = ops.image.resize(np.array([[0, 99]], "uint8")[..., None], (1, 5))
    assert np.asarray(line)[0, [0, 1, 3, 4], 0].tolist() == [0, 10, 89, 99]
    same = np.array([[-(2**31), 2**31 - 1, 7]], "int32")[..., None]
    np.testing.assert_array_equal(ops.image.resize(same, (1, 6), "nearest"), np.repeat(same, 2, 1))


def test_infinite_pixels_stay_where_they_are():
    image = np.zeros((1, 8, 1), "float32")
    image[0, 3] = np.inf
    out = np.asarray(ops.image.resize(image, (1, 16)))[0, :, 0]
    assert np.isfinite(out[:5]).all() and np.isfinite(out[9:]).all() and not np.isfinite(out[5:9]).any()


def test_aspect_ratios():
    image = np.arange(40.0).reshape(4, 10, 1)
    cropped = ops.image.resize(image, (2, 2), "nearest", crop_to_aspect_ratio=True)
    np.testing.assert_array_equal(cropped, image[1::2, [4, 6]])
    padded = np.asarray(ops.image.resize(image, (10, 10), "nearest", pad_to_aspect_ratio=True, fill_value=-1.0))
    np.testing.assert_array_equal(padded[3:7], image)
    assert (padded[:3] == -1).all() and (padded[7:] == -1).all()


def test_cropping_and_padding():
    np.testing.assert_array_equal(ops.image.crop_images(IMAGES, 1, 2, 3, 0), IMAGES[:, 1:-3, 2:])
    np.testing.assert_array_equal(
        ops.image.crop_images(IMAGES, bottom_cropping=1, right_cropping=2, target_height=4, target_width=3),
        IMAGES[:, 2:6, :3],
    )
    want = np.pad(IMAGES, [(0, 0), (1, 2), (0, 4), (0, 0)])
    np.testing.assert_array_equal(ops.image.pad_images(IMAGES, 1, 0, target_height=10, target_width=9), want)
    np.testing.assert_array_equal(
        ops.image.pad_images(IMAGES[0].transpose(2, 0, 1), 1, 0, 2, 4, data_format="channels_first"),
        want[0].transpose(2, 0, 1),
    )


def test_colours():
    colours = np.array([[[1, 0, 0], [0, 0.5, 0], [0, 0, 1], [0.2, 0.2, 0.2], [1, 1, 0], [0, 0, 0]]], "float32")
    hsv = [[[0, 1, 1], [1 / 3, 1, 0.5], [2 / 3, 1, 1], [0, 0, 0.2], [1 / 6, 1, 1], [0, 0, 0]]]
    np.testing.assert_allclose(ops.image.rgb_to_hsv(colours), hsv, atol=1e-7)
    np.testing.assert_allclose(ops.image.hsv_to_rgb(np.array(hsv)), colours, atol=1e-7)
    many = rng.random((3, 4, 5, 3))
    np.testing.assert_allclose(ops.image.hsv_to_rgb(ops.image.rgb_to_hsv(many)), many, atol=1e-13)
    grey = ops.image.rgb_to_grayscale(many.transpose(0, 3, 1, 2), "channels_first")
    np.testing.assert_allclose(grey, (many @ [0.2989, 0.5870, 0.1140])[:, None], rtol=1e-12)
    assert ops.image.rgb_to_grayscale(np.full((2, 2, 3), 200, "uint8")).dtype == "uint8"


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("strides", "dilation"), [(None, 1), (1, 1), ((2, 3), 1), (1, 2)])
def test_patches_times_a_kernel_are_a_convolution(padding, strides, dilation):
    kernel = rng.normal(size=(3, 2, 3, 4))
    images = IMAGES.astype("float64")
    patches = ops.image.extract_patches(images, (3, 2), strides, dilation, padding)
    want = ops.conv(images, kernel, strides or (3, 2), padding, dilation_rate=dilation)
    np.testing.assert_allclose(np.asarray(patches) @ kernel.reshape(-1, 4), want, rtol=1e-12, atol=1e-12)
    first = ops.image.extract_patches(
        IMAGES[0].transpose(2, 0, 1), (3, 2), strides, dilation, padding, data_format="channels_first"
    )
    np.testing.assert_array_equal(first, np.asarray(patches)[0].transpose(2, 0, 1).astype("float32"))


@pytest.mark.parametrize("mode", ["constant", "nearest", "wrap", "mirror", "reflect"])
def test_coordinates_outside(mode):
    """As `numpy.pad` continues an axis; places are whole, between them the neighbours are blended."""
    line = np.arange(1.0, 6.0)
    names = {"constant": "constant", "nearest": "edge", "wrap": "wrap", "mirror": "reflect", "reflect": "symmetric"}
    longer = np.pad(line, 7, mode=names[mode])
    places = np.arange(-7.0, 12.0)
    np.testing.assert_array_equal(ops.image.map_coordinates(line, places[None], 0, mode), longer)
    np.testing.assert_array_equal(ops.image.map_coordinates(line, places[None], 1, mode), longer)
    between = ops.image.map_coordinates(line, places[None, :-1] + 0.25, 1, mode)
    np.testing.assert_allclose(between, 0.75 * longer[:-1] + 0.25 * longer[1:], rtol=1e-12)


def test_coordinates_of_several_axes():
    volume = rng.random((3, 4, 5))
    places = rng.random((3, 6, 2)) * 2
    corner = np.floor(places).astype(int)
    share = places - corner
    want = np.zeros((6, 2))
    for offset in np.ndindex(2, 2, 2):
        o = np.array(offset)[:, None, None]
        want += np.prod(np.where(o, share, 1 - share), axis=0) * volume[tuple(corner + o)]
    np.testing.assert_allclose(ops.image.map_coordinates(volume, places, 1), want, rtol=1e-12)


def test_blurring_is_a_convolution_with_zeros_outside():
    images = IMAGES.astype("float64")
    rows, columns = (np.exp(-0.5 * (np.arange(-2, 3) / s) ** 2) for s in (0.7, 1.5))
    kernel = np.outer(rows, columns) / rows.sum() / columns.sum()
    padded = np.pad(images, [(0, 0), (2, 2), (2, 2), (0, 0)])
    want = sum(kernel[i, j] * padded[:, i : i + 7, j : j + 5] for i in range(5) for j in range(5))
    got = ops.image.gaussian_blur(images, (5, 5), (1.5, 0.7))
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-13)
    first = ops.image.gaussian_blur(images.transpose(0, 3, 1, 2), (5, 5), (1.5, 0.7), data_format="channels_first")
    np.testing.assert_allclose(np.asarray(first).transpose(0, 2, 3, 1), want, rtol=1e-12, atol=1e-13)


def test_four_points_come_to_lie_at_four_others():
    """A bright pixel at each start point is found at the end point; between them, the cross-ratio of the diagonals."""
    start = np.array([[2, 3], [15, 1], [4, 17], [16, 14]])
    end = np.array([[[5, 2], [18, 4], [1, 12], [13, 19]], [[1, 1], [17, 2], [3, 18], [18, 17]]])
    images = np.zeros((2, 20, 20, 1), "float32")
    for i, (x, y) in enumerate(start):
        images[:, y, x] = i + 1
    out = np.asarray(ops.image.perspective_transform(images, start, end))
    for image, points in zip(out, end, strict=True):
        # Places are float32: off by 20 x 2^-20, times a pixel's value of up to 4.
        np.testing.assert_allclose([image[y, x, 0] for x, y in points], [1, 2, 3, 4], atol=1e-3)
    same = ops.image.perspective_transform(IMAGES, start, start)
    np.testing.assert_allclose(same, IMAGES, atol=1e-5)
    turned = ops.image.perspective_transform(
        IMAGES[0].transpose(2, 0, 1), [[0, 0], [4, 0], [0, 6], [4, 6]], [[4, 6], [0, 6], [4, 0], [0, 0]],
        "nearest", data_format="channels_first",
    )  # fmt: skip
    np.testing.assert_array_equal(turned, IMAGES[0, ::-1, ::-1].transpose(2, 0, 1))


def test_projective_transforms_divide():
    """The cross-ratio: x -> x / (1 + x / 4) takes 0, 4 to 0, 2."""
    image = np.arange(5.0).reshape(1, 5, 1)
    out = ops.image.affine_transform(image, [1, 0, 0, 0, 1, 0, 0.25, 0])
    np.testing.assert_allclose(np.asarray(out).ravel(), [0, 0.8, 4 / 3, 12 / 7, 2], rtol=1e-6)


def test_places_just_inside_the_edge():
    """4 - 2^-22 lies inside four pixels; one more, rounded, would not."""
    image = np.arange(8.0, dtype="float32").reshape(2, 4, 1)
    shift = np.array([1, 0, 1 - 2.0**-22, 0, 1, 0, 0, 0], "float32")
    out = np.asarray(ops.image.affine_transform(image, shift, fill_value=100))
    np.testing.assert_allclose(out[:, 3, 0], 100, rtol=1e-6)


def test_a_transform_that_is_no_number_gives_the_fill():
    out = ops.image.affine_transform(IMAGES, np.full((2, 8), np.nan, "float32"), fill_value=0.5)
    np.testing.assert_array_equal(out, np.full_like(IMAGES, 0.5))
    far = np.array([1, 0, 1e30, 0, 1, -1e30, 0, 0], "float32")
    for mode in ("constant", "reflect", "wrap", "nearest"):
        assert np.isfinite(ops.image.affine_transform(IMAGES, far, fill_mode=mode)).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ops.image.resize(IMAGES[0, 0], (2, 2)), r"\[resize\] expected one image of rank 3"),
        (lambda: ops.image.resize(IMAGES, (2, 0)), "size must be"),
        (lambda: ops.image.resize(IMAGES, (2, 2, 2)), "size must be"),
        (lambda: ops.image.resize(IMAGES, (2, 2), "cubic"), "did you mean 'bicubic'"),
        (lambda: ops.image.resize(IMAGES[:, :0], (2, 2)), "no pixels"),
        (lambda: ops.image.affine_transform(IMAGES, np.ones((3, 8))), r"\(8,\) or \(2, 8\).*got \(3, 8\)"),
        (lambda: ops.image.affine_transform(IMAGES, np.ones(8), fill_mode="mirror"), "fill_mode"),
        (lambda: ops.image.crop_images(IMAGES, 1, 1, 1, 1, 5), "exactly two of top_cropping, bottom_cropping"),
        (lambda: ops.image.crop_images(IMAGES, 5, 0, 3, 0), "do not fit 7 pixels"),
        (lambda: ops.image.pad_images(IMAGES, 1, 0, target_height=3, target_width=9), "do not fit 7 pixels"),
        (lambda: ops.image.rgb_to_grayscale(IMAGES[..., :2]), "3 channels"),
        (lambda: ops.image.rgb_to_hsv(np.ones((2, 2, 3), "uint8")), "divide by 255"),
        (lambda: ops.image.perspective_transform(IMAGES, np.ones((3, 2)), np.ones((4, 2))), r"start_points \(4, 2\)"),
        (lambda: ops.image.gaussian_blur(np.ones((2, 2, 3), "uint8")), "expected float images"),
        (lambda: ops.image.map_coordinates(IMAGES, np.ones((3, 2)), 1), r"\(4, \.\.\.\)"),
        (lambda: ops.image.map_coordinates(IMAGES, np.ones((4, 2)), 3), "order must be 0 or 1"),
    ],
)
def test_mistakes(call, words):
    with pytest.raises(ValueError, match=words):
        call()
