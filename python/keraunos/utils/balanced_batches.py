"""BalancedBatches: batches in which all classes occur equally often."""

import numpy as np

from keraunos import _arguments
from keraunos._structure import flatten, map_leaves
from keraunos.random.seed_generator import fresh_seed
from keraunos.utils.imbalance import class_numbers
from keraunos.utils.py_dataset import PyDataset


class BalancedBatches(PyDataset):
    """Batches for `fit` in which every class has the same number of rows, give or take one.

    Args:
        x: array `(N, ...)`, or list or dict of arrays.
        y: targets, in the same form.
        batch_size: rows per batch; a multiple of the number of classes makes all batches exactly balanced.
        sampling: how many rows of every class an epoch has: "over": as many as there are of the largest class, those of
            others several times; "under": as many as there are of the smallest, others of the larger classes every
            epoch; "balanced": so many that an epoch is as long as the data.
        classes: class number of every row, `(N,)`, or one-hot; default: `y`.
        sample_weight: weights that go with the rows.
        seed: of the order; default: from `utils.set_random_seed`.

    What an epoch holds follows from the seed and the number of the epoch alone, so that a training that was interrupted
    goes on with the same batches. Within a class, rows come in a new random order each time all of them have been used:
    none comes a second time before all others have come once.

    Raises:
        ValueError: for different lengths and other values of `sampling`.

    Example:

    >>> import numpy as np, keraunos as keras
    >>> x, y = np.arange(10.0)[:, None], np.array([0] * 8 + [1] * 2)
    >>> batches = keras.utils.BalancedBatches(x, y, batch_size=4, sampling="over", seed=1)
    >>> len(batches), [batches[i][1].tolist().count(1) for i in range(4)]
    (4, [2, 2, 2, 2])
    """

    def __init__(self, x, y, batch_size=32, sampling="balanced", classes=None, sample_weight=None, seed=None):
        super().__init__()
        tag = "balanced_batches"
        _arguments.one_of(tag, "sampling", sampling, ("balanced", "over", "under"))
        (self.batch_size,) = _arguments.int_tuple(tag, "batch_size", batch_size, 1)
        self._parts = [_arrays(part) for part in (x, y, sample_weight) if part is not None]
        numbers = class_numbers(y if classes is None else classes, tag)
        rows = {len(array) for array in (*flatten(self._parts), numbers)}
        if len(rows) != 1 or not len(numbers):
            raise ValueError(f"[{tag}] x, y and classes must have the same number of rows, got {sorted(rows)}")
        self.seed = (fresh_seed() if seed is None else int(seed)) % 2**64
        self._rows = [np.flatnonzero(numbers == number) for number in np.unique(numbers)]
        sizes = [len(members) for members in self._rows]
        self._per_class = {"over": max(sizes), "under": min(sizes), "balanced": -(-len(numbers) // len(sizes))}[
            sampling
        ]
        self._order = self._ordered = None
        self.set_epoch(0)

    def set_epoch(self, epoch):
        """Goes to an epoch; `fit` calls this."""
        self.epoch = epoch

    def on_epoch_end(self):
        """Goes to the next epoch."""
        self.set_epoch(self.epoch + 1)

    def __len__(self):
        return -(-self._per_class * len(self._rows) // self.batch_size)

    def __getitem__(self, index):
        """Batch `index` of the epoch: (x, y) or (x, y, sample_weight)."""
        if not 0 <= index < len(self):
            raise IndexError(f"[balanced_batches] there are {len(self)} batches, asked for number {index}")
        if self._ordered != self.epoch:
            self._order, self._ordered = self._order_of(self.epoch), self.epoch
        rows = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        return tuple(map_leaves(part, lambda array: array[rows]) for part in self._parts)

    def _order_of(self, epoch):
        """The rows of an epoch: one of every class, then the next of every class; any stretch of that is balanced."""
        # Streams (seed, 0, epoch) order the classes, (seed, class + 1, pass) the rows of a class.
        classes = np.random.default_rng([self.seed, 0, epoch]).permutation(len(self._rows))
        drawn = [self._drawn(number, epoch * self._per_class, self._per_class) for number in classes]
        return np.stack(drawn, axis=1).reshape(-1)

    def _drawn(self, number, start, count):
        """Rows [start, start + count) of the endless stream of a class: all of its rows in random order, again and
        again."""
        members = self._rows[number]
        size = len(members)
        passes = range(start // size, -(-(start + count) // size))
        stream = [np.random.default_rng([self.seed, number + 1, turn]).permutation(members) for turn in passes]
        first = start - passes.start * size
        return np.concatenate(stream)[first : first + count]


def _arrays(part):
    """An array, or a list or dict of arrays."""
    if isinstance(part, dict):
        return {key: np.asarray(value) for key, value in part.items()}
    if isinstance(part, (list, tuple)) and part and hasattr(part[0], "shape"):
        return [np.asarray(value) for value in part]
    return np.asarray(part)
