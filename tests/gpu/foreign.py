"""An array of "another library": nothing but DLPack, in the GPU's memory."""

from keraunos.runtime.device_array import DeviceArray


class Foreign:
    """A NumPy array's elements in the memory of the GPU.

    Attributes:
        streams: what consumers asked to be waited for.
    """

    def __init__(self, array):
        self.held = DeviceArray.of(array, array.dtype.name, 0)
        self.streams = []

    def __dlpack_device__(self):
        return self.held.__dlpack_device__()

    def __dlpack__(self, *, stream=None, **_):
        self.streams.append(stream)
        return self.held.__dlpack__(stream=stream)
