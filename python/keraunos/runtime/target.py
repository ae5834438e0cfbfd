"""Targets: what a Program is compiled for and where it runs. The CPU is here, GPUs in gpu.py."""

import numpy as np

from keraunos.runtime import native

ALIGNMENT = 64


def aligned_empty(shape, dtype):
    """An uninitialised C-contiguous array whose first byte lies on a 64-byte boundary (a cache line, a 512-bit
    vector)."""
    dtype = np.dtype(dtype)
    count = int(np.prod(shape, dtype=np.int64))
    raw = np.empty(count * dtype.itemsize + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + count * dtype.itemsize].view(dtype).reshape(shape)


class Cpu:
    """This machine's processor.

    Attributes:
        name: as users write it.
        device: number of the GPU, None for the CPU.
        repacks: whether kernels exist for weights in other layouts: panels, Winograd's points.
    """

    name = "cpu"
    device = None
    repacks = True

    def has_kernel(self, row, dtype):
        """Whether there is a kernel of a row of `ops.inc` for the dtype with this id."""
        return native.has_kernel(row, dtype)

    def load(self, data):
        """The Program of these bytes; `bind` takes NumPy arrays."""
        return native.Program(data)

    def empty(self, nbytes):
        """Memory that Programs may be bound to."""
        return aligned_empty((nbytes,), "uint8")

    def variable(self, variable):
        """The memory in which Programs of this target find a Variable."""
        return variable.storage


CPU = Cpu()
