"""Convolution layers of ResNet-50 in all three directions against cuDNN's best, through PyTorch, channels_last."""

import numpy as np

from benchmarks.gpu.clock import Ours, Theirs, compare, seconds

BATCH = 64
# (extent, channels, filters, kernel, stride)
LAYERS = (
    (224, 3, 64, 7, 2), (56, 64, 64, 1, 1), (56, 64, 64, 3, 1), (56, 64, 256, 1, 1), (56, 128, 128, 3, 2),
    (28, 128, 128, 3, 1), (28, 512, 128, 1, 1), (14, 256, 256, 3, 1), (14, 1024, 256, 1, 1), (7, 512, 512, 3, 1),
)  # fmt: skip
UNITS = {"bfloat16": 2.0**-8, "tf32": 2.0**-11}


def measure(small):
    """One row per kind, layer and direction."""
    import torch

    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = True
    rows = []
    for kind in UNITS:
        for layer in ((9, 8, 16, 3, 2), (6, 16, 8, 1, 1)) if small else LAYERS:
            rows += _directions(torch, kind, layer, 2 if small else BATCH)
    return rows


def _directions(torch, kind, layer, batch):
    extent, channels, filters, kernel, stride = layer
    low = (kernel - 1) // 2
    out = (extent + 2 * low - kernel) // stride + 1
    rng = np.random.default_rng(extent + channels)
    x = rng.standard_normal((batch, extent, extent, channels), dtype="float32")
    w = rng.standard_normal((kernel, kernel, channels, filters), dtype="float32")
    dy = rng.standard_normal((batch, out, out, filters), dtype="float32")
    dtype = torch.float32 if kind == "tf32" else torch.bfloat16
    ours_dtype = "float32" if kind == "tf32" else kind

    def place(array, axes):
        return torch.from_numpy(array.transpose(axes).copy()).cuda().to(dtype).to(memory_format=torch.channels_last)

    px, pw, pdy = place(x, (0, 3, 1, 2)), place(w, (3, 2, 0, 1)), place(dy, (0, 3, 1, 2))
    attributes = {"strides": (stride, stride), "padding": ((low, low), (low, low)), "dilation": (1, 1), "groups": 1}

    def backward(mask):
        return lambda: torch.ops.aten.convolution_backward(
            pdy, px, pw, None, [stride] * 2, [low] * 2, [1, 1], False, [0, 0], 1, mask
        )[0 if mask[0] else 1]

    cases = {
        "forward": ((x, w), lambda: torch.nn.functional.conv2d(px, pw, None, stride, low), (0, 2, 3, 1),
                    kernel**2 * channels),
        "dx": ((dy, w), backward([True, False, False]), (0, 2, 3, 1), kernel**2 * filters // stride**2),
        "dw": ((x, dy), backward([False, True, False]), (2, 3, 1, 0), batch * out**2),
    }  # fmt: skip
    flops = 2 * batch * out**2 * kernel**2 * channels * filters
    name, rows = f"{kind} {extent}x{extent}, {channels} to {filters}, {kernel}x{kernel} / {stride}", []
    for direction, (arrays, function, axes, terms) in cases.items():
        ours = Ours(_op(direction, attributes, extent, kernel), arrays, ours_dtype)
        theirs = Theirs(function)
        compare(f"{name} {direction}", ours.result, theirs.result.transpose(axes), UNITS[kind], terms)
        rows.append({"name": f"{name}, {direction}", "flops": flops,
                     "seconds": seconds({"keraunos": ours, "cuDNN": theirs})})  # fmt: skip
    return rows


def _op(direction, attributes, extent, kernel):
    from keraunos.graph.opdef import REGISTRY
    from keraunos.graph.trace import apply

    names = {
        "forward": ("convolution", {}),
        "dx": ("convolution_input_gradient", {"extent": (extent, extent)}),
        "dw": ("convolution_kernel_gradient", {"kernel": (kernel, kernel)}),
    }
    name, more = names[direction]
    return lambda a, b: apply(REGISTRY[name], (a, b), {**attributes, **more})[0]
