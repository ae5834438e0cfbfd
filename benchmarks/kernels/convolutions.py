"""Convolutions of well-known networks, layer by layer: y = conv(x, w) and its gradients dx and dw, each timed
alone.

Pictures are (N, H, W, C) everywhere; PyTorch sees the same memory as (N, C, H, W) in `channels_last`, and its kernels
as (F, C, kh, kw) in `channels_last` too.
"""

import functools
from dataclasses import dataclass

import numpy as np
from keraunos.graph import primitives as p

from benchmarks.kernels.cases import Case


@dataclass(frozen=True)
class Layer:
    """A square convolution.

    Attributes:
        network: where it comes from.
        kernel, channels, filters, extent, batch: its sizes; the pictures have `extent` rows and columns.
        stride: of both axes.
        low: zeros on every side; default `kernel // 2`, which keeps the extent at stride 1.
        depthwise: one kernel for each channel.
    """

    network: str
    kernel: int
    channels: int
    filters: int
    extent: int
    batch: int = 8
    stride: int = 1
    low: int | None = None
    depthwise: bool = False

    @property
    def padding(self):
        return self.kernel // 2 if self.low is None else self.low

    @property
    def groups(self):
        return self.channels if self.depthwise else 1

    @property
    def output(self):
        """Rows and columns of the output."""
        return (self.extent + 2 * self.padding - self.kernel) // self.stride + 1

    @property
    def shapes(self):
        """Shapes of x, w and y."""
        return (
            (self.batch, self.extent, self.extent, self.channels),
            (self.kernel, self.kernel, self.channels // self.groups, self.filters),
            (self.batch, self.output, self.output, self.filters),
        )

    @property
    def flops(self):
        """Of direct convolution; each of the gradients has as many."""
        _, (height, width, taken, _), y = self.shapes
        return 2.0 * int(np.prod(y)) * height * width * taken

    @property
    def name(self):
        kind = "depthwise " if self.depthwise else ""
        stride = f"/{self.stride}" if self.stride > 1 else ""
        padding = " valid" if self.padding == 0 and self.kernel > 1 else ""
        return (f"{self.network} {kind}{self.kernel}x{self.kernel}{stride} {self.channels}->{self.filters} "
                f"at {self.extent}{padding}, batch {self.batch}")  # fmt: skip


LAYERS = (
    Layer("ResNet", 7, 3, 64, 224, stride=2),
    *(Layer("ResNet", 3, *sizes) for sizes in ((64, 64, 56), (128, 128, 28), (256, 256, 14), (512, 512, 7))),
    *(Layer("ResNet", 1, *sizes) for sizes in ((64, 256, 56), (256, 64, 56), (128, 512, 28), (512, 128, 28),
                                               (1024, 256, 14), (512, 2048, 7), (2048, 512, 7))),
    Layer("ResNet", 1, 256, 512, 56, stride=2),
    Layer("ResNet", 3, 128, 128, 56, stride=2),
    *(Layer("VGG", 3, *sizes, batch=4) for sizes in ((3, 64, 224), (64, 64, 224), (128, 128, 112), (256, 256, 56))),
    *(Layer("VGG", 3, 512, 512, extent) for extent in (28, 14)),
    Layer("LeNet", 5, 1, 6, 28, batch=32),
    Layer("LeNet", 5, 6, 16, 14, batch=32, low=0),
    Layer("CIFAR", 3, 3, 32, 32, batch=32, low=0),
    Layer("CIFAR", 3, 32, 64, 15, batch=32, low=0),
    Layer("MobileNet", 3, 64, 64, 56, depthwise=True),
)  # fmt: skip


def _torch_peer(layer, what):
    """Operands x, w, y as (N, C, H, W) views in `channels_last` of what the others have; so is the result."""
    stride, padding, groups = [layer.stride] * 2, [layer.padding] * 2, layer.groups
    mask = [what == "dx", what == "dw", False]

    def call(torch, x, w, y):
        x, w, y = (t.permute(0, 3, 1, 2) for t in (x, w, y))
        if what == "forward":
            return torch.nn.functional.conv2d(x, w, None, stride, padding, groups=groups).permute(0, 2, 3, 1)
        backward = torch.ops.aten.convolution_backward
        found = backward(y, x, w, None, stride, padding, [1, 1], False, [0, 0], groups, mask)
        return found[0].permute(0, 2, 3, 1) if what == "dx" else found[1].permute(2, 3, 1, 0)

    return call


def _tensorflow_peer(layer, what):
    """Under `tf.function`, traced once."""
    x_shape, w_shape, _ = layer.shapes
    edges = [layer.padding] * 2
    geometry = {
        "strides": [1, layer.stride, layer.stride, 1],
        "padding": "EXPLICIT",
        "explicit_paddings": [0, 0, *edges, *edges, 0, 0],
    }

    def body(tf, x, w, y):
        raw = tf.raw_ops
        forward, dx, dw = (
            (raw.DepthwiseConv2dNative, raw.DepthwiseConv2dNativeBackpropInput, raw.DepthwiseConv2dNativeBackpropFilter)
            if layer.depthwise
            else (raw.Conv2D, raw.Conv2DBackpropInput, raw.Conv2DBackpropFilter)
        )
        if what == "forward":
            return forward(input=x, filter=w, **geometry)
        if what == "dx":
            return dx(input_sizes=x_shape, filter=w, out_backprop=y, **geometry)
        return tf.reshape(dw(input=x, filter_sizes=w.shape, out_backprop=y, **geometry), w_shape)

    traced = functools.cache(lambda tf: tf.function(lambda *operands: body(tf, *operands)))
    return lambda tf, *operands: traced(tf)(*operands)


def _cases_of(layer, rng):
    """Forward, gradient for the pictures, gradient for the kernels."""
    x, w, y = (rng.standard_normal(shape, dtype="float32") for shape in layer.shapes)
    geometry = {
        "strides": (layer.stride,) * 2,
        "padding": ((layer.padding,) * 2,) * 2,
        "dilation": (1, 1),
        "groups": layer.groups,
    }
    operands = {
        "torch": [x, np.ascontiguousarray(w.transpose(3, 0, 1, 2)), y],
        "tensorflow": [x, w.reshape(*w.shape[:2], -1, 1) if layer.depthwise else w, y],
    }
    extent, kernel = x.shape[1:3], w.shape[:2]
    ours = {
        "forward": ([x, w], "convolution", geometry, w[..., 0].size),
        "dx": ([y, w], "convolution_input_gradient", {"extent": extent, **geometry}, w[:, :, 0].size // layer.groups),
        "dw": ([x, y], "convolution_kernel_gradient", {"kernel": kernel, **geometry}, y[..., 0].size),
    }
    for what, (arrays, op, attrs, terms) in ours.items():
        yield Case(
            name=f"{layer.name}, {what}",
            arrays=arrays,
            ours=lambda a, b, op=op, attrs=attrs: p._apply(op, (a, b), **attrs),
            peers={"torch": _torch_peer(layer, what), "tensorflow": _tensorflow_peer(layer, what)},
            operands=operands,
            direct=True,
            flops=layer.flops,
            terms=terms,
        )


def cases():
    """One after another: together they would take gigabytes."""
    rng = np.random.default_rng(0)
    for layer in LAYERS:
        yield from _cases_of(layer, rng)
