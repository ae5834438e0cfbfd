"""Where elements come from: arrays, one value, a generator, a range of numbers."""

import itertools

import numpy as np

from keraunos._structure import flatten, map_leaves
from keraunos.data.elements import TensorSpec, count_rows, spec_of, to_element
from keraunos.data.stages import UNKNOWN_CARDINALITY, Plan, Stage, gather_from


class Slices(Stage):
    """The rows of arrays."""

    def __init__(self, structure):
        super().__init__()
        self._structure = to_element(structure)
        self._rows = count_rows(self._structure)

    @property
    def cardinality(self):
        return self._rows

    def open(self):
        return Plan(gather_from(self._structure), range(self._rows))

    def spec(self):
        return map_leaves(spec_of(self._structure), lambda s: TensorSpec(s.shape[1:], s.dtype))


class Single(Stage):
    """One element."""

    cardinality = 1

    def __init__(self, value):
        super().__init__()
        self._element = to_element(value)

    def open(self):
        return iter_of(self._element)

    def spec(self):
        return spec_of(self._element)


def iter_of(*elements):
    """A generator over `elements`: it can be closed like any other iteration."""
    yield from elements


class Numbers(Stage):
    """The numbers of a Python range, as int64 scalars."""

    def __init__(self, numbers):
        super().__init__()
        self._numbers = numbers

    @property
    def cardinality(self):
        return len(self._numbers)

    def open(self):
        start, step = self._numbers.start, self._numbers.step
        return Plan(lambda order: start + step * np.asarray(order, np.int64), range(len(self._numbers)))

    def spec(self):
        return TensorSpec((), "int64")


class Generated(Stage):
    """What a function that returns an iterable gives, every iteration anew."""

    runs_code = True
    cardinality = UNKNOWN_CARDINALITY

    def __init__(self, generator, signature):
        super().__init__()
        self._generator, self._signature = generator, signature

    def open(self):
        for place, value in enumerate(self._generator()):
            element = to_element(value)
            yield element if self._signature is None else conform(element, self._signature, place)

    def spec(self):
        if self._signature is not None:
            return self._signature
        first = next(itertools.chain(map(to_element, self._generator()), [None]))
        if first is None:
            raise ValueError("[data] the generator gave no element, so there is no element_spec; pass output_signature")
        return spec_of(first)


def conform(element, signature, place):
    """`element` in the dtypes of `signature`.

    Raises:
        ValueError: when shapes do not fit.
    """
    leaves, specs = flatten(element), flatten(signature)
    if len(leaves) != len(specs):
        raise ValueError(f"[data] the generator's element {place} has {len(leaves)} arrays, expected {len(specs)}")
    for array, spec in zip(leaves, specs, strict=True):
        fits = spec.shape is None or (
            len(spec.shape) == array.ndim and all(e in (None, g) for e, g in zip(spec.shape, array.shape, strict=True))
        )
        if not fits:
            raise ValueError(
                f"[data] the generator's element {place} has shape {array.shape}, expected {spec.shape}; "
                "correct the generator or output_signature"
            )
    dtypes = iter([spec.dtype for spec in specs])
    return map_leaves(element, lambda a: a if (d := next(dtypes)) == "string" else a.astype(d, copy=False))
