"""Stages that compute: functions of the user's, batches, caches, reading ahead."""

import itertools

from keraunos._structure import flatten, map_leaves
from keraunos.data import threads
from keraunos.data.elements import (
    TensorSpec,
    count_rows,
    rows,
    spec_of,
    stack,
    stack_padded,
    to_element,
    to_tensors,
)
from keraunos.data.stages import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Chain, Plan, Stage, first_of


def call(function, element):
    """`function` on an element as the user sees it: tuples are spread over the arguments."""
    shown = to_tensors(element)
    return function(*shown) if isinstance(shown, tuple) else function(shown)


class Map(Stage):
    """A function of every element; `parallel` threads, AUTOTUNE, or None: the one that reads."""

    runs_code = True

    def __init__(self, source, function, parallel):
        super().__init__(source)
        self._function, self._parallel = function, parallel

    def open(self):
        upstream = iter(self.sources[0].open())
        if self._parallel is None:
            return map_stream(self.apply, upstream)
        if self._parallel == AUTOTUNE:
            return threads.tuned(self.apply, upstream)
        return threads.parallel(self.apply, upstream, self._parallel)

    def apply(self, element):
        """The mapped element."""
        try:
            return to_element(call(self._function, element))
        except Exception as error:
            note(error, f"in the function given to Dataset.map: {_name(self._function)}")
            raise

    def spec(self):
        element = first_of(self.sources[0])
        if element is None:
            raise ValueError("[data] there is no element to learn the element_spec of map() from")
        mapped = spec_of(self.apply(element))
        before = flatten(self.sources[0].spec())
        # A function of batches gives batches: their number of rows is as open as it was.
        sizes = {len(a) for a, s in zip(flatten(element), before, strict=True) if s.shape[:1] == (None,)}
        return map_leaves(
            mapped, lambda s: TensorSpec((None, *s.shape[1:]), s.dtype) if s.shape and s.shape[0] in sizes else s
        )


def map_stream(function, stream):
    """A generator over `function` of elements."""
    for element in stream:
        yield function(element)


def note(error, text):
    """Adds a line to an error, where Python can."""
    if hasattr(error, "add_note"):
        error.add_note(f"[data] {text}")


def _name(function):
    code = getattr(function, "__code__", None)
    name = getattr(function, "__qualname__", type(function).__name__)
    return f"{name} ({code.co_filename}:{code.co_firstlineno})" if code else name


class Filter(Stage):
    """The elements that a function says yes to."""

    runs_code = True

    def __init__(self, source, predicate):
        super().__init__(source)
        self._predicate = predicate

    @property
    def cardinality(self):
        n = self.sources[0].cardinality
        return n if n in (0, INFINITE_CARDINALITY) else UNKNOWN_CARDINALITY

    def open(self):
        return (element for element in self.sources[0].open() if self._keeps(element))

    def _keeps(self, element):
        try:
            return bool(call(self._predicate, element))
        except Exception as error:
            note(error, f"in the function given to Dataset.filter: {_name(self._predicate)}")
            raise


class Interleave(Stage):
    """Data sets made from elements, read in turns."""

    runs_code = True
    cardinality = UNKNOWN_CARDINALITY

    def __init__(self, source, function, cycle, block):
        super().__init__(source)
        self._function, self._cycle, self._block = function, cycle, block

    def open(self):
        inputs = (iter(self._inner(element).open()) for element in self.sources[0].open())
        running = list(itertools.islice(inputs, self._cycle))
        turn = 0
        while running:
            turn %= len(running)
            given = 0
            for element in itertools.islice(running[turn], self._block):
                given += 1
                yield element
            if given == self._block:
                turn += 1
                continue
            # This one has ended; the next takes its place, and its turn.
            fresh = next(inputs, None)
            if fresh is None:
                del running[turn]
            else:
                running[turn] = fresh

    def _inner(self, element):
        made = call(self._function, element)
        if not hasattr(made, "stage"):
            raise TypeError(f"[data] interleave and flat_map need a function that returns a Dataset, got {made!r}")
        return made.stage

    def spec(self):
        element = first_of(self.sources[0])
        if element is None:
            raise ValueError("[data] there is no element to learn the element_spec from")
        return self._inner(element).spec()


class Batch(Stage):
    """Elements stacked, `size` at a time."""

    def __init__(self, source, size, drop_remainder):
        super().__init__(source)
        self.size, self._drop = size, drop_remainder

    @property
    def cardinality(self):
        n = self.sources[0].cardinality
        return n if n < 0 else n // self.size if self._drop else -(-n // self.size)

    def open(self):
        upstream = self.sources[0].open()
        if isinstance(upstream, Plan):
            return self._of_plan(upstream)
        return self._of_chain(upstream) if isinstance(upstream, Chain) else self._of_stream(iter(upstream))

    def _of_plan(self, plan):
        for start in range(0, len(plan) - (self.size - 1 if self._drop else 0), self.size):
            yield plan.stacked(start, start + self.size)

    def _of_chain(self, chain):
        """Batches that cross the border between two plans are put together; all others are gathered at once."""
        begun = []
        for plan in chain.plans:
            start = min(self.size - len(begun), len(plan)) if begun else 0
            begun += rows(plan.stacked(0, start)) if start else []
            if len(begun) == self.size:
                yield stack(begun)
                begun = []
            whole = start + (len(plan) - start) // self.size * self.size
            for first in range(start, whole, self.size):
                yield plan.stacked(first, first + self.size)
            begun += rows(plan.stacked(whole, len(plan))) if whole < len(plan) else []
        if begun and not self._drop:
            yield stack(begun)

    def _of_stream(self, stream):
        while elements := list(itertools.islice(stream, self.size)):
            if len(elements) == self.size or not self._drop:
                yield stack(elements)

    def spec(self):
        rows = self.size if self._drop else None
        return map_leaves(self.sources[0].spec(), lambda s: TensorSpec((rows, *s.shape), s.dtype))


class PaddedBatch(Batch):
    """Elements stacked, `size` at a time, filled up to one shape.

    Args:
        shapes, fills: what was asked for, in the structure of an element, or one for all of it.
    """

    def __init__(self, source, size, shapes, fills, drop_remainder):
        super().__init__(source, size, drop_remainder)
        self._shapes, self._fills = shapes, fills

    def open(self):
        stream = iter(self.sources[0].open())
        while elements := list(itertools.islice(stream, self.size)):
            if len(elements) == self.size or not self._drop:
                yield stack_padded(elements, *self._of(spec_of(elements[0])))

    def _of(self, specs):
        """(shape, fill) lists for the leaves."""
        leaves = flatten(specs)
        single = not isinstance(specs, (tuple, dict))
        shapes = [self._shapes] if single or self._shapes is None else _spread(specs, self._shapes)
        shapes = shapes * len(leaves) if self._shapes is None else shapes
        fills = self._fills if isinstance(self._fills, (tuple, dict)) else None
        given = [self._fills] * len(leaves) if fills is None else _spread(specs, fills)
        return shapes, [
            ("" if leaf.dtype == "string" else 0) if fill is None else fill
            for fill, leaf in zip(given, leaves, strict=True)
        ]

    def spec(self):
        before = self.sources[0].spec()
        shapes = iter(self._of(before)[0])
        rows = self.size if self._drop else None

        def padded(leaf):
            shape = next(shapes)
            known = (None,) * len(leaf.shape) if shape is None else [None if n in (None, -1) else n for n in shape]
            return TensorSpec((rows, *known), leaf.dtype)

        return map_leaves(before, padded)


def _spread(specs, values):
    """The values for the leaves of `specs`, in its order."""
    if isinstance(specs, dict):
        return [v for key, part in specs.items() for v in _spread(part, values[key])]
    if isinstance(specs, tuple):
        return [v for part, value in zip(specs, values, strict=True) for v in _spread(part, value)]
    return [values]


class Unbatch(Stage):
    """The rows of every element."""

    @property
    def cardinality(self):
        n = self.sources[0].cardinality
        return n if n in (0, INFINITE_CARDINALITY) else UNKNOWN_CARDINALITY

    def open(self):
        for element in self.sources[0].open():
            count_rows(element)
            yield from rows(element)

    def spec(self):
        return map_leaves(self.sources[0].spec(), lambda s: TensorSpec(s.shape[1:], s.dtype))


class Prefetch(Stage):
    """The same elements, read up to `size` ahead by a thread."""

    def __init__(self, source, size):
        super().__init__(source)
        self._size = size

    def open(self):
        source = self.sources[0]
        # Rows of arrays are gathered faster than they are handed from thread to thread.
        return threads.ahead(source.open, self._size) if source.works else source.open()
