"""Dataset: an input pipeline in the manner of `tf.data.Dataset`."""

import numpy as np

from keraunos._structure import map_leaves
from keraunos.data import order, sources, threads, work
from keraunos.data.cache import Cache
from keraunos.data.elements import TensorSpec, to_tensors
from keraunos.data.stages import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
from keraunos.graph.tensor import Tensor
from keraunos.random.seed_generator import fresh_seed

READ_AHEAD = 4  # batches, for AUTOTUNE


class Dataset:
    """A sequence of elements, and how to make them: arrays, or tuples and dicts of arrays.

    A Dataset is made by `from_tensor_slices`, `from_tensors`, `from_generator`, `range` or `zip`; methods return new
    ones. Nothing is computed before somebody iterates; every iteration starts anew. Elements are tensors
    (`as_numpy_iterator`: NumPy arrays), text is `str`. Functions given to `map` and `filter` get tensors too and run
    as ordinary Python.

    The order of elements follows from the seeds alone, whatever the number of threads. Threads end with their
    iteration. Rows of arrays in memory are gathered a batch at a time, also after `shuffle`, `take`, `skip`, `repeat`,
    `zip` and `cache`.

    Source: https://www.tensorflow.org/api_docs/python/tf/data/Dataset

    Example:

    >>> import keraunos as keras, numpy as np
    >>> x, y = np.arange(6).reshape(3, 2), np.array([0, 1, 0])
    >>> ds = keras.data.Dataset.from_tensor_slices((x, y)).map(lambda x, y: (x * 10, y)).batch(2)
    >>> for batch, labels in ds:
    ...     print(batch.numpy().tolist(), labels.numpy())
    [[0, 10], [20, 30]] [0 1]
    [[40, 50]] [0]
    >>> len(ds)
    2
    """

    def __init__(self, stage):
        self.stage = stage

    # --- sources ---

    @staticmethod
    def from_tensor_slices(tensors):
        """The rows of arrays.

        Args:
            tensors: array `(N, ...)`, or tuple or dict of arrays with N rows each; a list is one array.

        Raises:
            ValueError: for different numbers of rows, and for scalars.
        """
        return Dataset(sources.Slices(tensors))

    @staticmethod
    def from_tensors(tensors):
        """One element, as it is."""
        return Dataset(sources.Single(tensors))

    @staticmethod
    def from_generator(generator, output_types=None, output_shapes=None, output_signature=None, args=None):
        """What `generator()` yields.

        Args:
            generator: function that returns an iterable; it is called for every iteration.
            output_types, output_shapes: dtypes and shapes of an element, in its structure.
            output_signature: the same as TensorSpecs; None where an extent is free. Without any of them elements keep
                the dtypes they come in.
            args: arguments of `generator`.
        """
        if not callable(generator):
            raise TypeError(
                f"[data] from_generator needs a function that returns an iterable, got {type(generator).__name__}; "
                "pass the function itself: every iteration calls it anew"
            )
        if output_signature is None and output_types is not None:
            dtypes = map_leaves(output_types, _dtype_name)
            output_signature = _signature(dtypes, output_shapes)
        bound = (lambda: generator(*args)) if args else generator
        return Dataset(sources.Generated(bound, output_signature))

    @staticmethod
    def range(*args):
        """The numbers of Python's `range(*args)`, int64."""
        numbers = range(*args)
        return Dataset(sources.Numbers(numbers))

    @staticmethod
    def zip(*datasets):
        """Elements of several Datasets side by side, until the shortest ends.

        Args:
            datasets: Datasets, or one tuple or dict of Datasets.
        """
        structure = datasets[0] if len(datasets) == 1 else datasets
        return Dataset(order.Zip(map_leaves(structure, lambda d: _dataset(d, "zip").stage)))

    # --- functions of elements ---

    def map(self, map_func, num_parallel_calls=None, deterministic=None, name=None):
        """A function of every element.

        Args:
            map_func: gets the element; a tuple is spread over the arguments. What it returns is the new element:
                tensors, arrays, numbers, or tuples and dicts of them. With several calls at once it must be safe to
                call from threads.
            num_parallel_calls: threads; AUTOTUNE: one per processor when calls take long enough (about 250 us) for
                that to pay; None: the thread that reads. Layers that draw random numbers draw them in the order of the
                calls: with several threads another one every time.
            deterministic: accepted for compatibility; the order is always that of the source.

        Errors of the function reach whoever reads, with a note that names the function.
        """
        _check_count("num_parallel_calls", num_parallel_calls, 1, (None, AUTOTUNE))
        return Dataset(work.Map(self.stage, map_func, num_parallel_calls))

    def filter(self, predicate, name=None):
        """The elements for which `predicate` is true."""
        return Dataset(work.Filter(self.stage, predicate))

    def interleave(self, map_func, cycle_length=None, block_length=1, num_parallel_calls=None, deterministic=None):
        """Datasets that `map_func` makes of elements, read in turns.

        Args:
            map_func: function of an element that returns a Dataset.
            cycle_length: how many are open at once; default: one per processor.
            block_length: elements taken from one before it is the next one's turn.
            num_parallel_calls, deterministic: accepted for compatibility; one thread reads, in order.
        """
        cycle = threads.processors() if cycle_length in (None, AUTOTUNE) else cycle_length
        return Dataset(work.Interleave(self.stage, map_func, cycle, block_length))

    def flat_map(self, map_func):
        """Datasets that `map_func` makes of elements, one after another."""
        return Dataset(work.Interleave(self.stage, map_func, 1, 1))

    def apply(self, transformation_func):
        """`transformation_func(self)`."""
        return _dataset(transformation_func(self), "apply")

    # --- batches ---

    def batch(self, batch_size, drop_remainder=False, num_parallel_calls=None, deterministic=None, name=None):
        """Elements stacked along a new first axis.

        Args:
            batch_size: elements per batch; the last batch may be smaller.
            drop_remainder: whether to leave a smaller last batch out.

        Raises:
            ValueError: while reading, when elements of a batch differ in shape.
        """
        _check_count("batch_size", batch_size, 1)
        return Dataset(work.Batch(self.stage, int(batch_size), bool(drop_remainder)))

    def padded_batch(self, batch_size, padded_shapes=None, padding_values=None, drop_remainder=False, name=None):
        """`batch` of elements that differ in shape: smaller arrays are filled up at the end of their axes.

        Args:
            batch_size: elements per batch.
            padded_shapes: shape of an array after filling up, in the structure of an element; None or -1 in it: that
                of the largest of the batch; default: all of them.
            padding_values: what arrays are filled up with: one value, or one for every array in the structure of an
                element; default: 0, and "" for text.
            drop_remainder: whether to leave a smaller last batch out.

        Raises:
            ValueError: while reading, when ranks differ or an array does not fit `padded_shapes`.
        """
        _check_count("batch_size", batch_size, 1)
        shapes, fills = padded_shapes, padding_values
        return Dataset(work.PaddedBatch(self.stage, int(batch_size), shapes, fills, bool(drop_remainder)))

    def unbatch(self):
        """The rows of every element."""
        return Dataset(work.Unbatch(self.stage))

    def rebatch(self, batch_size, drop_remainder=False):
        """The same rows in batches of another size."""
        return self.unbatch().batch(batch_size, drop_remainder)

    # --- order ---

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=None, name=None):
        """Elements in random order.

        Args:
            buffer_size: from how many elements the next one is drawn; at least the number of all elements gives every
                order the same chance.
            seed: of the draws; default: from `utils.set_random_seed` once that was called.
            reshuffle_each_iteration: whether every iteration has an order of its own, default True.
        """
        _check_count("buffer_size", buffer_size, 1)
        seed = fresh_seed() if seed is None else int(seed) % 2**64
        return Dataset(order.Shuffle(self.stage, int(buffer_size), seed, reshuffle_each_iteration in (None, True)))

    def take(self, count, name=None):
        """The first `count` elements; all of them for -1."""
        return Dataset(order.Part(self.stage, 0, None if count == -1 else int(count)))

    def skip(self, count, name=None):
        """All but the first `count` elements; none for -1."""
        return self.take(0) if count == -1 else Dataset(order.Part(self.stage, int(count)))

    def shard(self, num_shards, index):
        """Every `num_shards`-th element, beginning with number `index`."""
        if not 0 <= index < num_shards:
            raise ValueError(f"[data] shard: index must lie in 0..{num_shards - 1}, got {index}")
        return Dataset(order.Part(self.stage, index, None, num_shards))

    def repeat(self, count=None, name=None):
        """`count` iterations one after another; for ever for None and -1."""
        return Dataset(order.Repeat(self.stage, None if count in (None, -1) else int(count)))

    def concatenate(self, dataset):
        """These elements, then those of `dataset`."""
        return Dataset(order.Concatenate(self.stage, _dataset(dataset, "concatenate").stage))

    def enumerate(self, start=0):
        """(number, element), counted from `start`."""
        return Dataset(order.Enumerate(self.stage, int(start)))

    # --- speed ---

    def cache(self, filename="", name=None):
        """Elements are kept in memory by the first iteration that reaches the end, and not made again.

        Whole numbers from 0 to 255 take one byte each, whatever their dtype is for readers.

        Args:
            filename: must be empty.
        """
        if filename:
            raise ValueError("[data] cache keeps elements in memory only; call cache() without a file name")
        return Dataset(Cache(self.stage))

    def prefetch(self, buffer_size, name=None):
        """The same elements, made ahead by a thread while others are used.

        Args:
            buffer_size: how many at most; AUTOTUNE: a few.
        """
        _check_count("buffer_size", buffer_size, 1, (AUTOTUNE,))
        return Dataset(work.Prefetch(self.stage, READ_AHEAD if buffer_size == AUTOTUNE else int(buffer_size)))

    # --- reading ---

    def __iter__(self):
        return work.map_stream(to_tensors, self.stage.open())

    def as_numpy_iterator(self):
        """An iterator over elements as NumPy arrays and NumPy numbers."""
        return work.map_stream(lambda e: map_leaves(e, lambda a: a if a.ndim else a[()]), self.stage.open())

    def read_ahead(self):
        """An iterator over elements as NumPy arrays for a reader that is busy between two of them: when code has to
        run for an element, a thread runs it in the meantime. The training loop reads this way."""
        last = self.stage if isinstance(self.stage, work.Prefetch) else work.Prefetch(self.stage, READ_AHEAD)
        return iter(last.open())

    def cardinality(self):
        """The number of elements as an int64 tensor; INFINITE_CARDINALITY (-1) or UNKNOWN_CARDINALITY (-2)."""
        return Tensor((), "int64", np.array(self.stage.cardinality, np.int64))

    def __len__(self):
        n = self.stage.cardinality
        if n < 0:
            kind = "infinite" if n == INFINITE_CARDINALITY else "not known before it has been read"
            raise TypeError(f"[data] the length of this Dataset is {kind}")
        return n

    def __bool__(self):
        return True

    @property
    def element_spec(self):
        """TensorSpecs of an element, in its structure. Where functions are involved the first element is computed."""
        return self.stage.spec()

    def reduce(self, initial_state, reduce_func):
        """`state = reduce_func(state, element)` over all elements."""
        state = initial_state
        for element in self:
            state = reduce_func(state, element)
        return state

    def __repr__(self):
        n = self.stage.cardinality
        length = {INFINITE_CARDINALITY: "infinite", UNKNOWN_CARDINALITY: "unknown"}.get(n, n)
        return f"<Dataset of {length} elements, last step {type(self.stage).__name__.lower()}>"


def _dataset(value, method):
    if not isinstance(value, Dataset):
        raise TypeError(f"[data] {method} expects Datasets, got {type(value).__name__}")
    return value


def _check_count(name, value, least, others=()):
    if value in others and not isinstance(value, bool):
        return
    if isinstance(value, bool) or not hasattr(value, "__index__") or int(value) < least:
        raise ValueError(f"[data] {name} must be an integer of at least {least}, got {value!r}")


def _dtype_name(dtype):
    name = "string" if dtype is str else getattr(dtype, "name", dtype)
    return name if name == "string" else np.dtype(name).name


def _signature(dtypes, shapes):
    if isinstance(dtypes, tuple):
        shapes = (None,) * len(dtypes) if shapes is None else shapes
        return tuple(_signature(d, s) for d, s in zip(dtypes, shapes, strict=True))
    if isinstance(dtypes, dict):
        return {key: _signature(d, None if shapes is None else shapes[key]) for key, d in dtypes.items()}
    return TensorSpec(None if shapes is None else tuple(shapes), dtypes)
