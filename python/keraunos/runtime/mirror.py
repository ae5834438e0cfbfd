"""Mirror: a Variable's array on the host and its copy on a GPU, of which either may be the newer one."""

from keraunos.runtime.device_array import DeviceArray

# Whether any mirror was ever made: until then Programs of the CPU need not ask whose value is newer.
made = False

EQUAL, HOST, DEVICE = 0, 1, 2


class Mirror:
    """The copy on GPU `device` of `host`, a NumPy array with elements of `dtype`.

    Attributes:
        array: the DeviceArray.
        newer: EQUAL, HOST or DEVICE.
    """

    __slots__ = ("host", "array", "newer")

    def __init__(self, host, dtype, device):
        global made
        made = True
        self.host = host
        self.array = DeviceArray(host.shape, dtype, device)
        self.newer = HOST

    def to_device(self):
        """Makes the copy on the GPU current."""
        if self.newer == HOST:
            self.array.upload(self.host)
            self.newer = EQUAL

    def host_changed(self):
        """Notes that the host's array is the newer one."""
        self.newer = HOST

    def to_host(self):
        """Makes the host's array current."""
        if self.newer == DEVICE:
            self.array.download(self.host)
            self.newer = EQUAL
