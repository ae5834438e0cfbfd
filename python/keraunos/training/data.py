"""Where batches come from: arrays that stay in memory, or an iterator that makes one batch after another."""

import time
import warnings

import numpy as np

from keraunos._structure import flatten, map_leaves
from keraunos.data.dataset import Dataset
from keraunos.data.stages import INFINITE_CARDINALITY
from keraunos.runtime.device_array import is_foreign
from keraunos.runtime.device_rows import DeviceRows
from keraunos.training.arrays import is_numeric_list, structure_of_arrays

DEFAULT_BATCH = 32


class ArrayData:
    """x, y and sample weights in memory.

    Attributes:
        parts: tuple (x,), (x, y) or (x, y, sample_weight) of structures of arrays with `rows` rows each.
    """

    resident = True

    def __init__(self, parts, batch_size):
        self.parts = parts
        self.batch_size = batch_size
        self.rows = len(flatten(parts)[0])
        self.steps = -(-self.rows // batch_size)

    def split(self, fraction):
        """(the first rows, the last `fraction` of the rows), as validation_split wants them."""
        if not 0 < fraction < 1:
            raise ValueError(f"[fit] validation_split must lie between 0 and 1, got {fraction}")
        cut = int(np.floor(self.rows * (1 - fraction)))
        if cut in (0, self.rows):
            raise ValueError(f"[fit] validation_split={fraction} of {self.rows} samples leaves one part empty")
        first = ArrayData(map_leaves(self.parts, lambda a: a[:cut]), self.batch_size)
        return first, ArrayData(map_leaves(self.parts, lambda a: a[cut:]), self.batch_size)

    def batch(self, start, stop):
        """Rows [start, stop) of every array."""
        return map_leaves(self.parts, lambda a: a[start:stop])

    def first_batch(self):
        return self.batch(0, self.batch_size)


class IteratorData:
    """Batches from a generator, an iterable, a PyDataset or a Dataset.

    Attributes:
        steps: batches per epoch, None when it is only known at the end.
        waited: seconds that the reader has waited for batches; whoever reports them sets it back.
        continues: whether an epoch takes up a Dataset where the last one stopped, as with `steps_per_epoch`.
    """

    resident = False

    def __init__(self, source, steps, class_weight=None):
        self._source = source
        self._class_weight = class_weight
        self._peeked = None
        self._iterator = None
        self.steps = steps
        self.waited = 0.0
        self.continues = False
        self._epoch = None
        self._is_dataset = isinstance(source, Dataset)
        self.restarts = self._is_dataset or hasattr(source, "__getitem__") or iter(source) is not source

    def first_batch(self):
        if self._peeked is None:
            self._peeked = self._next()
            if self._peeked is None:
                raise ValueError("[fit] the data source gave no batch; it is empty or already used up")
        return self._peeked

    def count_epochs(self, first):
        """Tells that a training begins, with epoch `first`."""
        self._epoch = first
        if self._is_dataset:
            self._source.stage.mark()

    def batches(self, shuffle=None, epoch=None):
        """One epoch: a fresh pass when the source allows it, else the next batches of the running one.

        `shuffle`: generator that draws the order of batches which can be asked for by number. `epoch`: its number.
        """
        if epoch is not None and hasattr(self._source, "set_epoch"):
            self._source.set_epoch(epoch)
        if hasattr(self._source, "on_epoch_begin"):
            self._source.on_epoch_begin()
        # A Dataset that was only looked at is not begun anew: that would shuffle, read and decode a second time.
        looked_at = self._is_dataset and self._peeked is not None and epoch == self._epoch
        if self.restarts and not self.continues and not looked_at:
            self.release()
        self._epoch = epoch
        taken = 0
        while self.steps is None or taken < self.steps:
            batch, self._peeked = self._peeked, None
            if batch is None:
                batch = self._next(shuffle)
            if batch is None and self.continues and taken == 0:
                batch = self._next(shuffle)
            if batch is None:
                if self.steps is not None and self._is_dataset:
                    warnings.warn(
                        f"[fit] the Dataset ended after {taken} of {self.steps} steps; repeat() it, or ask for fewer",
                        stacklevel=2,
                    )
                break
            taken += 1
            yield batch
        if self.steps is None:
            self.steps = taken
        if hasattr(self._source, "on_epoch_end"):
            self._source.on_epoch_end()

    def release(self):
        """Lets go of the running pass; threads that read ahead for it end."""
        self._iterator, self._peeked = None, None

    def _next(self, shuffle=None):
        """The next batch, None at the end of a pass; the time is added to `waited`."""
        start = time.perf_counter()
        if self._iterator is None:
            self._iterator = (self._standard(batch) for batch in self._open(shuffle))
        batch = next(self._iterator, None)
        if batch is None and self._is_dataset:
            self._iterator = None
        self.waited += time.perf_counter() - start
        return batch

    def _open(self, shuffle):
        if not self._is_dataset:
            return _iterate(self._source, shuffle)
        if self._epoch is not None:
            self._source.stage.begin(self._epoch)
        return self._source.read_ahead()

    def _standard(self, batch):
        parts = batch if isinstance(batch, tuple) else (batch,)
        if len(parts) > 3:
            raise ValueError(f"[fit] a batch must be (x,), (x, y) or (x, y, sample_weight), got {len(parts)} parts")
        if self._is_dataset:
            leaves = flatten(batch)
            if any(leaf.ndim == 0 for leaf in leaves):
                raise ValueError("[fit] the Dataset gives single samples, expected batches; add .batch(32)")
            # Elements are arrays already, of dtypes that kernels read.
            if self._class_weight is None and all(a.ndim > 1 and a.dtype != object for a in flatten(parts[0])):
                return map_leaves(parts, np.ascontiguousarray)
        x, y, weight = (*parts, None, None)[:3]
        return assemble(x, y, weight, self._class_weight)


def _iterate(source, shuffle):
    if hasattr(source, "__getitem__") and hasattr(source, "__len__") and not isinstance(source, (list, tuple)):
        order = range(len(source)) if shuffle is None else shuffle.permutation(len(source))
        return (source[int(i)] for i in order)
    return iter(source)


def adapt(x, y, sample_weight, batch_size, class_weight=None, steps=None):
    """The data source behind what `fit`, `evaluate` or `predict` was given."""
    if is_iterator(x):
        if y is not None:
            raise ValueError(
                f"[fit] y must not be given when x is a {type(x).__name__}: it yields (x, y) batches itself"
            )
        if class_weight is not None and class_weight.balanced:
            raise ValueError(
                f"[fit] class_weight='balanced' counts the classes of arrays, got a {type(x).__name__}; "
                "pass keras.utils.balanced_class_weights(labels)"
            )
        return IteratorData(x, _length(x) if steps is None else steps, class_weight)
    parts = assemble(x, y, sample_weight, class_weight)
    rows = {len(a) for a in flatten(parts)}
    if len(rows) > 1:
        counts = ", ".join(
            f"{name}: {len(flatten(part)[0])}"
            for name, part in zip(("x", "y", "sample_weight"), parts, strict=False)
            if part is not None
        )
        raise ValueError(f"[fit] arrays must have the same number of samples, got {counts}")
    if rows == {0}:
        raise ValueError("[fit] there are no samples: x has 0 rows; check how the data was loaded or filtered")
    batch_size = DEFAULT_BATCH if batch_size is None else batch_size
    if isinstance(batch_size, bool) or not hasattr(batch_size, "__index__") or int(batch_size) <= 0:
        raise ValueError(f"[fit] batch_size must be a positive integer, got {batch_size!r}")
    return ArrayData(parts, min(int(batch_size), rows.pop()))


def _length(x):
    """Batches per epoch, None when it is not known.

    Raises:
        ValueError: when there is no end to them.
    """
    if not isinstance(x, Dataset):
        return len(x) if hasattr(x, "__len__") else getattr(x, "num_batches", None)
    length = x.stage.cardinality
    if length == INFINITE_CARDINALITY:
        raise ValueError(
            "[fit] the Dataset repeats for ever; say where an epoch ends with steps_per_epoch=... "
            "(steps=... in evaluate and predict, validation_steps=... for validation_data)"
        )
    return length if length >= 0 else None


def is_iterator(x):
    """Whether x makes batches itself: a generator, an iterator, a PyDataset or a Dataset."""
    if (
        isinstance(x, (np.ndarray, DeviceRows))
        or is_foreign(x)
        or hasattr(x, "to_numpy")
        or hasattr(x, "__array__")
        or isinstance(x, (list, tuple, dict))
    ):
        return False
    return hasattr(x, "__next__") or hasattr(x, "__iter__") or (hasattr(x, "__getitem__") and hasattr(x, "__len__"))


def assemble(x, y, sample_weight, class_weight=None):
    """(x,), (x, y) or (x, y, weights) as arrays; `ClassWeights` are multiplied into the sample weights."""
    if x is None:
        raise ValueError("[fit] x is missing")
    x = map_leaves(structure_of_arrays(x, "x"), lambda a: a[:, None] if a.ndim == 1 else a)
    if y is None:
        if class_weight:
            raise ValueError("[fit] class_weight needs y")
        return (x,)
    y = structure_of_arrays(y, "y")
    if isinstance(y, list) and is_numeric_list(y):
        y = np.asarray(y)
    weight = None if sample_weight is None else structure_of_arrays(sample_weight, "sample_weight")
    if class_weight:
        weight = class_weight.apply(x, y, weight)
    return (x, y) if weight is None else (x, y, weight)
