"""GPUs as targets of Programs.

Small Programs run many steps in one persistent launch; the environment variable KERAUNOS_GPU_PERSISTENT=0 gives every
instruction launches of its own, as larger Programs have.
"""

import functools
import os

from keraunos import config
from keraunos.runtime import cuda
from keraunos.runtime.device_array import DeviceArray


class Gpu:
    """One GPU; attributes and methods as those of `target.Cpu`."""

    repacks = False

    def __init__(self, device):
        self.name, self.device = f"gpu:{device}", device

    def has_kernel(self, row, dtype):
        return dtype in cuda.kernels()[row]

    def load(self, data):
        persistent = os.environ.get("KERAUNOS_GPU_PERSISTENT", "1") == "1"
        return DeviceProgram(data, self.device, not config.tensor_float_32(), persistent)

    def empty(self, nbytes):
        return DeviceArray((nbytes,), "uint8", self.device)

    def variable(self, variable):
        return variable.mirror(self.device).array


@functools.cache
def gpu(device):
    """The target of GPU number `device`."""
    return Gpu(device)


class DeviceProgram:
    """A Program on a GPU. Slots take DeviceArrays as they are, and NumPy arrays through memory of their own there.

    Args:
        data: bytes of the Program.
        device: number of the GPU.
        exact: compute float32 products without TF32.
        persistent: run many steps of a small Program in one launch.
    """

    def __init__(self, data, device, exact, persistent):
        self._program = cuda.module().Program(data, device, exact, persistent)
        self._device = device
        self._bound = {}  # slot -> DeviceArray in use
        self._staged = {}  # slot -> memory for NumPy arrays, kept so that its address stays in the recorded graph
        self._results = {}  # slot -> NumPy array to be filled after a run

    def bind(self, slot, array, writable=False):
        """Uses `array` for `slot`: a DeviceArray as it is; a NumPy array is copied now, or filled after each run when
        it is writable."""
        self._results.pop(slot, None)
        if not isinstance(array, DeviceArray):
            staged = self._staged.get(slot)
            if staged is None or staged.nbytes < array.nbytes:
                staged = self._staged[slot] = DeviceArray((array.nbytes,), "uint8", self._device)
            if writable:
                self._results[slot] = array
            else:
                staged.upload(array)
            array = staged
        self._bound[slot] = array
        self._program.bind(slot, array.address, array.nbytes)

    def unbind(self, slot):
        """Forgets the array of a slot."""
        self._bound.pop(slot, None)
        self._results.pop(slot, None)
        self._program.unbind(slot)

    def run(self, steps=1):
        """Runs the Program and waits, so that who measures or reads finds it done."""
        self._program.run(steps, True)
        for slot, array in self._results.items():
            self._staged[slot].download(array)

    def start(self):
        """Runs the Program once without waiting."""
        self._program.run(1, False)

    @property
    def slots(self):
        """(bytes, writable) of each slot."""
        return self._program.slots

    @property
    def arena_bytes(self):
        """Bytes of the arena."""
        return self._program.arena_bytes

    @property
    def persistent(self):
        """Whether steps run in one launch."""
        return self._program.persistent

    @property
    def launches(self):
        """Kernels and copies of a recorded step, 0 before it was recorded."""
        return self._program.launches
