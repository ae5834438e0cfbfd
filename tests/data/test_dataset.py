"""Dataset: elements, order, batches, caches; gathered by number where data lies in memory, the same one by one."""

import itertools

import keraunos as keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from keraunos.data import AUTOTUNE, INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Dataset, TensorSpec

N = 23
X = np.arange(N * 6, dtype="float32").reshape(N, 2, 3)
Y = np.arange(N, dtype="int32")


def values(dataset, limit=1000):
    """Elements as nested lists."""
    return [np.asarray(e).tolist() for e in itertools.islice(dataset.as_numpy_iterator(), limit)]


def slow(dataset):
    """The same elements as a stream, which no stage can gather by number."""
    return dataset.map(lambda *e: e if len(e) > 1 else e[0])


def test_elements_are_tensors_in_the_structure_they_came_in():
    for x, named in Dataset.from_tensor_slices((X, {"y": Y})).take(1):
        assert x.shape == (2, 3) and x.dtype == "float32" and (x.numpy() == X[0]).all()
        assert named["y"].numpy() == 0 and named["y"].shape == ()


@pytest.mark.parametrize(
    "value, dtype",
    [
        ([1, 2], "int32"),
        ([1.5, 2], "float32"),
        (np.array([1, 2]), "int64"),
        (np.array([1, 2], "int16"), "int32"),
        (np.array([1, 2], ">f4"), "float32"),
        (np.array([1.0, 2.0]), "float64"),
        ([True, False], "bool"),
        (np.zeros((2, 3), "uint8")[:, ::2], "uint8"),
        (keras.ops.ones((2, 3)), "float32"),
        (["a", "b"], "string"),
    ],
)
def test_dtypes_of_slices(value, dtype):
    dataset = Dataset.from_tensor_slices(value)
    assert dataset.element_spec.dtype == dtype and len(dataset) == 2
    first = next(iter(dataset))
    assert (first == "a") if dtype == "string" else (first.dtype == dtype and first.numpy().dtype.isnative)


def test_pandas_columns():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame({"a": [1.0, 2.0], "b": ["u", "v"]})
    found = list(Dataset.from_tensor_slices((dict(frame), frame["a"])).as_numpy_iterator())
    assert [(e["a"], str(e["b"]), y) for e, y in found] == [(1.0, "u", 1.0), (2.0, "v", 2.0)]


@pytest.mark.parametrize("bad", [3.0, (X, Y[:-1]), (), {"a": np.float32(1)}])
def test_slices_need_rows(bad):
    with pytest.raises(ValueError, match=r"\[data\]"):
        Dataset.from_tensor_slices(bad)


def test_ragged_lists_are_refused():
    with pytest.raises(ValueError, match=r"\[data\].*different lengths"):
        Dataset.from_tensor_slices([[1, 2], [3]])


def test_sources():
    assert values(Dataset.from_tensors([1, 2])) == [[1, 2]]
    assert values(Dataset.range(2, 11, 3)) == [2, 5, 8] and values(Dataset.range(5, 0, -2)) == [5, 3, 1]
    assert Dataset.range(3).element_spec == TensorSpec((), "int64")
    pairs = Dataset.zip((Dataset.range(3), Dataset.range(5, 10)))
    assert values(pairs) == values(Dataset.zip(Dataset.range(3), Dataset.range(5, 10))) == [[0, 5], [1, 6], [2, 7]]
    assert values(Dataset.range(2).concatenate(Dataset.range(9, 11))) == [0, 1, 9, 10]
    assert values(Dataset.range(4, 6).enumerate(start=7)) == [[7, 4], [8, 5]]


def test_generators_are_called_for_every_iteration():
    calls = []

    def generator(n):
        calls.append(n)
        yield from ((i, [i, i]) for i in range(n))

    plain = Dataset.from_generator(generator, args=(3,))
    assert [e[0].tolist() for e in plain.as_numpy_iterator()] == [0, 1, 2] and len(list(plain)) == 3
    assert calls == [3, 3] and int(plain.cardinality()) == UNKNOWN_CARDINALITY
    typed = Dataset.from_generator(generator, ("float32", "uint8"), ((), (2,)), args=(1,))
    number, pair = next(iter(typed))
    assert (number.dtype, pair.dtype) == ("float32", "uint8")
    assert typed.element_spec == (TensorSpec((), "float32"), TensorSpec((2,), "uint8"))
    wrong = Dataset.from_generator(lambda: [np.ones(3)], output_signature=TensorSpec((None, 2)))
    with pytest.raises(ValueError, match=r"element 0 has shape \(3,\), expected \(None, 2\)"):
        list(wrong)
    with pytest.raises(TypeError, match="function that returns an iterable"):
        Dataset.from_generator(iter([1]))


def test_batches_and_their_last():
    dataset = Dataset.from_tensor_slices((X, Y)).batch(10)
    batches = list(dataset.as_numpy_iterator())
    assert [len(y) for _, y in batches] == [10, 10, 3] and len(dataset) == 3
    assert (np.concatenate([x for x, _ in batches]) == X).all()
    assert dataset.element_spec[0] == TensorSpec((None, 2, 3), "float32")
    whole = Dataset.from_tensor_slices(X).batch(10, drop_remainder=True)
    assert len(whole) == len(list(whole)) == 2 and whole.element_spec.shape == (10, 2, 3)
    assert len(list(slow(Dataset.from_tensor_slices(X)).batch(10, True))) == 2


def test_elements_of_different_shapes_cannot_be_stacked():
    ragged = Dataset.range(1, 4).map(lambda n: np.zeros(int(n)))
    assert [e.shape for e in ragged] == [(1,), (2,), (3,)]
    with pytest.raises(ValueError, match=r"place 1 of the batch, float64 \(2,\)"):
        list(ragged.batch(3))
    assert len(list(ragged.batch(1))) == 3


def test_unbatch_and_rebatch():
    dataset = Dataset.from_tensor_slices((X, Y)).batch(4)
    assert values(dataset.unbatch().map(lambda x, y: y)) == Y.tolist()
    assert [len(y) for _, y in dataset.rebatch(9)] == [9, 9, 5]
    assert dataset.unbatch().element_spec == Dataset.from_tensor_slices((X, Y)).element_spec


def test_take_skip_shard_repeat():
    ten = Dataset.range(10)
    for dataset in (ten, slow(ten)):
        assert values(dataset.take(3)) == [0, 1, 2] and values(dataset.skip(8)) == [8, 9]
        assert values(dataset.take(0)) == values(dataset.skip(20)) == [] and len(values(dataset.take(99))) == 10
        assert values(dataset.shard(3, 1)) == [1, 4, 7] and values(dataset.skip(1).shard(4, 2)) == [3, 7]
        assert values(dataset.repeat(3)) == list(range(10)) * 3 and values(dataset.repeat(0)) == []
        assert values(dataset.repeat(), 25) == (list(range(10)) * 3)[:25]
        assert values(dataset.skip(-1)) == [] and values(dataset.take(-1)) == list(range(10))
    with pytest.raises(ValueError, match="index"):
        ten.shard(3, 3)


def test_batches_run_across_repetitions():
    wanted = [[0, 1, 2, 3], [4, 0, 1, 2], [3, 4, 0, 1], [2, 3, 4]]
    for five in (Dataset.range(5), slow(Dataset.range(5))):
        assert values(five.repeat(3).batch(4)) == wanted
        assert values(five.repeat(3).batch(4, drop_remainder=True)) == wanted[:3]
        assert values(five.repeat(2).batch(12)) == [[0, 1, 2, 3, 4] * 2]
        assert values(five.repeat().batch(4), 3) == wanted[:3]


def test_nothing_for_ever_ends():
    assert values(Dataset.range(0).repeat()) == values(slow(Dataset.range(3)).filter(lambda n: False).repeat()) == []


@pytest.mark.parametrize("end", ["batch", "shuffle", "map", "cache", "prefetch", "repeat", "unbatch", "filter"])
def test_no_elements(end):
    empty = Dataset.from_tensor_slices(np.zeros((0, 3), "float32"))
    made = {
        "batch": lambda: empty.batch(4),
        "shuffle": lambda: empty.shuffle(4),
        "map": lambda: empty.map(lambda x: x, num_parallel_calls=2),
        "cache": lambda: empty.map(lambda x: x).cache(),
        "prefetch": lambda: empty.map(lambda x: x).prefetch(2),
        "repeat": lambda: empty.repeat(3),
        "unbatch": lambda: empty.batch(2).unbatch(),
        "filter": lambda: empty.filter(lambda x: True),
    }[end]()
    assert list(made) == list(made) == []


def test_lengths():
    ten = Dataset.range(10)
    assert [len(d) for d in (ten.take(4), ten.skip(4), ten.repeat(3), ten.batch(4), ten.batch(4, True))] == [
        4,
        6,
        30,
        3,
        2,
    ]
    assert len(ten.shuffle(3).cache().prefetch(2).map(lambda n: n).enumerate()) == 10
    assert len(Dataset.zip(ten, ten.repeat())) == 10 and len(ten.concatenate(ten)) == 20
    assert ten.repeat().cardinality().numpy() == INFINITE_CARDINALITY and len(ten.repeat().take(7)) == 7
    assert int(ten.filter(lambda n: n > 5).cardinality()) == UNKNOWN_CARDINALITY
    for unknown, word in ((ten.repeat(), "infinite"), (ten.filter(lambda n: True), "not known")):
        with pytest.raises(TypeError, match=word):
            len(unknown)
        assert unknown


def test_map_and_filter_get_tensors_and_take_anything():
    dataset = Dataset.from_tensor_slices((X, Y)).map(lambda x, y: {"s": keras.ops.sum(x), "two": (y * 2, 1.5)})
    found = list(dataset.as_numpy_iterator())
    assert [e["s"] for e in found] == X.sum((1, 2)).tolist() and found[3]["two"][0] == 6
    assert dataset.element_spec == {"s": TensorSpec(()), "two": (TensorSpec((), "int32"), TensorSpec(()))}
    assert values(Dataset.range(10).filter(lambda n: n % 3 == 0)) == [0, 3, 6, 9]
    assert values(Dataset.from_tensor_slices({"a": Y}).map(lambda e: e["a"]))[:3] == [0, 1, 2]
    assert values(Dataset.from_tensor_slices(["a", "bc"]).map(len)) == [1, 2]
    scaled = Dataset.from_tensor_slices((X, Y)).batch(8).map(lambda x, y: (x / 255.0, y))
    assert scaled.element_spec == (TensorSpec((None, 2, 3)), TensorSpec((None,), "int32"))


def test_layers_can_be_mapped():
    rescaling = keras.layers.Rescaling(0.5)
    dataset = Dataset.from_tensor_slices(X).batch(5).map(rescaling, num_parallel_calls=AUTOTUNE)
    assert (np.concatenate(list(dataset.as_numpy_iterator())) == X * 0.5).all()


def test_interleave():
    three = Dataset.range(3)
    repeated = lambda n: Dataset.from_tensors(n).repeat(int(n) + 2)  # noqa: E731
    assert values(three.interleave(repeated, cycle_length=2)) == [0, 1, 0, 1, 2, 1, 2, 2, 2]
    assert values(three.flat_map(repeated)) == [0, 0, 1, 1, 1, 2, 2, 2, 2]
    with pytest.raises(TypeError, match="returns a Dataset"):
        list(three.flat_map(lambda n: n))


def test_a_shuffled_order_is_a_permutation_that_seeds_decide():
    def order(seed, buffer, made=lambda d: d):
        dataset = made(Dataset.range(100)).shuffle(buffer, seed=seed)
        return [values(dataset), values(dataset)]

    first, second = order(1, 100)
    assert sorted(first) == sorted(second) == list(range(100)) and first != second
    assert order(1, 100) == [first, second] != order(2, 100)
    # By number or one by one: the same draws.
    for buffer in (1, 7, 99, 100, 1000):
        assert order(1, buffer) == order(1, buffer, slow)
    assert order(1, 1)[0] == list(range(100))
    fixed = Dataset.range(50).shuffle(50, seed=3, reshuffle_each_iteration=False)
    assert values(fixed) == values(fixed) != list(range(50))


def test_the_global_seed_decides_where_none_is_given():
    def order():
        keras.utils.set_random_seed(5)
        return values(Dataset.range(30).shuffle(30))

    assert order() == order()


def test_buffers_hold_elements_back():
    """With a buffer of b, element i can come at place i - b + 1 at the earliest."""
    found = values(Dataset.range(500).shuffle(20, seed=1))
    assert all(place >= element - 19 for place, element in enumerate(found)) and sorted(found) == list(range(500))


def test_every_order_has_the_same_chance():
    """24 orders of four, 4800 draws: chi squared with 23 degrees of freedom lies below 49.7 in 99.9 % of all cases."""
    dataset = Dataset.range(4).shuffle(4, seed=11)
    counts = {}
    for _ in range(4800):
        found = tuple(values(dataset))
        counts[found] = counts.get(found, 0) + 1
    assert len(counts) == 24 and sum((n - 200) ** 2 / 200 for n in counts.values()) < 49.7


def test_datasets_can_be_split():
    left, right = keras.utils.split_dataset(Dataset.range(10), left_size=0.7)
    assert (values(left), values(right)) == (list(range(7)), [7, 8, 9])
    for ten in (Dataset.range(10), slow(Dataset.range(10))):
        left, right = keras.utils.split_dataset(ten, 6, 3, shuffle=True, seed=1)
        assert (
            values(left) == values(left) and len(set(values(left)) | set(values(right))) == len(left) + len(right) == 9
        )
        assert values(left) != sorted(values(left))
    with pytest.raises(ValueError, match="do not fit"):
        keras.utils.split_dataset(Dataset.range(10), 8, 3)


def test_caches_run_what_is_before_them_once():
    calls = []
    dataset = Dataset.range(10).map(lambda n: calls.append(int(n)) or n * 2).cache()
    assert values(dataset.take(3)) == [0, 2, 4] and len(calls) < 10, "an iteration that stopped early is not kept"
    for _ in range(3):
        assert values(dataset) == list(range(0, 20, 2))
    assert len(calls) == 13
    shuffled = dataset.shuffle(10, seed=1).batch(4)
    assert sorted(sum(values(shuffled), [])) == list(range(0, 20, 2)) and len(calls) == 13


def test_a_cache_is_full_with_its_last_element():
    """Who knows the number of elements does not ask for one more."""
    calls = []
    dataset = Dataset.range(10).map(lambda n: calls.append(int(n)) or n).cache()
    stream = iter(dataset)
    for _ in range(10):
        next(stream)
    assert values(dataset) == list(range(10)) and len(calls) == 10


@pytest.mark.parametrize(
    "elements",
    [
        [np.float32([0, 255, 7]), np.float32([1, 2, 3])],
        [np.float32([0, 256, 7]), np.float32([0.5, 2, 3])],
        [np.float32([-0.0, 1]), np.float32([2, 3])],
        [np.float32([np.nan, 1]), np.float32([np.inf, 3])],
        [np.float32([1, 2]), np.float32([3.5, 4])],
        [np.float64([1, 2]), np.float64([3])],
        [np.uint8([1]), np.uint8([2])],
        [np.float32([]), np.float32([])],
        [np.array("word", object), np.array("other", object)],
    ],
    ids=["pixels", "too large", "minus zero", "nan", "some pixels", "shapes", "bytes", "empty", "text"],
)
def test_caches_keep_every_bit(elements):
    dataset = Dataset.from_generator(lambda: elements).cache()
    for _ in range(2):
        for found, wanted in zip(dataset.as_numpy_iterator(), elements, strict=True):
            found = np.asarray(found, wanted.dtype) if wanted.dtype == object else found
            assert found.dtype == wanted.dtype and found.tobytes() == wanted.tobytes() or found == wanted


def test_a_cache_does_not_see_later_changes_of_what_was_read():
    buffer = np.zeros(3, "float32")

    def generator():
        for i in range(3):
            buffer[:] = i + 0.5
            yield buffer

    dataset = Dataset.from_generator(generator).cache()
    list(dataset)
    assert values(dataset) == [[i + 0.5] * 3 for i in range(3)]


STEPS = {
    "shuffle": lambda d, k: d.shuffle(k, seed=k),
    "take": lambda d, k: d.take(k),
    "skip": lambda d, k: d.skip(k % 5),
    "repeat": lambda d, k: d.repeat(k % 3),
    "shard": lambda d, k: d.shard(2, k % 2),
    "cache": lambda d, k: d.cache(),
    "zip": lambda d, k: Dataset.zip(d, d).map(lambda a, b: a),
    "enumerate": lambda d, k: d.enumerate().map(lambda i, e: e),
    "concatenate": lambda d, k: d.concatenate(d.take(k)),
    "rebatch": lambda d, k: d.batch(k).unbatch(),
    "prefetch": lambda d, k: d.prefetch(k),
}


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 12), st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(1, 9)), max_size=5))
def test_gathering_by_number_gives_what_reading_one_by_one_gives(rows, steps):
    # Read one by one, a cache that `take` reads in part is dropped and filled anew, in another order of the shuffle;
    # by number it is filled at once.
    names = [step for step, _ in steps]
    in_part = "cache" in names and "take" in names[names.index("cache") :]
    assume(not (in_part and "shuffle" in names[: names.index("cache")]))
    fast, stream = Dataset.range(rows), slow(Dataset.range(rows))
    for step, k in steps:
        fast, stream = STEPS[step](fast, k), STEPS[step](stream, k)
    for _ in range(2):
        assert values(fast) == values(stream)
        assert values(fast.batch(4)) == values(stream.batch(4))
    if int(fast.cardinality()) >= 0:
        assert len(fast) == len(values(fast))


@pytest.mark.parametrize(
    "call",
    [
        lambda d: d.batch(0),
        lambda d: d.batch(True),
        lambda d: d.shuffle(0),
        lambda d: d.prefetch(0),
        lambda d: d.map(abs, num_parallel_calls=0),
        lambda d: d.cache("file"),
    ],
)
def test_arguments_out_of_range(call):
    with pytest.raises(ValueError, match=r"\[data\]"):
        call(Dataset.range(3))


def test_zip_and_concatenate_take_datasets_only():
    with pytest.raises(TypeError, match="expects Datasets"):
        Dataset.zip(Dataset.range(3), [1, 2])
    with pytest.raises(TypeError, match="expects Datasets"):
        Dataset.range(3).concatenate([1])
