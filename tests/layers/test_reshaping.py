"""ZeroPadding, Cropping and UpSampling against NumPy, in both layouts, with gradients."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers, ops

rng = np.random.default_rng(3)
FORMATS = ["channels_last", "channels_first"]


def spatial(x, data_format):
    return list(range(1, x.ndim - 1)) if data_format == "channels_last" else list(range(2, x.ndim))


def make(name, argument, data_format):
    options = {} if name in ("Cropping1D", "UpSampling1D") else {"data_format": data_format}
    return getattr(layers, name)(argument, **options)


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize(
    ("rank", "argument", "margins"),
    [
        (1, 2, [(2, 2)]),
        (1, (0, 3), [(0, 3)]),
        (2, 1, [(1, 1)] * 2),
        (2, (2, 0), [(2, 2), (0, 0)]),
        (2, ((1, 0), (0, 2)), [(1, 0), (0, 2)]),
        (3, ((1, 0), (0, 2), (1, 1)), [(1, 0), (0, 2), (1, 1)]),
        (3, 1, [(1, 1)] * 3),
    ],
)
def test_padding_and_cropping_are_reverse(rank, argument, margins, data_format):
    x = rng.normal(size=(2, 3, 4, 5, 6)[: rank + 2]).astype("float32")
    axes = [(0, 0)] * x.ndim
    for axis, pair in zip(spatial(x, data_format), margins, strict=True):
        axes[axis] = pair
    padded = make(f"ZeroPadding{rank}D", argument, data_format)(x)
    np.testing.assert_array_equal(padded, np.pad(x, axes))
    if rank > 1 or data_format == "channels_last":
        np.testing.assert_array_equal(make(f"Cropping{rank}D", argument, data_format)(padded), x)


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize(("rank", "sizes"), [(1, 3), (2, (2, 3)), (2, 1), (3, (2, 1, 3)), (3, 2)])
def test_up_sampling_repeats(rank, sizes, data_format):
    if rank == 1 and data_format == "channels_first":
        pytest.skip("UpSampling1D has no data_format")
    x = rng.normal(size=(2, 3, 4, 5, 6)[: rank + 2])
    layer = make(f"UpSampling{rank}D", sizes, data_format)
    want = x.astype("float32")
    for axis, size in zip(spatial(x, data_format), np.broadcast_to(sizes, rank), strict=True):
        want = np.repeat(want, size, axis)
    y = layer(x)
    np.testing.assert_array_equal(y, want)
    dy = rng.normal(size=y.shape).astype("float32")
    gradient = keras.grad(lambda x: ops.sum(layer(x) * dy))(x.astype("float32"))
    blocks = dy
    for axis, size in reversed(list(zip(spatial(x, data_format), np.broadcast_to(sizes, rank), strict=True))):
        shape = (*blocks.shape[:axis], blocks.shape[axis] // size, size, *blocks.shape[axis + 1 :])
        blocks = blocks.reshape(shape).sum(axis + 1)
    # Sums of at most 8 float32 numbers of order 1.
    np.testing.assert_allclose(gradient, blocks, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "lanczos3", "lanczos5"])
def test_interpolated_up_sampling_keeps_constants_and_layouts(interpolation):
    x = rng.normal(size=(2, 4, 5, 3)).astype("float32")
    last = np.asarray(layers.UpSampling2D((2, 3), interpolation=interpolation)(x))
    first = layers.UpSampling2D((2, 3), "channels_first", interpolation)(x.transpose(0, 3, 1, 2))
    # The layouts add the same taps in the same order.
    np.testing.assert_array_equal(np.asarray(first).transpose(0, 2, 3, 1), last)
    ones = layers.UpSampling2D(2, interpolation=interpolation)(np.ones((1, 6, 6, 1), "float32"))
    np.testing.assert_allclose(ones, 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: layers.ZeroPadding2D(-1), "at least 0"),
        (lambda: layers.ZeroPadding2D((1, 2, 3)), "2 integers, or 2 pairs"),
        (lambda: layers.ZeroPadding1D((1, 2, 3)), "padding must be"),
        (lambda: layers.ZeroPadding2D()(np.ones((2, 3, 3), "float32")), r"rank 4.*got shape \(2, 3, 3\)"),
        (lambda: layers.Cropping2D(2)(np.ones((1, 4, 9, 1), "float32")), r"leaves nothing.*\(1, 4, 9, 1\)"),
        (lambda: layers.Cropping1D(1.5), "cropping must be"),
        (lambda: layers.UpSampling2D(0), "size must be"),
        (lambda: layers.UpSampling2D(interpolation="bilinera"), "did you mean 'bilinear'"),
    ],
)
def test_mistakes(call, words):
    with pytest.raises(ValueError, match=words):
        call()
