"""Measures the rounding errors of convolutions, direct and through Winograd's transforms, for docs/winograd.md.

    python docs/make_winograd.py

Writes the table between the page's markers. tests/ops/test_convolutions.py takes its bound from the same measurement.
"""

import pathlib

import keraunos as keras
import numpy as np
from keraunos import _cpu, ops
from keraunos.graph import convolution, winograd

PAGE = pathlib.Path(__file__).resolve().parent / "winograd.md"
BATCH, EXTENT = 4, 24
CHANNELS = (16, 32, 64, 128, 256)


def draw(*shape, scale=1.0, seed=0):
    """Normally distributed float32 numbers."""
    return (np.random.default_rng(seed).normal(size=shape) * scale).astype("float32")


def errors(got, exact):
    """(rms, largest) error over the rms of the exact result."""
    size = np.sqrt(np.mean(exact**2))
    return np.sqrt(np.mean((got - exact) ** 2)) / size, np.abs(got - exact).max() / size


def three_ways(kernel, channels, filters, extent=EXTENT):
    """{"direct", "winograd"}: [y, dx, dw] in float32, and "exact": the same in float64, of one "same" convolution of
    `(4, extent, extent, channels)` with He-scaled kernels."""
    x = draw(BATCH, extent, extent, channels)
    w = draw(kernel, kernel, channels, filters, scale=np.sqrt(2 / (kernel * kernel * channels)), seed=1)
    dy = draw(BATCH, extent, extent, filters, seed=2)
    results, before = {}, keras.config.winograd()
    for name in ("direct", "winograd", "exact"):
        keras.config.set_winograd(name == "winograd")
        dtype = "float64" if name == "exact" else "float32"

        @keras.function
        def run(x, w, dy):
            with keras.GradientTape() as tape:
                tape.watch(x)
                tape.watch(w)
                y = ops.conv(x, w, padding="same")
                loss = ops.sum(y * dy)
            return [y, *tape.gradient(loss, [x, w])]

        results[name] = [t.numpy() for t in run(*(a.astype(dtype) for a in (x, w, dy)))]
    keras.config.set_winograd(before)
    return results


def transform(kernel, channels):
    """The transform that runs for these shapes, as text."""
    shape = (BATCH, EXTENT, EXTENT, channels)
    pair = (1, 1)
    padding = ((kernel // 2,) * 2,) * 2
    problem = convolution.Problem(shape, shape, (kernel, kernel), pair, padding, pair, 1)
    tile = winograd.choose_tile(problem, "float32")
    return f"F({tile}x{tile}, {kernel}x{kernel})" if tile else "none"


def table():
    """The table as Markdown."""
    lines = [
        f"ISA {_cpu.isa()}; rms error over rms of the float64 result, in units of 1e-7: direct → Winograd.",
        "",
        "| kernel | channels | transform | output | gradient of the input | gradient of the kernel |",
        "|---|---|---|---|---|---|",
    ]
    for kernel in (3, 5):
        for channels in CHANNELS:
            results = three_ways(kernel, channels, channels)
            cells = []
            for direct, fast, exact in zip(*(results[n] for n in ("direct", "winograd", "exact")), strict=True):
                one, two = (errors(got, exact)[0] * 1e7 for got in (direct, fast))
                cells.append(f"{one:.1f} → {two:.1f} ({two / one:.1f}x)")
            name = transform(kernel, channels)
            lines.append(f"| {kernel}x{kernel} | {channels} | {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    begin, end = "<!-- errors -->\n", "\n<!-- end -->"
    text = PAGE.read_text()
    head, rest = text.split(begin)
    PAGE.write_text(head + begin + table() + end + rest.split(end)[1])
