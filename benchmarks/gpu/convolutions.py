"""Convolution layers of ResNet-50 in all three directions against cuDNN's best, through PyTorch, channels_last."""

import functools

import numpy as np

from benchmarks.gpu.clock import Ours, Theirs, compare, seconds

BATCH = 64
# (extent, channels, filters, kernel, stride)
LAYERS = (
    (56, 64, 64, 3, 1), (56, 64, 256, 1, 1), (28, 128, 128, 3, 1), (14, 256, 256, 3, 1), (7, 512, 512, 3, 1),
    (56, 128, 128, 3, 2), (14, 1024, 256, 1, 1), (28, 512, 128, 1, 1), (56, 64, 64, 1, 1), (224, 3, 64, 7, 2),
)  # fmt: skip
SMALL = ((9, 8, 16, 3, 2), (6, 16, 8, 1, 1))
UNITS = {"bfloat16": 2.0**-8, "tf32": 2.0**-11}
DIRECTIONS = ("forward", "dx", "dw")


def cases(small, device):
    """(name, function that gives a row {"flops", "seconds"}) of every layer, kind and direction."""
    for layer in SMALL if small else LAYERS:
        for kind in UNITS:
            extent, channels, filters, kernel, stride = layer
            name = f"{kind} {extent}x{extent}, {channels} to {filters}, {kernel}x{kernel} / {stride}"
            for direction in DIRECTIONS:
                yield (
                    f"{name}, {direction}",
                    functools.partial(_measure, layer, 2 if small else BATCH, kind, direction, device),
                )


@functools.lru_cache(maxsize=1)
def _arrays(layer, batch):
    extent, channels, filters, kernel, stride = layer
    out = (extent + 2 * ((kernel - 1) // 2) - kernel) // stride + 1
    rng = np.random.default_rng(extent + channels)
    shapes = (batch, extent, extent, channels), (kernel, kernel, channels, filters), (batch, out, out, filters)
    return [rng.standard_normal(shape, dtype="float32") for shape in shapes]


def _measure(layer, batch, kind, direction, device):
    import torch

    torch.backends.cudnn.benchmark = torch.backends.cudnn.allow_tf32 = True
    extent, channels, filters, kernel, stride = layer
    low = (kernel - 1) // 2
    x, w, dy = _arrays(layer, batch)
    pixels = dy[..., 0].size
    terms = {"forward": kernel**2 * channels, "dx": kernel**2 * filters / stride**2, "dw": pixels}[direction]
    operands = {"forward": (x, w), "dx": (dy, w), "dw": (x, dy)}[direction]
    ours = Ours(_op(direction, layer, low), operands, "float32" if kind == "tf32" else kind)
    dtype = torch.float32 if kind == "tf32" else torch.bfloat16

    def place(array, axes):
        tensor = torch.from_numpy(array.transpose(axes)).to(device, dtype)
        return tensor.contiguous(memory_format=torch.channels_last)

    px, pw, pdy = place(x, (0, 3, 1, 2)), place(w, (3, 2, 0, 1)), place(dy, (0, 3, 1, 2))

    def function():
        if direction == "forward":
            return torch.nn.functional.conv2d(px, pw, None, stride, low)
        mask = [direction == "dx", direction == "dw", False]
        found = torch.ops.aten.convolution_backward(
            pdy, px, pw, None, [stride] * 2, [low] * 2, [1, 1], False, [0, 0], 1, mask
        )
        return found[0 if direction == "dx" else 1]

    theirs = Theirs(function, device)
    axes = (2, 3, 1, 0) if direction == "dw" else (0, 2, 3, 1)
    compare(ours.result, theirs.result.transpose(axes), UNITS[kind], terms)
    return {
        "flops": 2 * pixels * kernel**2 * channels * filters,
        "seconds": seconds({"keraunos": ours, "cuDNN": theirs}),
    }


def _op(direction, layer, low):
    from keraunos.graph.opdef import REGISTRY
    from keraunos.graph.trace import apply

    extent, _, _, kernel, stride = layer
    name, more = {
        "forward": ("convolution", {}),
        "dx": ("convolution_input_gradient", {"extent": (extent, extent)}),
        "dw": ("convolution_kernel_gradient", {"kernel": (kernel, kernel)}),
    }[direction]
    attributes = {"strides": (stride, stride), "padding": ((low, low), (low, low)), "dilation": (1, 1), "groups": 1}
    return lambda a, b: apply(REGISTRY[name], (a, b), {**attributes, **more})[0]
