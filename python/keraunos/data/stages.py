"""What every stage of a pipeline is, and where data that stays in memory lies: plans."""

from keraunos._structure import flatten, pack
from keraunos.data.elements import rows

INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2
AUTOTUNE = -1

BLOCK = 256  # rows that are gathered at once when elements are read one by one


class Stage:
    """One step of a pipeline. Stages describe; whatever runs belongs to one iteration and ends with it.

    Attributes:
        sources: the stages that this one reads.
        cardinality: number of elements, or INFINITE_CARDINALITY or UNKNOWN_CARDINALITY.
        runs_code: whether this stage calls functions of the user's or decodes files.
    """

    runs_code = False

    def __init__(self, *sources):
        self.sources = sources

    @property
    def works(self):
        """Whether code runs here or further up, so that it pays to read ahead in another thread."""
        return self.runs_code or any(source.works for source in self.sources)

    @property
    def cardinality(self):
        return self.sources[0].cardinality

    def open(self):
        """One iteration: a `Plan` or a `Chain` when the elements are rows of arrays, else a generator of elements."""
        raise NotImplementedError

    def mark(self):
        """Training begins: its epochs are counted from here."""
        for source in self.sources:
            source.mark()

    def begin(self, epoch):
        """The next iteration is that of an epoch: its order follows from the epoch, whatever came before."""
        for source in self.sources:
            source.begin(epoch)

    def spec(self):
        """TensorSpecs of an element."""
        return self.sources[0].spec()


class Plan:
    """An iteration over rows of arrays: which rows, in which order.

    Args:
        gather: function of row numbers (a `range` with a positive step, or an int64 array) that gives these rows
            stacked.
        order: the row numbers, as a `range` or an int64 array.
    """

    def __init__(self, gather, order):
        self.gather, self.order = gather, order

    def __len__(self):
        return len(self.order)

    def stacked(self, start, stop):
        """Elements [start, stop) of the iteration, stacked."""
        return self.gather(self.order[start:stop])

    def part(self, start, stop=None, step=1):
        """The elements [start:stop:step] as an iteration of their own."""
        return Plan(self.gather, self.order[start:stop:step])

    def permuted(self, order):
        """The elements in another order, an int64 array of places."""
        old = self.order
        return Plan(self.gather, old.start + old.step * order if isinstance(old, range) else old[order])

    def __iter__(self):
        for start in range(0, len(self), BLOCK):
            yield from rows(self.stacked(start, start + BLOCK))


class Chain:
    """Plans one after another; `plans` is an iterator, which may never end."""

    def __init__(self, plans):
        self.plans = plans

    def __iter__(self):
        for plan in self.plans:
            yield from plan


def take_rows(array, order):
    """Rows of an array: a view for a `range`, a copy for an array of numbers."""
    return array[order.start : order.stop : order.step] if isinstance(order, range) else array[order]


def gather_from(structure):
    """The `gather` of a structure of arrays."""
    leaves = flatten(structure)
    return lambda order: pack(structure, iter([take_rows(a, order) for a in leaves]))


def first_of(stage):
    """The first element of a fresh iteration, None when there is none."""
    stream = iter(stage.open())
    try:
        return next(stream, None)
    finally:
        stream.close()
