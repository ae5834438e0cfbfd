"""Winograd convolution: when it pays, and the instructions it takes.

F(m x m, r x r) needs (m + r - 1)^2 products where direct convolution needs m^2 r^2: 4 times fewer for F(4x4, 3x3), 2.25
for F(2x2, 3x3), 2.8 for F(2x2, 5x5). What it adds are transforms, linear in the channels, and tiles that stick out of
the picture. Source: Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016.

The rounding errors are within twice those of the direct path (tests/ops/test_convolutions.py). An infinity or NaN in
the input reaches all outputs of the tiles that read it. `keraunos.config.set_winograd(False)` turns it off.
"""

from keraunos import config
from keraunos.graph import dtypes

TRANSFORMS = {3: (4, 2), 5: (2,)}  # kernel -> tile extents
PRODUCT = 1 / 210  # ns per flop of the products of points; the direct path reaches 1 / 220 on one core
DIRECT = 1 / 220
TRANSFORMED = 0.07  # ns per point of a tile and channel that is transformed
# Transformed inputs and output gradients at a time, four buffers of this size: the gradient of 64 channels of 64x64
# pictures takes 3.0 ms on two threads when they stay in a 32 MB L3, 4.4 ms with 12 MB each. Many channels have large
# sums, which want long slabs.
SLAB_BYTES, LONGEST_SLAB_BYTES = 3 << 20, 12 << 20
SLAB_LINES = 2  # lines of tiles per unit of their transforms
SCRATCH_CHANNELS = 1024  # 16 tiles of 36 points fill 2.4 of the 4 MB of scratch memory
SHORT_SUM = 16  # a direct sum over up to 16 channels is so exact that F(4, 3) errs by 2.3 times as much
TILES_TOGETHER = 16  # tiles of an item at least: they share each transformed kernel that comes from L3
PAD = 16  # kWinogradPad of cpp/kernels/params.h
# Transformed kernels of more elements than this (20 MB of a 32 MB L3; 512 x 512 channels have 38 MB) come from main
# memory for every block of tiles: ns per element at the 20 GB/s of one core.
CACHED_KERNELS, STREAMED_POINT = 5 << 20, 0.2
KERNEL_POINT = 0.25  # ns per transformed kernel element, once per step


def points(kernel, tile):
    """Products per tile."""
    return (kernel + tile - 1) ** 2


def tiles(problem, tile):
    """Tiles of one image."""
    return -(-problem.output[1] // tile) * -(-problem.output[2] // tile)


def choose_tile(problem, dtype):
    """The tile extent of the fastest transform, or None where direct convolution is as fast."""
    kernel = problem.kernel[1]
    possible = (
        config.winograd()
        and dtype == "float32"
        and kernel in TRANSFORMS
        and problem.kernel == (1, kernel, kernel)
        and problem.strides == problem.dilation == (1, 1, 1)
        and problem.groups == problem.input[0] == 1
        and min(problem.channels, problem.filters) >= 8
        and problem.channels <= SCRATCH_CHANNELS
        and problem.batch > 0
    )
    if not possible:
        return None
    costs = {None: problem.flops * DIRECT}
    for tile in TRANSFORMS[kernel]:
        if tile == 2 or problem.channels > SHORT_SUM:
            costs[tile] = nanoseconds(problem, tile)
    return min(costs, key=costs.get)


def nanoseconds(problem, tile):
    """Rough cost of the convolution on one core."""
    count = problem.batch * tiles(problem, tile) * points(problem.kernel[1], tile)
    filters = -(-problem.filters // 16) * 16
    kernels = points(problem.kernel[1], tile) * problem.channels * filters
    products = 2 * problem.channels * filters * PRODUCT
    time = count * (products + (problem.channels + problem.filters) * TRANSFORMED) + kernels * KERNEL_POINT
    if kernels > CACHED_KERNELS:
        time += -(-problem.batch * tiles(problem, tile) // TILES_TOGETHER) * kernels * STREAMED_POINT
    return time


def images_together(problem, tile):
    """Images that one item should take at least, so that enough tiles share each transformed kernel."""
    sharing = problem.images_sharing(points(problem.kernel[1], tile) * problem.channels * problem.filters)
    return max(sharing, min(-(-TILES_TOGETHER // tiles(problem, tile)), problem.batch))


def panel(filters):
    """Columns of a panel of transformed kernels: 48 fill three vectors of 16, 32 two; whichever wastes less."""
    padded = {width: -(-filters // width) * width for width in (48, 32)}
    return min(padded, key=padded.get)


def params(problem, tile, split=1, activation=0, first=0, batch=None):
    """The struct Winograd of cpp/kernels/params.h."""
    return (problem.batch if batch is None else batch, first, problem.channels, problem.filters, *problem.input[1:],
            *problem.output[1:], *problem.low[1:], problem.kernel[1], tile, panel(problem.filters), split,
            activation)  # fmt: skip


def transformed_kernels(builder, problem, tile, weights, dtype):
    """A buffer with the transformed kernels of `weights`, a buffer (kernel, kernel, channels, filters)."""
    width = panel(problem.filters)
    panels = -(-problem.filters // width)
    elements = panels * points(problem.kernel[1], tile) * (problem.channels * width + PAD)
    kernels = builder.scratch(elements, dtype)
    builder.emit("winograd_kernels", dtype, params(problem, tile), reads=[weights], writes=[kernels],
                 units=problem.channels, row_reads=[False], row_writes=[False],
                 nanoseconds=elements * KERNEL_POINT)  # fmt: skip
    return kernels


def kernel_gradient(builder, problem, tile, x, dy, dw):
    """Emits dw = sum over tiles of transformed x times transformed dy, some images at a time so that both stay in L3.

    Images go through two pairs of buffers in turn: while one pair is multiplied the other is filled.
    """
    dtype = dw.dtype
    per_image, count = tiles(problem, tile), points(problem.kernel[1], tile)
    image_bytes = count * per_image * max(problem.channels, problem.filters) * 4
    sum_bytes = count * problem.channels * problem.filters * 4
    slabs = -(-problem.batch * image_bytes // max(SLAB_BYTES, min(sum_bytes, LONGEST_SLAB_BYTES)))
    images = -(-problem.batch // slabs)
    split = max(1, -(-problem.output[1] // tile) // SLAB_LINES)
    extents = (problem.channels, problem.filters)
    pairs = [
        [builder.scratch(count * (images * per_image * extent + PAD), dtype) for extent in extents]
        for _ in range(min(slabs, 2))
    ]
    sums = builder.scratch(count * (problem.channels * problem.filters + PAD), dtype)
    builder.emit("fill", dtype, (sums.bytes // dtypes.itemsize(dtype), 0.0), reads=[], writes=[sums], units=1,
                 row_reads=[], row_writes=[True], nanoseconds=sums.bytes * 0.02)  # fmt: skip
    for slab, first in enumerate(range(0, problem.batch, images)):
        here = min(images, problem.batch - first)
        inputs, outputs = pairs[slab % 2]
        numbers = params(problem, tile, split, first=first, batch=here)
        for op, source, target, channels in [
            ("winograd_inputs", x, inputs, problem.channels),
            ("winograd_output_grads", dy, outputs, problem.filters),
        ]:
            builder.emit(op, dtype, numbers, reads=[builder.buffer(source)], writes=[target], units=here * split,
                         row_reads=[False], row_writes=[False], together=1,
                         nanoseconds=here * per_image * count * channels * TRANSFORMED)  # fmt: skip
        _multiply(builder, problem, count, here * per_image, inputs, outputs, sums, dtype)
    builder.emit("winograd_kernel_grads", dtype, params(problem, tile), reads=[sums], writes=[builder.buffer(dw)],
                 units=problem.channels, row_reads=[False], row_writes=[False],
                 nanoseconds=count * problem.channels * problem.filters * KERNEL_POINT)  # fmt: skip


def _multiply(builder, problem, count, depth, inputs, outputs, sums, dtype):
    """sums (points, C, F) += inputs (points, tiles, C)^T times outputs (points, tiles, F)."""
    channels, filters = problem.channels, problem.filters
    numbers = (channels, filters, depth, channels, filters, filters, 1, 0, count, depth * channels + PAD,
               depth * filters + PAD, channels * filters + PAD, 0, 0, 0)  # fmt: skip
    builder.emit("gemm_add", dtype, numbers, reads=[inputs, outputs], writes=[sums], units=count * channels,
                 row_reads=[False, False], row_writes=[False], together=channels,
                 nanoseconds=2 * count * depth * channels * filters * PRODUCT)  # fmt: skip
