"""DeviceRows: rows of data in the memory of a GPU, for fit, evaluate and predict."""

import math

import numpy as np

from keraunos.runtime.device_array import DeviceArray, adopt


class DeviceRows:
    """What the training loop asks of an array, over a DeviceArray: shape, dtype, runs of rows. NumPy gets a copy.

    Args:
        array: the DeviceArray, with at least one axis; its dtype must be one that NumPy has.
    """

    __slots__ = ("array",)

    def __init__(self, array):
        self.array = array

    @classmethod
    def of(cls, value):
        """Rows of an array of CuPy, PyTorch, JAX, ... where it is.

        Raises:
            TypeError: for an element type that NumPy has not.
        """
        array = adopt(value)
        if array.dtype == "bfloat16":
            raise TypeError("[fit] bfloat16 data cannot be checked with NumPy; convert to float32 or float16 first")
        return cls(array if array.ndim else array.reshape((1,)))

    @property
    def shape(self):
        return self.array.shape

    @property
    def dtype(self):
        return np.dtype(self.array.dtype)

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def size(self):
        return math.prod(self.shape)

    @property
    def nbytes(self):
        return self.array.nbytes

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, index):
        """Rows [start, stop), or an axis of one behind a vector (`[:, None]`)."""
        if index == (slice(None), None):
            return DeviceRows(self.array.reshape((*self.shape, 1)))
        if not isinstance(index, slice) or index.step not in (None, 1):
            return np.asarray(self)[index]
        start, stop, _ = index.indices(len(self))
        row = math.prod(self.shape[1:]) * self.dtype.itemsize
        shape = (max(stop - start, 0), *self.shape[1:])
        return DeviceRows(
            DeviceArray(shape, self.array.dtype, self.array.device, self.array.address + start * row, self.array)
        )

    def __array__(self, dtype=None, copy=None):
        found = np.empty(self.shape, self.dtype)
        self.array.download(found)
        return found if dtype is None else found.astype(dtype, copy=False)

    def __keraunos_tensor__(self):
        from keraunos.graph.device_tensor import DeviceTensor

        return DeviceTensor(self.shape, self.array.dtype, self.array)
