"""What x and y may be: arrays of every dtype and layout, lists, pandas, tensors, generators, PyDataset."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers

RNG = np.random.default_rng(23)
WHOLE = RNG.integers(0, 200, (24, 4))
Y = RNG.normal(size=(24, 1)).astype("float32")


def model(x_shape=(4,)):
    made = keras.Sequential([keras.Input(x_shape), layers.Flatten(), layers.Dense(1, kernel_initializer="ones")])
    made.compile(keras.optimizers.SGD(1e-6), "mse")
    return made


def results(x, y, **arguments):
    m = model()
    history = m.fit(x, y, batch_size=10, shuffle=False, verbose=0, **arguments).history
    return history["loss"], m.get_weights()[0].tobytes(), m.predict(x, batch_size=7, verbose=0).tobytes()


WANTED = results(WHOLE.astype("float32"), Y)


@pytest.mark.parametrize(
    "dtype",
    [
        "uint8",
        "int8",
        "uint16",
        "int16",
        "int32",
        "uint32",
        "int64",
        "uint64",
        "float16",
        "float64",
        "longdouble",
        ">f4",
        ">i4",
    ],
)
def test_dtypes_of_x(dtype):
    x = WHOLE % 100 if dtype == "int8" else WHOLE
    assert results(x.astype(dtype), Y) == (results(x.astype("float32"), Y) if dtype == "int8" else WANTED)


def test_bool_x_and_y():
    x = WHOLE > 100
    assert results(x, Y > 0) == results(x.astype("float32"), (Y > 0).astype("float32"))


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float16", "float64", "bool"])
def test_dtypes_of_y(dtype):
    labels = RNG.integers(0, 2, (24, 1))
    assert results(WHOLE, labels.astype(dtype)) == results(WHOLE, labels.astype("float32"))


@pytest.mark.parametrize(
    "make",
    [
        lambda a: np.asfortranarray(a),
        lambda a: np.repeat(a, 2, axis=0)[::2],
        lambda a: a[::-1][::-1],
        lambda a: np.concatenate([a, a], 1)[:, :4],
        lambda a: np.lib.stride_tricks.as_strided(a, a.shape, a.strides),
    ],
    ids=["fortran", "every second row", "reversed twice", "columns", "strided"],
)
def test_memory_layouts(make):
    assert results(make(WHOLE.astype("float32")), make(np.repeat(Y, 4, 1))[:, :1]) == WANTED


def test_read_only_arrays():
    x = WHOLE.astype("float32")
    x.flags.writeable = False
    assert results(x, Y) == WANTED


def test_lists_and_tuples():
    assert results(WHOLE.tolist(), Y.tolist()) == WANTED
    assert results(tuple(map(tuple, WHOLE.tolist())), Y) == WANTED


def test_lists_of_rows_that_are_arrays():
    """A list of arrays is several inputs, as in Keras; for a model with one input that is an error that says so."""
    with pytest.raises(ValueError, match=r"\[(shape|fit)\]"):
        model().fit(list(WHOLE.astype("float32")), Y, verbose=0)


def test_a_list_with_one_array():
    assert results([WHOLE], [Y])[:2] == WANTED[:2]


def test_tensors_and_variables():
    x, y = keras.ops.convert_to_tensor(WHOLE.astype("float32")), keras.ops.convert_to_tensor(Y)
    assert results(x, y) == WANTED


def test_a_vector_is_one_feature():
    m = keras.Sequential([layers.Dense(1)])
    m.compile("sgd", "mse")
    m.fit(np.arange(8.0), np.arange(8.0), verbose=0)
    assert m.input_shape == (None, 1) and m.predict(np.arange(3.0), verbose=0).shape == (3, 1)


def test_y_as_vector_or_column_is_the_same():
    assert results(WHOLE, Y[:, 0])[:2] == WANTED[:2]


def test_pandas():
    pandas = pytest.importorskip("pandas", reason="data frames are not covered: pandas is not installed")
    frame = pandas.DataFrame(WHOLE, columns=list("abcd"))
    series = pandas.Series(Y[:, 0])
    assert results(frame, series)[:2] == WANTED[:2]
    assert results(frame, pandas.DataFrame({"y": Y[:, 0]})) == WANTED
    mixed = frame.astype({"a": "float64", "b": "uint8"})
    assert results(mixed, series)[:2] == WANTED[:2]
    assert results(frame.set_index(np.arange(24)[::-1]), series)[:2] == WANTED[:2]
    flags = pandas.DataFrame({"a": [True, False] * 12, "b": np.arange(24), "c": 1.5, "d": 0})
    assert results(flags, series) == results(flags.to_numpy().astype("float32"), Y[:, 0])
    with pytest.raises(TypeError, match="expected numbers"):
        results(frame.assign(a="text"), series)


def batches(size=10, x=WHOLE, y=Y):
    for start in range(0, len(x), size):
        yield x[start : start + size].astype("float32"), y[start : start + size]


def endless():
    while True:
        yield from batches()


def test_generators():
    m, by_array = model(), model()
    a = m.fit(batches(), verbose=0).history
    b = by_array.fit(WHOLE, Y, batch_size=10, shuffle=False, verbose=0).history
    assert a == b and np.array_equal(m.get_weights()[0], by_array.get_weights()[0])


def test_endless_generators_need_steps():
    m, by_array = model(), model()
    a = m.fit(endless(), steps_per_epoch=3, epochs=2, verbose=0, validation_data=endless(), validation_steps=3).history
    b = by_array.fit(WHOLE, Y, batch_size=10, shuffle=False, epochs=2, verbose=0).history
    assert a["loss"] == b["loss"] and len(a["val_loss"]) == 2
    np.testing.assert_allclose(m.evaluate(endless(), steps=3, verbose=0), m.evaluate(WHOLE, Y, verbose=0), rtol=1e-6)
    # predict takes x alone out of (x, y) batches; rows do not depend on the batch they are in.
    np.testing.assert_array_equal(m.predict(endless(), steps=3, verbose=0), m.predict(WHOLE, verbose=0))


def test_generators_with_sample_weights_and_class_weights():
    weights = RNG.uniform(size=24).astype("float32")
    weighted = ((x, y, weights[i * 10 : i * 10 + 10]) for i, (x, y) in enumerate(batches()))
    m, by_array = model(), model()
    a = m.fit(weighted, verbose=0).history
    assert a == by_array.fit(WHOLE, Y, batch_size=10, shuffle=False, verbose=0, sample_weight=weights).history


def test_a_generator_that_is_empty():
    with pytest.raises(ValueError, match="no batch"):
        model().fit(iter([]), verbose=0)
    with pytest.raises(ValueError, match="y must not be given"):
        model().fit(batches(), Y, verbose=0)


class Parts(keras.utils.PyDataset):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.begun, self.ended, self.asked = 0, 0, []

    def __len__(self):
        return 3

    def __getitem__(self, index):
        self.asked.append(index)
        return WHOLE[index * 10 : index * 10 + 10].astype("float32"), Y[index * 10 : index * 10 + 10]

    def on_epoch_begin(self):
        self.begun += 1

    def on_epoch_end(self):
        self.ended += 1


def test_py_dataset():
    m, by_array, parts = model(), model(), Parts(workers=2)
    a = m.fit(parts, epochs=2, shuffle=False, verbose=0, validation_data=Parts()).history
    b = by_array.fit(WHOLE, Y, batch_size=10, epochs=2, shuffle=False, verbose=0).history
    assert a["loss"] == b["loss"] and parts.begun == parts.ended == 2
    assert parts.num_batches == 3
    np.testing.assert_array_equal(m.predict(Parts(), verbose=0), m.predict(WHOLE, verbose=0))


def test_py_dataset_is_shuffled_by_batches():
    parts = Parts()
    model().fit(parts, epochs=8, verbose=0)
    orders = [tuple(parts.asked[-24:][i : i + 3]) for i in range(0, 24, 3)]
    assert all(sorted(order) == [0, 1, 2] for order in orders) and len(set(orders)) > 1


def test_the_seed_decides_the_order_of_a_py_dataset():
    asked = []
    for _ in range(2):
        keras.utils.set_random_seed(4)
        parts = Parts()
        model().fit(parts, epochs=6, verbose=0)
        asked.append(parts.asked)
    assert asked[0] == asked[1]


def test_a_py_dataset_without_its_methods():
    with pytest.raises(NotImplementedError, match="__len__"):
        len(keras.utils.PyDataset())
    with pytest.raises(NotImplementedError, match="__getitem__"):
        keras.utils.PyDataset()[0]


def test_objects_that_iterate_over_batches_again_and_again():
    class Loader:
        def __iter__(self):
            return batches()

    m, by_array = model(), model()
    a = m.fit(Loader(), epochs=2, verbose=0).history
    assert a == by_array.fit(WHOLE, Y, batch_size=10, epochs=2, shuffle=False, verbose=0).history


def test_batches_of_different_sizes():
    m = model()
    m.fit(((WHOLE[:n].astype("float32"), Y[:n]) for n in (1, 24, 3, 1)), verbose=0)
    assert m.optimizer.iterations.numpy() == 4
