"""Stages that choose and arrange elements without looking at them."""

import itertools

import numpy as np

from keraunos._structure import flatten, map_leaves, pack
from keraunos.data.elements import TensorSpec
from keraunos.data.sources import Numbers
from keraunos.data.stages import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Chain, Plan, Stage

DRAWN_AT_ONCE = 4096


class Shuffle(Stage):
    """Elements in random order, drawn from a buffer; the order follows from the seed and the number of the iteration,
    in training from the seed and the epoch, so that a resumed training finds the same one."""

    def __init__(self, source, buffer_size, seed, reshuffle):
        super().__init__(source)
        self._buffer, self._seed, self._reshuffle = buffer_size, seed, reshuffle
        self._iteration = self._base = 0

    def mark(self):
        super().mark()
        self._base = self._iteration

    def begin(self, epoch):
        super().begin(epoch)
        # An epoch may open this stage many times, for example below a repeat().
        self._iteration = self._base + self._reshuffle * (epoch << 32)

    def open(self):
        generator = np.random.Generator(np.random.Philox(key=[self._seed, self._iteration]))
        self._iteration += self._reshuffle
        upstream = self.sources[0].open()
        if not isinstance(upstream, Plan):
            return _mixed(iter(upstream), self._buffer, generator)
        # The same draws as for a stream.
        n = len(upstream)
        if n <= self._buffer:
            return upstream.permuted(generator.permutation(n))
        return upstream.permuted(np.fromiter(_mixed(iter(range(n)), self._buffer, generator), np.int64, n))


def _mixed(stream, buffer, generator):
    held = list(itertools.islice(stream, buffer))
    for element, place in zip(stream, _places(generator, len(held)), strict=False):
        yield held[place]
        held[place] = element
    for i in generator.permutation(len(held)):
        yield held[i]


def _places(generator, size):
    while True:
        yield from generator.integers(max(size, 1), size=DRAWN_AT_ONCE)


class Part(Stage):
    """Elements [start:stop:step]."""

    def __init__(self, source, start, stop=None, step=1):
        super().__init__(source)
        self._bounds = start, stop, step

    @property
    def cardinality(self):
        n, (start, stop, step) = self.sources[0].cardinality, self._bounds
        if n == INFINITE_CARDINALITY:
            return n if stop is None else len(range(start, stop, step))
        return len(range(n)[start:stop:step]) if n >= 0 else n

    def open(self):
        upstream = self.sources[0].open()
        if isinstance(upstream, Plan):
            return upstream.part(*self._bounds)
        return _islice(upstream, self._bounds)


def _islice(stream, bounds):
    yield from itertools.islice(stream, *bounds)


class Repeat(Stage):
    """`count` iterations one after another; None: for ever."""

    def __init__(self, source, count):
        super().__init__(source)
        self._count = count

    @property
    def cardinality(self):
        n = self.sources[0].cardinality
        if n == 0 or self._count == 0:
            return 0
        if self._count is None or n < 0:
            return INFINITE_CARDINALITY if self._count is None else n
        return n * self._count

    def open(self):
        first = self.sources[0].open() if self._count != 0 else ()
        again = _iterations(first, self.sources[0], self._count)
        return Chain(again) if isinstance(first, Plan) else _joined(again)


def _iterations(first, source, count):
    """Iterations of `source`; for ever ends when one of them is empty."""
    done, upstream = 0, first
    while count is None or done < count:
        if isinstance(upstream, Plan):
            if not len(upstream):
                return
            yield upstream
        else:
            counted = _Counted(upstream)
            yield counted
            if not counted.seen:
                return
        done += 1
        if done != count:
            upstream = source.open()


class _Counted:
    """A stream that remembers whether it gave anything."""

    def __init__(self, stream):
        self._stream, self.seen = stream, False

    def __iter__(self):
        for element in self._stream:
            self.seen = True
            yield element


def _joined(streams):
    for stream in streams:
        yield from stream


class Concatenate(Stage):
    """The elements of one source, then those of another."""

    @property
    def cardinality(self):
        counts = [source.cardinality for source in self.sources]
        return INFINITE_CARDINALITY if INFINITE_CARDINALITY in counts else _unless_unknown(sum, counts)

    def open(self):
        return _joined(source.open() for source in self.sources)


class Zip(Stage):
    """Elements of several sources side by side, until the shortest ends; `structure` of stages."""

    def __init__(self, structure):
        super().__init__(*flatten(structure))
        self._structure = structure

    @property
    def cardinality(self):
        counts = [source.cardinality for source in self.sources]
        finite = [n for n in counts if n != INFINITE_CARDINALITY]
        return _unless_unknown(min, finite) if finite else INFINITE_CARDINALITY

    def open(self):
        upstreams = [source.open() for source in self.sources]
        if not all(isinstance(u, Plan) for u in upstreams):
            return (pack(self._structure, iter(parts)) for parts in zip(*upstreams, strict=False))
        rows = min(map(len, upstreams))
        return Plan(
            lambda order: pack(self._structure, iter([u.gather(u.order[_index(order)]) for u in upstreams])),
            range(rows),
        )

    def spec(self):
        return map_leaves(self._structure, lambda stage: stage.spec())


def _index(order):
    return slice(order.start, order.stop, order.step) if isinstance(order, range) else order


class Enumerate(Stage):
    """(number, element)."""

    def __init__(self, source, start):
        super().__init__(source)
        self._start = start

    def open(self):
        upstream = self.sources[0].open()
        if isinstance(upstream, Plan):
            numbers = Numbers(range(self._start, self._start + len(upstream))).open()
            return Plan(
                lambda order: (numbers.gather(order), upstream.gather(upstream.order[_index(order)])),
                range(len(upstream)),
            )
        return ((np.array(number, np.int64), e) for number, e in enumerate(upstream, self._start))

    def spec(self):
        return (TensorSpec((), "int64"), self.sources[0].spec())


def _unless_unknown(combine, counts):
    return UNKNOWN_CARDINALITY if UNKNOWN_CARDINALITY in counts else combine(counts)
