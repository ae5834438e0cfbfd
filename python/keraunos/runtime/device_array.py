"""DeviceArray: a contiguous array in the memory of a GPU, exchanged with other libraries without a copy."""

import math

import numpy as np

from keraunos.runtime import cuda

# DLPack type codes: signed, unsigned, float, bool, bfloat.
_CODES = {
    "bool": (6, 8), "uint8": (1, 8), "int32": (0, 32), "int64": (0, 64), "float32": (2, 32), "float64": (2, 64),
    "bfloat16": (4, 16), "float16": (2, 16),
}  # fmt: skip
_NAMES = {code: name for name, code in _CODES.items()}
_LEGACY_STREAM = 1  # what DLPack and the array interface call CUDA's default stream


class DeviceArray:
    """An array on a GPU, C-contiguous.

    Args:
        shape: tuple of ints.
        dtype: name of the dtype.
        device: number of the GPU.
        address, owner: memory of somebody else to use, and what keeps it alive; default: new memory.
    """

    __slots__ = ("shape", "dtype", "device", "address", "nbytes", "_owner", "__weakref__")

    def __init__(self, shape, dtype, device, address=None, owner=None):
        self.shape, self.dtype, self.device = tuple(shape), dtype, device
        self.nbytes = math.prod(self.shape) * _CODES[dtype][1] // 8
        if owner is None:
            owner = cuda.module().Block(device, self.nbytes)
            address = owner.address
        self.address, self._owner = address, owner

    @classmethod
    def of(cls, array, dtype, device):
        """A copy of a NumPy array that holds elements of `dtype` (bfloat16 as bits)."""
        made = cls(array.shape, dtype, device)
        made.upload(array)
        return made

    @property
    def ndim(self):
        """Number of axes."""
        return len(self.shape)

    def upload(self, array):
        """Replaces the contents by those of a NumPy array of equal size."""
        self._owner.upload(np.ascontiguousarray(array))

    def download(self, array):
        """Copies the first bytes into a C-contiguous NumPy array, after all work that was put on the device."""
        owner = self._owner
        if not isinstance(owner, cuda.module().Block):
            owner = cuda.module().Block(self.device, array.nbytes)
            owner.copy_from(self.address, array.nbytes)
        owner.download(array)

    def reshape(self, shape):
        """The same memory with another shape."""
        return self.viewed(shape, self.dtype)

    def viewed(self, shape, dtype):
        """The same memory with another shape and dtype of as many bytes."""
        return DeviceArray(shape, dtype, self.device, self.address, self._owner)

    def __dlpack_device__(self):
        return cuda.module().dlpack_device_type, self.device

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        if copy or (dl_device is not None and tuple(dl_device) != self.__dlpack_device__()):
            raise BufferError("[dlpack] a GPU array is exported where it is, without a copy")
        # None asks for the default stream, -1 for no waiting at all.
        if stream != -1:
            cuda.module().let_wait(self.device, _LEGACY_STREAM if stream is None else stream)
        code, bits = _CODES[self.dtype]
        return cuda.module().export_array(self.address, list(self.shape), code, bits, self.device, self._owner)

    @property
    def __cuda_array_interface__(self):
        if self.dtype == "bfloat16":
            raise AttributeError("the array interface has no bfloat16; use DLPack")
        return {
            "shape": self.shape,
            "typestr": np.dtype(self.dtype).str,
            "data": (self.address, False),
            "version": 3,
            "stream": cuda.module().stream(self.device),
        }


def is_foreign(value):
    """Whether `value` is an array of another library in the memory of a GPU that we can use."""
    if isinstance(value, (np.ndarray, DeviceArray)) or cuda.count() == 0 or not hasattr(value, "__dlpack_device__"):
        return False
    return int(value.__dlpack_device__()[0]) == cuda.module().dlpack_device_type


def adopt(value):
    """`value`, an array of CuPy, PyTorch, JAX, ..., as a DeviceArray on the same memory; a copy when it has gaps.

    Raises:
        TypeError: for an element type that keraunos has no kernels for.
    """
    _, device = value.__dlpack_device__()
    contiguous = getattr(value, "contiguous", None)  # PyTorch exports views with their strides
    value = contiguous() if callable(contiguous) else value
    value = value.detach() if hasattr(value, "detach") else value
    # The producer lets our stream wait for what it has still to compute.
    found = cuda.module().import_array(value.__dlpack__(stream=cuda.module().stream(device)))
    code = found["code"], found["bits"]
    if found["lanes"] != 1 or code not in _NAMES:
        raise TypeError(f"[dlpack] element type {code} is not supported; convert to one of {', '.join(_CODES)} first")
    expected = [math.prod(found["shape"][i + 1 :]) for i in range(len(found["shape"]))]
    if any(e > 1 and s != c for e, s, c in zip(found["shape"], found["strides"], expected, strict=True)):
        raise ValueError(
            "[dlpack] the array has gaps or is transposed; make it contiguous first (cupy.ascontiguousarray)"
        )
    return DeviceArray(found["shape"], _NAMES[code], found["device"], found["address"], found["owner"])
