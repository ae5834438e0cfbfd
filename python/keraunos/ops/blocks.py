"""`keras.ops.nn`: pixels moved between space and channels, and the windows of images as columns."""

import itertools

from keraunos import _arguments
from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor


def _pictures(tag, x, block_size, data_format):
    x = as_tensor(x)
    _arguments.one_of(tag, "data_format", data_format, ("channels_last", "channels_first"))
    (block,) = _arguments.int_tuple(tag, "block_size", block_size, 1, minimum=2)
    if x.ndim != 4:
        raise ValueError(f"[{tag}] expected images of rank 4, got shape {x.shape}")
    return (p.transpose(x, (0, 2, 3, 1)) if data_format == "channels_first" else x), block


def _back(x, data_format):
    return p.transpose(x, (0, 3, 1, 2)) if data_format == "channels_first" else x


def depth_to_space(x, block_size, data_format="channels_last"):
    """Channels as blocks of pixels.

    Args:
        x: images `(N, H, W, C)`, or `(N, C, H, W)` for `channels_first`.
        block_size: b, 2 or more; channels b * b * c of a pixel become a block of b x b pixels of c channels, row by
            row.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        `(N, H b, W b, C / b^2)` in the layout of `x`.

    Raises:
        ValueError: for another rank, and channels that make no blocks.

    >>> from keraunos import ops
    >>> ops.depth_to_space(ops.reshape(ops.arange(4), (1, 1, 1, 4)), 2).numpy()[0, :, :, 0].tolist()
    [[0, 1], [2, 3]]
    """
    x, block = _pictures("depth_to_space", x, block_size, data_format)
    count, height, width, channels = x.shape
    if channels % block**2:
        raise ValueError(f"[depth_to_space] {channels} channels make no blocks of {block} x {block} pixels")
    x = p.reshape(x, (count, height, width, block, block, channels // block**2))
    x = p.transpose(x, (0, 1, 3, 2, 4, 5))
    return _back(p.reshape(x, (count, height * block, width * block, channels // block**2)), data_format)


def space_to_depth(x, block_size, data_format="channels_last"):
    """Blocks of pixels as channels: the reverse of `depth_to_space`.

    Args:
        x: images `(N, H, W, C)`, or `(N, C, H, W)` for `channels_first`.
        block_size: b, 2 or more.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        `(N, H / b, W / b, C b^2)` in the layout of `x`.

    Raises:
        ValueError: for another rank, and images that blocks do not fill.

    >>> from keraunos import ops
    >>> ops.space_to_depth(ops.ones((1, 4, 6, 1)), 2).shape
    (1, 2, 3, 4)
    """
    x, block = _pictures("space_to_depth", x, block_size, data_format)
    count, height, width, channels = x.shape
    if height % block or width % block:
        raise ValueError(f"[space_to_depth] blocks of {block} x {block} do not fill {height} x {width} pixels")
    x = p.reshape(x, (count, height // block, block, width // block, block, channels))
    x = p.transpose(x, (0, 1, 3, 2, 4, 5))
    return _back(p.reshape(x, (count, height // block, width // block, channels * block**2)), data_format)


class _Windows:
    """The windows of images of `extent` pixels, as `unfold` and `fold` have them in common."""

    def __init__(self, tag, extent, kernel_size, dilation, padding, stride):
        self.kernel = _arguments.int_tuple(tag, "kernel_size", kernel_size, 2)
        self.dilation = _arguments.int_tuple(tag, "dilation", dilation, 2)
        self.padding = _arguments.int_tuple(tag, "padding", padding, 2, minimum=0)
        self.stride = _arguments.int_tuple(tag, "stride", stride, 2)
        self.padded = tuple(n + 2 * around for n, around in zip(extent, self.padding, strict=True))
        reach = [(k - 1) * d + 1 for k, d in zip(self.kernel, self.dilation, strict=True)]
        self.counts = tuple((n - r) // s + 1 for n, r, s in zip(self.padded, reach, self.stride, strict=True))
        if min(self.counts) < 1:
            raise ValueError(f"[{tag}] windows of {tuple(reach)} pixels do not fit into {self.padded}")

    def taps(self):
        """(place of the first pixel, place behind the last one) of each axis, for every element of a window."""
        for element in itertools.product(*map(range, self.kernel)):
            first = [e * d for e, d in zip(element, self.dilation, strict=True)]
            yield first, [f + (n - 1) * s + 1 for f, n, s in zip(first, self.counts, self.stride, strict=True)]


def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    """The windows of images as columns.

    Args:
        x: images `(N, C, H, W)`.
        kernel_size: extents (kh, kw) of a window, an int or two.
        dilation: steps between the pixels of a window, an int or two.
        padding: zeros around the image, an int or two.
        stride: steps between windows, an int or two.

    Returns:
        `(N, C kh kw, L)`, L windows row by row.

    Raises:
        ValueError: for another rank, arguments out of range, and windows that do not fit.

    >>> from keraunos import ops
    >>> ops.unfold(ops.ones((1, 2, 4, 5)), 3).shape
    (1, 18, 6)
    """
    x = as_tensor(x)
    if x.ndim != 4:
        raise ValueError(f"[unfold] expected images (N, C, H, W), got shape {x.shape}")
    windows = _Windows("unfold", x.shape[2:], kernel_size, dilation, padding, stride)
    x = p.pad(x, [(0, 0), (0, 0), *((a, a) for a in windows.padding)])
    count, channels = x.shape[:2]
    parts = [
        p.slice(x, (0, 0, *first), (count, channels, *stop), (1, 1, *windows.stride)) for first, stop in windows.taps()
    ]
    places = windows.counts[0] * windows.counts[1]
    parts = [p.reshape(part, (count, channels, 1, places)) for part in parts]
    return p.reshape(p.concatenate(parts, 2), (count, channels * len(parts), places))


def fold(x, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Columns of windows added up to images: where windows overlap, all of them count.

    Args:
        x: `(N, C kh kw, L)`, as `unfold` returns it.
        output_size: extents (H, W) of the images, an int or two.
        kernel_size, dilation, padding, stride: as for `unfold`.

    Returns:
        `(N, C, H, W)`.

    Raises:
        ValueError: for shapes that do not fit, and arguments out of range.

    >>> from keraunos import ops
    >>> ops.fold(ops.unfold(ops.ones((1, 1, 2, 3)), 2), (2, 3), 2).numpy()[0, 0].tolist()
    [[1.0, 2.0, 1.0], [1.0, 2.0, 1.0]]
    """
    x = as_tensor(x)
    size = _arguments.int_tuple("fold", "output_size", output_size, 2)
    windows = _Windows("fold", size, kernel_size, dilation, padding, stride)
    taps = list(windows.taps())
    places = windows.counts[0] * windows.counts[1]
    if x.ndim != 3 or x.shape[1] % len(taps) or x.shape[2] != places:
        raise ValueError(f"[fold] expected columns (N, C * {len(taps)}, {places}), got shape {x.shape}")
    count, channels = x.shape[0], x.shape[1] // len(taps)
    x = p.reshape(x, (count, channels, len(taps), *windows.counts))
    total = None
    for element, (first, stop) in enumerate(taps):
        widths = ((0, 0), (0, 0), *((f, n - s) for f, s, n in zip(first, stop, windows.padded, strict=True)))
        spread = p._apply("pad", (x[:, :, element],), widths=widths, steps=(1, 1, *windows.stride), value=0.0)
        total = spread if total is None else p.add(total, spread)
    (above, left), (height, width) = windows.padding, size
    return total[:, :, above : above + height, left : left + width]
