"""DeviceExecutable: a compiled graph that runs on a GPU."""

import numpy as np

from keraunos.graph.compile import Executable
from keraunos.graph.device_tensor import DeviceTensor
from keraunos.runtime import mirror
from keraunos.runtime.device_array import DeviceArray
from keraunos.runtime.device_rows import DeviceRows


class DeviceExecutable(Executable):
    """An Executable whose variables have copies on a GPU; they travel only when the other side is newer."""

    def __init__(self, graph, target):
        super().__init__(graph, target)
        self._mirrors = [(v, v in graph.updates) for v in graph.variables]

    def bind_input(self, position, array):
        """As `Executable.bind_input`; rows on this GPU are used where they are."""
        if isinstance(array, DeviceRows):
            array = array.array if array.array.device == self.target.device else np.asarray(array)
        self.program.bind(position, array, False)

    def call(self, tensors):
        """As `Executable.call`; the outputs stay on the GPU and nobody waits for them."""
        device = self.target.device
        outputs = [DeviceTensor(shape, dtype, DeviceArray(shape, dtype, device)) for shape, dtype in self.outputs]
        with self._calling:
            for position, tensor in enumerate(tensors):
                self.bind_input(position, on_device(tensor, device))
            for position, tensor in enumerate(outputs):
                self.bind_output(position, tensor.array)
            self._before()
            self.program.start()
            self._after()
            self.unbind_inputs()
            for position in range(len(outputs)):
                self.program.unbind(self.output_slot(position))
        return outputs

    def run(self, steps=1):
        """Runs the Program `steps` times and waits."""
        self._before()
        self.program.run(steps)
        self._after()

    def _before(self):
        for variable, written in self._mirrors:
            if written:
                variable.before_change()
            variable.mirror(self.target.device).to_device()
        if self.preparation:
            self.preparation.refresh()

    def _after(self):
        for variable, written in self._mirrors:
            if written:
                variable.mirror(self.target.device).newer = mirror.DEVICE


def on_device(tensor, device):
    """The elements of a concrete tensor as a DeviceArray."""
    if isinstance(tensor, DeviceTensor) and tensor.array.device == device:
        return tensor.array
    return DeviceArray.of(tensor.value, tensor.dtype, device)
