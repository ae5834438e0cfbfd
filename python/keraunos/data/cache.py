"""Keeping the elements of one iteration in memory."""

import dataclasses

import numpy as np

from keraunos._structure import flatten, map_leaves, pack
from keraunos.data.stages import Plan, Stage, take_rows


@dataclasses.dataclass
class Kept:
    """An array as it is kept, and the dtype that it has for everybody else."""

    array: np.ndarray
    dtype: np.dtype

    def restored(self):
        """The array in its own dtype."""
        return self.array.astype(self.dtype, copy=False)


class Cache(Stage):
    """The elements of the first whole iteration, for all later ones."""

    def __init__(self, source):
        super().__init__(source)
        self._kept = None  # a Plan when the elements have one shape, else a list of elements of Kept

    @property
    def works(self):
        return self._kept is None and super().works

    def begin(self, epoch):
        """What is kept is the first iteration, in whichever epoch it is made."""

    def open(self):
        if self._kept is None:
            upstream = self.sources[0].open()
            if not isinstance(upstream, Plan):
                return self._fill(upstream)
            self._kept = upstream
        return self._kept if isinstance(self._kept, Plan) else _restored(self._kept)

    def _fill(self, stream):
        kept, wanted = [], self.cardinality
        for element in stream:
            kept.append(map_leaves(element, compact))
            # Whoever knows the number of elements may not ask for more, so that the end is never seen.
            if len(kept) == wanted:
                self._kept = columns(kept)
            yield element
        if len(kept) != wanted:
            self._kept = columns(kept)


def _restored(elements):
    for element in elements:
        yield map_leaves(element, Kept.restored)


def compact(array):
    """`array` as it is kept: floats that are whole numbers from 0 to 255, as pixels are, take one byte each."""
    if array.dtype.kind == "f" and array.size and array.min() >= 0 and array.max() <= 255:
        small = array.astype(np.uint8)
        if small.astype(array.dtype).tobytes() == array.tobytes():
            return Kept(small, array.dtype)
    return Kept(array.copy(), array.dtype)


def columns(elements):
    """A Plan over the elements when they can be stacked as they are kept, else `elements`."""
    if not elements:
        return elements
    structure, first = map_leaves(elements[0], lambda kept: ...), flatten(elements[0])
    stacked = [Kept(np.empty((len(elements), *kept.array.shape), kept.array.dtype), kept.dtype) for kept in first]
    for row, element in enumerate(elements):
        leaves = flatten(element)
        if len(leaves) != len(first):
            return elements
        for whole, kept in zip(stacked, leaves, strict=True):
            array = kept.array
            same = array.dtype == whole.array.dtype and kept.dtype == whole.dtype
            if not same or array.shape != whole.array.shape[1:]:
                return elements
            whole.array[row] = array
    return Plan(
        lambda order: pack(structure, iter([take_rows(k.array, order).astype(k.dtype, copy=False) for k in stacked])),
        range(len(elements)),
    )
