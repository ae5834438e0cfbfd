"""The discrete Fourier transform of the last axis, on real and imaginary parts that are tensors of their own.

The matrix of the transform is symmetric, and its conjugate is what the parts exchanged before and after give: therefore
the inverse and the gradient are transforms of exchanged parts.
"""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.fourier import MOST_PASSES, radices, roots
from keraunos.graph.opdef import define

SCRATCH = 4 << 20  # kScratchBytes of cpp/kernels/kernel.h


def _infer(inputs):
    real, imaginary, turns = inputs
    if not real.shape or real.shape != imaginary.shape or real.dtype != imaginary.dtype:
        raise ValueError(f"[fft] expected real and imaginary parts of one shape and dtype, got {real.dtype} {real.shape} "
                         f"and {imaginary.dtype} {imaginary.shape}")  # fmt: skip
    if radices(real.shape[-1]) is None:
        raise ValueError(f"[fft] {real.shape[-1]} elements have a prime factor that there is no kernel for")
    return [(real.shape, real.dtype), (real.shape, real.dtype)]


def _reference(real, imaginary, turns):
    found = np.fft.fft(real + 1j * imaginary.astype("complex128"))
    return found.real.astype(real.dtype), found.imag.astype(real.dtype)


def _gradient(node, dreal, dimaginary):
    zeros = p.broadcast_to(p.scalar(0, node.outputs[0].dtype), node.outputs[0].shape)
    dreal = zeros if dreal is None else dreal
    dimaginary = zeros if dimaginary is None else dimaginary
    found = p.apply_all("fft", (dimaginary, dreal, node.inputs[2]))
    return found[1], found[0], None


def _lower(node, builder):
    x = node.inputs[0]
    n = x.shape[-1]
    rows = x.size // n if n else 0
    steps = radices(n)
    itemsize = 8 if x.dtype == "float64" else 4
    outside = 2 * n * itemsize > SCRATCH
    work = builder.scratch(2 * n * rows if outside else 1, x.dtype)
    params = (rows, n, len(steps), int(outside), *steps, *[0] * (MOST_PASSES - len(steps)))
    builder.emit("fft", x.dtype, params, reads=[builder.buffer(t) for t in node.inputs],
                 writes=[*(builder.buffer(t) for t in node.outputs), work], units=rows, row_reads=[True, True, False],
                 row_writes=[True] * 3, nanoseconds=rows * (50 + n * sum(steps) * 0.7))  # fmt: skip


def _sample(rng):
    return [([rng.normal(size=(3, n)).astype(d), rng.normal(size=(3, n)).astype(d), roots(n, d)], {})
            for d in ("float32", "float64") for n in (1, 2, 5, 12, 64, 90, 7 * 31)]  # fmt: skip


define("fft", infer=_infer, reference=_reference, gradient=_gradient, lower=_lower, sample=_sample)
