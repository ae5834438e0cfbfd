"""Windows: data that does not fit the memory of a GPU is brought there a part at a time."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from keraunos.runtime import cuda
from keraunos.runtime.device_array import DeviceArray

# Of the free memory: the rest is for validation data, and for what callbacks compute.
SHARE = 0.75
# Every row travels once an epoch, however large the parts are; at this size, waiting for a part to start is a
# thousandth of copying it (10 us, 10 GB/s).
WINDOW_BYTES = 256 << 20


def free_bytes(device):
    """Bytes of GPU `device` that nobody uses."""
    return cuda.module().memory(device)["free"]


def window_rows(arrays, device, batch_size):
    """How many rows of `arrays` go to a GPU at a time: None for all of them, otherwise whole batches."""
    room, nbytes = int(free_bytes(device) * SHARE), sum(a.nbytes for a in arrays)
    if nbytes <= room:
        return None
    row_bytes = nbytes / len(arrays[0])
    return max(int(min(room, WINDOW_BYTES) / row_bytes) // batch_size, 1) * batch_size


class Window:
    """Memory on a GPU for some rows of the arrays of an epoch.

    The step finds row `i` of the epoch at `i % rows`; so its cursor, its bits, and what reads the cursor are those of
    resident data. While steps run on one part, a thread collects the rows of the next.

    Args:
        arrays: NumPy arrays, or `DeviceRows`, with as many rows each.
        dtypes: the dtype that the elements of each have on the GPU.
        device: number of the GPU.
        rows: rows in the window, whole batches.

    Attributes:
        rows: as given.
        places: the DeviceArrays.
        order: int32, (all rows,): where each row of the epoch is found.
    """

    def __init__(self, arrays, dtypes, device, rows):
        self._arrays = [np.asarray(a) for a in arrays]
        self.rows, self._total = rows, len(arrays[0])
        self.places = [DeviceArray((rows, *a.shape[1:]), d, device) for a, d in zip(self._arrays, dtypes, strict=True)]
        self.order = np.arange(self._total, dtype=np.int32) % np.int32(rows)
        self._collected = [np.empty((rows, *a.shape[1:]), a.dtype) for a in self._arrays]
        self._thread = ThreadPoolExecutor(1, "keraunos-window")
        self.forget()

    def forget(self):
        """What is there belongs to another epoch."""
        self._there, self._coming = None, None

    def bring(self, row, order):
        """Makes row `row` of the epoch be there, and gives the first row that is not. `order`: as of
        `ResidentRunner`."""
        part = row // self.rows
        if part != self._there:
            if self._coming is None or self._coming[0] != part:
                self._coming = part, self._thread.submit(self._collect, part, order)
            for place, array in zip(self.places, self._coming[1].result(), strict=True):
                place.upload(array)
            self._there, self._coming = part, None
            if (part + 1) * self.rows < self._total:
                self._coming = part + 1, self._thread.submit(self._collect, part + 1, order)
        return min((part + 1) * self.rows, self._total)

    def close(self):
        """Ends the thread."""
        self._thread.shutdown()

    def _collect(self, part, order):
        first, last = part * self.rows, min((part + 1) * self.rows, self._total)
        if not len(order):
            return [a[first:last] for a in self._arrays]
        return [
            np.take(a, order[first:last], axis=0, out=room[: last - first], mode="clip")
            for a, room in zip(self._arrays, self._collected, strict=True)
        ]
