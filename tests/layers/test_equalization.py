"""Equalization and CLAHE against loops over pixels, and what has to hold for any picture."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers
from keraunos.layers.image.histograms import histograms, look_up
from pictures import FLOATS, FORMATS, IMAGES, placed

rng = np.random.default_rng(43)
DARK = (rng.random((3, 13, 10, 2)) ** 3 * 255).astype("float32")
Clahe = layers.ContrastLimitedAdaptiveHistogramEqualization


def equalized(channel, bins=256):
    """One channel by the definition: the share of pixels that are darker, over that of all but the darkest."""
    places = np.minimum((channel.astype("float32") * (bins - 1) / np.float32(255)).astype(int), bins - 1)
    sums = np.cumsum(np.bincount(places.ravel(), minlength=bins))
    first = sums[sums > 0][0]
    if sums[-1] == first:
        return channel
    table = np.round(((sums - first) * np.float32(255)).astype("float32") / np.float32(sums[-1] - first))
    return table[np.clip((channel / np.float32(255) * (bins - 1)).astype(int), 0, bins - 1)]


def original(images, data_format):
    return images if data_format == "channels_last" else np.moveaxis(images, -3, -1)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize(
    "images", [IMAGES, DARK, DARK[0], np.full((2, 3, 4, 3), 9.0)], ids=["uint8", "dark", "one", "flat"]
)
def test_equalization(images, data_format, compiled):
    layer = layers.Equalization(data_format=data_format)
    found = (keras.function(layer) if compiled else layer)(placed(images, data_format))
    wanted = np.stack([equalized(images[..., c].astype("float32")) for c in range(images.shape[-1])], -1)
    assert found.dtype == "float32"
    # Tones are whole numbers, quotients of sums that float32 holds exactly.
    np.testing.assert_allclose(original(np.asarray(found), data_format), wanted, atol=1e-4)


def test_equalization_of_other_ranges_and_bins():
    unit = np.asarray(layers.Equalization((0, 1), bins=64)(DARK / 255))
    for channel in range(2):
        wanted = equalized(DARK[..., channel], 64)
        # A tone on the border of two of the 64 bins may fall into either; others agree to rounding.
        assert (np.abs(unit[..., channel] * 255 - wanted) < 1e-3).mean() > 0.99
    assert unit.min() == 0 and unit.max() == 1


def test_equal_tones_are_spread_evenly():
    ramp = rng.permutation(np.repeat(np.arange(40, 104), 4)).reshape(16, 16, 1)
    found = np.asarray(layers.Equalization()(ramp))
    np.testing.assert_array_equal(np.unique(found), np.round(np.arange(64) * np.float32(255) / 63))


def tile_tables(image, grid, limit):
    """New tones of every tile of one channel, by the definition; what tiles lack below and right is mirrored."""
    rows, columns = (-(-n // g) for n, g in zip(image.shape, grid, strict=True))
    padded = np.pad(image, ((0, rows * grid[0] - image.shape[0]), (0, columns * grid[1] - image.shape[1])), "symmetric")
    tables = np.zeros((*grid, 256))
    for i in range(grid[0]):
        for j in range(grid[1]):
            tile = padded[i * rows : (i + 1) * rows, j * columns : (j + 1) * columns]
            counts = np.bincount(np.clip(tile.astype(int), 0, 255).ravel(), minlength=256).astype(float)
            if limit > 0:
                kept = np.minimum(counts, limit * tile.size / 256)
                counts = kept + (counts - kept).sum() / 256
            sums = np.cumsum(counts)
            tables[i, j] = np.clip((sums - sums[0]) * 255 / (tile.size - sums[0] or 1), 0, 255)
    return tables, rows, columns


def clahe(image, grid, limit):
    tables, rows, columns = tile_tables(image, grid, limit)
    found = np.zeros(image.shape)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            v, u = (y - rows / 2) / rows, (x - columns / 2) / columns
            i, j = int(np.floor(v)), int(np.floor(u))
            for di, a in ((0, 1 - v + i), (1, v - i)):
                for dj, b in ((0, 1 - u + j), (1, u - j)):
                    table = tables[np.clip(i + di, 0, grid[0] - 1), np.clip(j + dj, 0, grid[1] - 1)]
                    found[y, x] += a * b * table[min(int(image[y, x]), 255)]
    return found


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize(("grid", "limit"), [((2, 3), 1.5), ((3, 1), 40.0), ((13, 10), 4.0), ((4, 4), 0)])
def test_clahe(grid, limit, data_format):
    layer = Clahe(clip_limit=limit, tile_grid_size=grid, data_format=data_format)
    found = original(np.asarray(layer(placed(DARK, data_format))), data_format)
    wanted = np.stack([[clahe(image[..., c], grid, limit) for image in DARK] for c in range(2)], -1)
    # Sums of 256 numbers and four products of numbers up to 255, in float32.
    np.testing.assert_allclose(found, wanted, atol=2e-3)
    one = original(np.asarray(layer(placed(DARK[0], data_format))), data_format)
    np.testing.assert_array_equal(one, found[0])
    np.testing.assert_array_equal(layer(placed(DARK, data_format), training=False), placed(found, data_format))


def test_clahe_keeps_dtype_and_range():
    assert Clahe(tile_grid_size=(2, 2))(IMAGES).dtype == "uint8"
    unit = np.asarray(Clahe((0, 1), tile_grid_size=(2, 2))(DARK / 255))
    np.testing.assert_allclose(unit * 255, Clahe(tile_grid_size=(2, 2))(DARK), atol=0.5)
    assert 0 <= unit.min() and unit.max() <= 1
    compiled = keras.function(Clahe(tile_grid_size=(2, 2)))
    np.testing.assert_allclose(compiled(DARK), Clahe(tile_grid_size=(2, 2))(DARK), atol=1e-3)


def test_histograms_and_tables():
    numbers = rng.integers(0, 7, (2, 3, 50)).astype("int32")
    counts = np.asarray(histograms(keras.ops.convert_to_tensor(numbers), 7))
    wanted = np.array([[np.bincount(row, minlength=7) for row in rows] for rows in numbers])
    np.testing.assert_array_equal(counts, wanted)
    tables = rng.normal(size=(2, 3, 7))
    found = look_up(keras.ops.convert_to_tensor(tables), keras.ops.convert_to_tensor(numbers))
    np.testing.assert_array_equal(found, np.take_along_axis(tables, numbers, -1))


@pytest.mark.parametrize("make", [layers.Equalization, Clahe])
def test_nothing_and_other_ranks(make):
    assert make()(FLOATS[:0]).shape == (0, 6, 8, 3)
    with pytest.raises(ValueError, match="rank 3 or a batch of rank 4"):
        make()(np.ones((4, 4), "float32"))
    with pytest.raises(ValueError, match="two different numbers"):
        make(value_range=(3, 3))
    layer = make(value_range=(0, 1), data_format="channels_first")
    assert layers.deserialize(layers.serialize(layer)).get_config() == layer.get_config()


def test_mistakes():
    with pytest.raises(ValueError, match="bins must be"):
        layers.Equalization(bins=0)
    with pytest.raises(ValueError, match="tile_grid_size must be"):
        Clahe(tile_grid_size=(0, 2))
