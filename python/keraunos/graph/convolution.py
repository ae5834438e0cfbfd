"""Lowering of convolutions: which kernels run, on which units.

Forward pass and input gradient have images as their units, so that a convolution, its activation and its pooling form
one chain per image; a batch of few images is cut into lines of images instead. Kernel gradients sum images in fixed
groups, and the groups' sums in order: no number of threads changes a bit.
"""

import copy
import math

from keraunos.graph import dtypes, winograd
from keraunos.graph.instructions import bytes_of

NANOSECONDS_PER_FLOP = 1 / 200  # one core near its FMA peak
FEW_IMAGES = 8  # fewer images than this are cut into lines: two threads need some items each
LINES_TOGETHER = 4  # lines of a unit: a 3x3 kernel then reads 6 lines for 4
GROUP_BYTES = 8 << 20  # what the partial sums of a kernel gradient may fill
MOST_GROUPS = 16
# On a GPU: blocks that a depthwise kernel gradient should have, two for each of an H200's 132 multiprocessors.
GPU_BLOCKS, GPU_THREADS = 264, 256
PANEL = 48  # columns of gemm_pack's panels
PACKED_COLUMNS = 96
PACKED_PIXELS = 256
MOST_IMAGES, FEWEST_ITEMS = 8, 4  # images of an item at most, items of a batch at least
# 1x1 kernels of many channels: their gradient is one product that packs x. With 64 channels it does not pay to pack,
# and the product over 25,000 pixels ran at 35 GFLOP/s where the sums over groups of images run at 230.
POINTWISE_CHANNELS = 256
POINTWISE_ROWS = 64  # rows of a 1x1 kernel's gradient per item: each item reads all of dy


def output_extent(extent, kernel, stride, padding, dilation):
    """Output positions along one axis; below 1 when the kernel does not fit."""
    return (extent + padding[0] + padding[1] - (kernel - 1) * dilation - 1) // stride + 1


class Problem:
    """The numbers of one convolution, seen from its forward pass.

    Args:
        x, y: shapes `(N, *spatial, C)` and `(N, *spatial, F)`.
        kernel: spatial shape of the kernel.
        strides, padding, dilation, groups: as the op's attributes.
    """

    def __init__(self, x, y, kernel, strides, padding, dilation, groups, **_):
        self.batch, self.channels, self.filters, self.groups = x[0], x[-1], y[-1], groups
        three = lambda values, fill: (*[fill] * (3 - len(values)), *values)  # noqa: E731
        self.input, self.output, self.kernel = three(x[1:-1], 1), three(y[1:-1], 1), three(kernel, 1)
        self.strides, self.dilation = three(strides, 1), three(dilation, 1)
        self.low = three([low for low, _ in padding], 0)

    @property
    def weights(self):
        """Elements of the kernel."""
        return math.prod(self.kernel) * self.channels // self.groups * self.filters

    @property
    def flops(self):
        return 2 * self.batch * math.prod(self.output) * self.weights

    def turned(self):
        """The convolution of y with the kernel turned around, for stride 1 the gradient with respect to x."""
        other = copy.copy(self)
        other.channels, other.filters = self.filters, self.channels
        other.input, other.output = self.output, self.input
        other.low = tuple((k - 1) * d - low for k, d, low in zip(self.kernel, self.dilation, self.low, strict=True))
        return other

    def images_sharing(self, weights):
        """Images that one item should take at least: reading their pixels then costs what reading `weights` elements
        costs. Image by image, the transformed kernels of a VGG-like network's last layers came from main memory again
        and again, and took nearly half of the time (3.9 ms an image for 2.2)."""
        pixels = math.prod(self.input) * self.channels + math.prod(self.output) * self.filters
        return max(1, min(weights // max(pixels, 1), MOST_IMAGES, self.batch // FEWEST_ITEMS))

    @property
    def depthwise(self):
        """Whether every channel is a group of its own."""
        return self.groups == self.channels > 1

    @property
    def pointwise(self):
        """Whether it is a product of pixels and weights: a 1x1 kernel that reads every pixel once."""
        return (self.kernel == self.strides == (1, 1, 1) and self.low == (0, 0, 0) and self.groups == 1
                and self.input == self.output)  # fmt: skip

    def params(self, split, activation=0, packed=False):
        """The struct Convolution of cpp/kernels/params.h."""
        return (self.batch, self.channels, self.filters, self.groups, *self.input, *self.output, *self.kernel,
                *self.strides, *self.dilation, *self.low, int(packed), split, activation)  # fmt: skip


def emit_by_images(builder, op, problem, make_params, reads, output, lines, nanoseconds, together=1):
    """Emits a kernel whose units are images, or runs of lines when there are few images."""
    split = 1
    if problem.batch < FEW_IMAGES:
        split = max(1, min(lines // LINES_TOGETHER, 4 * FEW_IMAGES // max(problem.batch, 1)))
    whole = split == 1
    builder.emit(op, output.dtype, make_params(split), reads=reads, writes=[builder.buffer(output)],
                 units=problem.batch * split, row_reads=[whole, *[False] * (len(reads) - 1)], row_writes=[whole],
                 nanoseconds=nanoseconds + 200, together=together)  # fmt: skip


def _emit_winograd(builder, problem, tile, x, weights, output, operands=(), activation=0):
    reads = [builder.buffer(x), winograd.transformed_kernels(builder, problem, tile, weights, output.dtype), *operands]
    lines = LINES_TOGETHER * -(-problem.output[1] // tile)
    emit_by_images(builder, "winograd_conv_bias" if operands else "winograd_conv", problem,
                   lambda split: winograd.params(problem, tile, split, activation), reads, output, lines,
                   winograd.nanoseconds(problem, tile),
                   together=winograd.images_together(problem, tile))  # fmt: skip


def _tile(builder, problem, dtype):
    """The extent of Winograd's tiles, None for a direct convolution."""
    return winograd.choose_tile(problem, dtype) if builder.target.repacks else None


def _groups(builder, problem, size, dtype):
    """Groups of images whose kernel gradients are summed apart; `size`: bytes of one gradient."""
    if builder.target.device is None:
        return max(1, min(problem.batch, MOST_GROUPS, max(2, GROUP_BYTES // max(size, 1))))
    # Its products cut long sums themselves, and keep the parts in float32.
    if not problem.depthwise or dtype in dtypes.HALVES:
        return 1
    blocks = -(-problem.weights // GPU_THREADS)
    return max(1, min(problem.batch, -(-GPU_BLOCKS // max(blocks, 1))))


def lower_convolution(node, builder, operands=(), activation=0):
    """Emits y = act(x * w + bias); `operands`: the bias, if there is one."""
    x, w = node.inputs[:2]
    y = node.outputs[0]
    problem = Problem(x.shape, y.shape, w.shape[:-2], **node.attrs)
    operands = [builder.buffer(t) for t in operands]
    tile = _tile(builder, problem, y.dtype)
    if tile:
        _emit_winograd(builder, problem, tile, x, builder.buffer(w), y, operands, activation)
        return
    weights, packed = _packed(builder, problem, builder.buffer(w), w.dtype, problem.channels, problem.filters)
    op = ("depthwise_" if problem.depthwise else "") + "conv" + ("_bias" if operands else "")
    emit_by_images(builder, op, problem, lambda split: problem.params(split, activation, packed),
                   [builder.buffer(x), weights, *operands], y, problem.output[0] * problem.output[1],
                   _direct_nanoseconds(problem), problem.images_sharing(problem.weights))  # fmt: skip


def _direct_nanoseconds(problem):
    return problem.flops * (NANOSECONDS_PER_FLOP * 8 if problem.depthwise else NANOSECONDS_PER_FLOP)


def _packed(builder, problem, weights, dtype, depth, columns):
    """(buffer, whether it is packed): weights (taps * depth, columns) in panels when their rows are so long that a
    panel's lines would meet in a few cache sets, and the batch is large enough to make up for the copy."""
    if (
        not builder.target.repacks
        or problem.groups > 1
        or columns < PACKED_COLUMNS
        or problem.batch * math.prod(problem.output) < PACKED_PIXELS
    ):
        return weights, False
    rows, panels = math.prod(problem.kernel) * depth, -(-columns // PANEL)
    packed = builder.scratch(rows * panels * PANEL, dtype)
    builder.emit("gemm_pack", dtype, (rows, columns, columns, 0), reads=[weights], writes=[packed], units=panels,
                 row_reads=[False], row_writes=[True], nanoseconds=rows * columns * 0.1)  # fmt: skip
    return packed, True


def _turned_weights(builder, w, rotated):
    """A buffer with `w` as (taps, filters, channels); `rotated`: its last tap first."""
    taps, (channels, filters) = math.prod(w.shape[:-2]), w.shape[-2:]
    size = channels * filters
    turned = builder.scratch(w.size, w.dtype)
    step, offset = (-size, (taps - 1) * size) if rotated else (size, 0)
    params = (3, taps, filters, channels, 0, 0, 0, step, 1, filters, 0, 0, 0, offset)
    builder.emit("strided_read", w.dtype, params, reads=[builder.buffer(w)], writes=[turned], units=taps,
                 row_reads=[False], row_writes=[True], nanoseconds=w.size * 0.3, together=1)  # fmt: skip
    return turned


def lower_input_gradient(node, builder):
    """Emits dx: a convolution of dy with the kernel turned around where strides allow it."""
    dy, w = node.inputs
    dx = node.outputs[0]
    problem = Problem(dx.shape, dy.shape, w.shape[:-2], **node.attrs)
    turned = problem.turned()
    tile = _tile(builder, turned, dx.dtype)
    if tile:
        weights = _turned_weights(builder, w, rotated=True)
        _emit_winograd(builder, turned, tile, dy, weights, dx)
        return
    if problem.depthwise:
        weights, packed = builder.buffer(w), False
    else:
        weights = _turned_weights(builder, w, rotated=False)
        weights, packed = _packed(builder, problem, weights, w.dtype, problem.filters, problem.channels)
    lines = -(-problem.input[0] // problem.strides[0]) * -(-problem.input[1] // problem.strides[1])
    emit_by_images(builder, ("depthwise_" if problem.depthwise else "") + "conv_input_grad", problem,
                   lambda split: problem.params(split, packed=packed), [builder.buffer(dy), weights], dx, lines,
                   _direct_nanoseconds(problem), problem.images_sharing(problem.weights))  # fmt: skip


def lower_kernel_gradient(node, builder):
    """Emits dw: Winograd's points summed over tiles, or direct sums over groups of images."""
    x, dy = node.inputs
    dw = node.outputs[0]
    problem = Problem(x.shape, dy.shape, **node.attrs)
    tile = _tile(builder, problem, dw.dtype)
    if tile:
        winograd.kernel_gradient(builder, problem, tile, x, dy, dw)
        return
    if problem.pointwise and problem.channels >= POINTWISE_CHANNELS:
        depth = problem.batch * math.prod(problem.input)
        channels, filters = problem.channels, problem.filters
        numbers = (channels, filters, depth, channels, filters, filters, 1, 0, 1, 0, 0, 0, 0, 0, 0)
        builder.emit("gemm", dw.dtype, numbers, reads=[builder.buffer(x), builder.buffer(dy)],
                     writes=[builder.buffer(dw)], units=channels, row_reads=[False, False], row_writes=[True],
                     nanoseconds=problem.flops * NANOSECONDS_PER_FLOP + 50, together=POINTWISE_ROWS)  # fmt: skip
        return
    size = bytes_of(dw.shape, dw.dtype)
    groups = _groups(builder, problem, size, dw.dtype)
    partial = builder.buffer(dw) if groups == 1 else builder.scratch(groups * dw.size, dw.dtype)
    builder.emit(("depthwise_" if problem.depthwise else "") + "conv_kernel_grad", dw.dtype,
                 problem.params(groups), reads=[builder.buffer(x), builder.buffer(dy)], writes=[partial], units=groups,
                 row_reads=[False, False], row_writes=[True],
                 nanoseconds=_direct_nanoseconds(problem) + 200)  # fmt: skip
    if groups > 1:
        builder.emit("sum", dw.dtype, (1, groups, dw.size), reads=[partial], writes=[builder.buffer(dw)], units=dw.size,
                     row_reads=[False], row_writes=[True], nanoseconds=groups * dw.size * 0.06)  # fmt: skip
