"""timeseries_dataset_from_array: windows of a series as a Dataset."""

import numpy as np

from keraunos.data.dataset import Dataset
from keraunos.data.elements import TensorSpec, to_leaf
from keraunos.data.stages import Plan, Stage


def timeseries_dataset_from_array(
    data,
    targets,
    sequence_length,
    sequence_stride=1,
    sampling_rate=1,
    batch_size=128,
    shuffle=False,
    seed=None,
    start_index=None,
    end_index=None,
    format="tf",
):
    """Windows that slide over a series, with a target each.

    Args:
        data: array `(T, ...)`, one row per step.
        targets: array with the target of the window that begins at step i in row i, or None.
        sequence_length: steps per window.
        sequence_stride: steps from the beginning of one window to the next.
        sampling_rate: steps of the series from one step of a window to the next.
        batch_size: windows per batch; None: single windows.
        shuffle: whether windows come in random order, another one every time.
        seed: of the order.
        start_index, end_index: the steps that are used, `[start_index, end_index)`; default: all.
        format: "tf", the only one.

    Returns:
        `data.Dataset` of windows `(N, sequence_length, ...)`, or of (windows, targets). The series is not copied;
        windows are gathered a batch at a time.

    Raises:
        ValueError: for arguments out of range, and when no window fits.

    Source: https://keras.io/api/data_loading/timeseries/

    Example:

    >>> import numpy as np
    >>> from keraunos.utils import timeseries_dataset_from_array
    >>> series = np.arange(6)
    >>> for past, following in timeseries_dataset_from_array(series[:-2], series[2:], sequence_length=2):
    ...     print(past.numpy().tolist(), following.numpy())
    [[0, 1], [1, 2], [2, 3]] [2 3 4]
    """
    tag = "timeseries_dataset"
    if format != "tf":
        raise ValueError(f"[{tag}] format must be 'tf': a keraunos.data.Dataset is made, got {format!r}")
    data = np.asarray(to_leaf(data))
    targets = None if targets is None else np.asarray(to_leaf(targets))
    length = len(data)
    for name, value in (("sequence_length", sequence_length), ("sequence_stride", sequence_stride),
                        ("sampling_rate", sampling_rate)):  # fmt: skip
        if not hasattr(value, "__index__") or not 0 < value < max(length, 2):
            raise ValueError(f"[{tag}] {name} must be an integer above 0 and below the {length} steps, got {value!r}")
    start = 0 if start_index is None else start_index
    end = length if end_index is None else end_index
    if not 0 <= start < end <= length:
        raise ValueError(f"[{tag}] expected 0 <= start_index < end_index <= {length}, got {start} and {end}")
    count = end - start - (sequence_length - 1) * sampling_rate
    if targets is not None:
        count = min(count, len(targets) - start)
    if count <= 0:
        raise ValueError(
            f"[{tag}] no window of {sequence_length} steps, {sampling_rate} apart, fits steps {start} to {end}"
            + ("" if targets is None else f" with {len(targets)} targets")
        )
    windows = Dataset(
        _Windows(
            data, targets, np.arange(sequence_length) * sampling_rate, range(start, start + count, sequence_stride)
        )
    )
    if shuffle:
        windows = windows.shuffle(len(windows), seed)
    return windows if batch_size is None else windows.batch(batch_size)


class _Windows(Stage):
    """Rows `first + steps` of `data` for every `first` of `firsts`, and row `first` of `targets`."""

    def __init__(self, data, targets, steps, firsts):
        super().__init__()
        self._data, self._targets, self._steps, self._firsts = data, targets, steps, firsts

    @property
    def cardinality(self):
        return len(self._firsts)

    def open(self):
        return Plan(self._gather, self._firsts)

    def _gather(self, firsts):
        firsts = np.asarray(firsts)
        windows = self._data[firsts[:, None] + self._steps]
        return windows if self._targets is None else (windows, self._targets[firsts])

    def spec(self):
        data, targets = self._data, self._targets
        window = TensorSpec((len(self._steps), *data.shape[1:]), data.dtype.name)
        return window if targets is None else (window, TensorSpec(targets.shape[1:], targets.dtype.name))
