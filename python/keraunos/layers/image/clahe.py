"""ContrastLimitedAdaptiveHistogramEqualization: tones spread in every part of an image by itself."""

import numpy as np

from keraunos import _arguments, ops
from keraunos.layers.image.colors import value_range_of
from keraunos.layers.image.histograms import histograms
from keraunos.layers.image.image_layer import ImageLayer

_TONES = 256


class ContrastLimitedAdaptiveHistogramEqualization(ImageLayer):
    """Equalizes histograms tile by tile, in training and outside; a pixel's tone is interpolated between the four tiles
    around it (Zuiderveld, Graphics Gems IV, 1994).

    Args:
        value_range: (low, high) of the pixels.
        clip_limit: how many times as frequent as on average a tone may count: what is cut off is spread over all
            tones, so that noise in flat parts is not blown up; 0 or less: no limit.
        tile_grid_size: (rows, columns) of tiles.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, C)` or `(H, W, C)`, unchanged, in the dtype of the images.

    Raises:
        ValueError: for a range that is not two different numbers, a grid that is not two positive integers, and inputs
            of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> layer = keras.layers.ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2, 2))
    >>> layer(np.ones((1, 8, 8, 3), "float32")).shape
    (1, 8, 8, 3)
    """

    def __init__(self, value_range=(0, 255), clip_limit=4.0, tile_grid_size=(8, 8), data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.value_range = value_range_of(self._tag, value_range)
        self.clip_limit = clip_limit
        self.tile_grid_size = tile_grid_size
        self._grid = _arguments.int_tuple(self._tag, "tile_grid_size", tile_grid_size, 2)

    def transform_images(self, images, transformation=None, training=True):
        count, height, width = self._extents(images)
        if not images.size:
            return images
        pixels = ops.moveaxis(images, -3, -1) if self.data_format == "channels_first" else images
        channels = pixels.shape[-1]
        low, high = self.value_range
        tones = pixels
        if tuple(self.value_range) != (0, 255):
            tones = (ops.cast(pixels, "float32") - low) / float(high - low) * 255
        tones = ops.clip(ops.cast(ops.reshape(tones, (count, height, width, channels)), "int32"), 0, _TONES - 1)
        sides = [-(-extent // parts) for extent, parts in zip((height, width), self._grid, strict=True)]
        margins = [side * parts - n for side, parts, n in zip(sides, self._grid, (height, width), strict=True)]
        tones = ops.pad(tones, ((0, 0), (0, margins[0]), (0, margins[1]), (0, 0)), "symmetric")
        found = _between_tiles(tones, self._tables(tones, sides), sides)[:, :height, :width]
        if tuple(self.value_range) != (0, 255):
            found = found / 255 * float(high - low) + low
        found = ops.cast(ops.reshape(found, pixels.shape), images.dtype)
        return ops.moveaxis(found, -1, -3) if self.data_format == "channels_first" else found

    def _tables(self, tones, sides):
        """New tones for the old ones in every tile, `(N, rows, columns, C, 256)`."""
        count, channels, size = tones.shape[0], tones.shape[3], sides[0] * sides[1]
        tiles = ops.reshape(tones, (count, self._grid[0], sides[0], self._grid[1], sides[1], channels))
        tiles = ops.reshape(ops.transpose(tiles, (0, 1, 3, 5, 2, 4)), (count, *self._grid, channels, size))
        counts = ops.cast(histograms(tiles, _TONES), "float32")
        if self.clip_limit > 0:
            kept = ops.minimum(counts, self.clip_limit * size / _TONES)
            counts = kept + ops.sum(counts - kept, axis=-1, keepdims=True) / _TONES
        sums = ops.cumsum(counts, axis=-1)
        first = sums[..., :1]
        others = size - first
        return ops.clip((sums - first) * 255 / ops.where(others == 0, 1.0, others), 0, 255)

    def get_config(self):
        return {
            **super().get_config(),
            "value_range": self.value_range,
            "clip_limit": self.clip_limit,
            "tile_grid_size": self.tile_grid_size,
        }


def _between_tiles(tones, tables, sides):
    """Every tone as the tables of the four tiles around it say, by their distances; outside the centres of the first
    and last tiles these alone count."""
    count, height, width, channels = tones.shape
    near = [_neighbours(n, side) for n, side in zip((height, width), sides, strict=True)]
    rows, columns = tables.shape[1:3]
    flat = ops.reshape(tables, (-1,))
    image = np.arange(count, dtype="int32").reshape(-1, 1, 1, 1) * rows
    channel = np.arange(channels, dtype="int32")
    total = None
    for row, share in near[0]:
        line = None
        for column, part in near[1]:
            tile = (image + row.clip(0, rows - 1)[:, None, None]) * columns + column.clip(0, columns - 1)[:, None]
            found = ops.take(flat, tones + (tile * channels + channel) * _TONES, axis=0) * part[:, None]
            line = found if line is None else line + found
        total = line * share[:, None, None] if total is None else total + line * share[:, None, None]
    return total


def _neighbours(extent, side):
    """[(tile before, weight), (tile behind, weight)] of every pixel along an axis; tiles may lie outside."""
    places = (np.arange(extent, dtype="float32") - np.float32(side / 2)) / np.float32(side)
    before = np.floor(places)
    share = places - before
    return [(before.astype("int32"), 1 - share), (before.astype("int32") + 1, share)]
