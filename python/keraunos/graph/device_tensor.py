"""DeviceTensor: a concrete tensor in the memory of a GPU."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph.tensor import Tensor


class DeviceTensor(Tensor):
    """A concrete tensor whose elements lie on a GPU; the host gets a copy when it asks for numbers.

    Attributes:
        array: the DeviceArray. CuPy, PyTorch and JAX read it in place: `cupy.from_dlpack(tensor)`.
    """

    __slots__ = ("array", "_copy")

    def __init__(self, shape, dtype, array, node=None):
        self.array = array
        super().__init__(shape, dtype, None, node)

    @property
    def value(self):
        """The elements as a NumPy array on the host; copied when first asked for."""
        if self._copy is None:
            self._copy = np.empty(self.shape, dtypes.storage(self.dtype))
            self.array.download(self._copy)
        return self._copy

    @value.setter
    def value(self, value):
        self._copy = value

    @property
    def device(self):
        """Name of the device."""
        return f"gpu:{self.array.device}"

    def __reduce__(self):
        """What pickle and copy make of it: a tensor on the host."""
        return Tensor, (self.shape, self.dtype, self.value)

    def __dlpack__(self, **arguments):
        return self.array.__dlpack__(**arguments)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()

    @property
    def __cuda_array_interface__(self):
        return self.array.__cuda_array_interface__
