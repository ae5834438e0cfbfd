"""Data larger than the memory of a GPU: rows come a window at a time, and nothing else changes."""

import keraunos as keras
import numpy as np
import pytest
from foreign import Foreign
from keraunos import layers
from keraunos.training import window

RNG = np.random.default_rng(7)
X = RNG.normal(size=(93, 12)).astype("float32")
BYTES = RNG.integers(0, 255, (93, 12), dtype="uint8")
Y = (X[:, 0] + X[:, 1] > 0).astype("int32")
ROW_BYTES = {"float32": 12 * 4 + 4, "uint8": 12 + 4}


def model_of_rows():
    keras.utils.set_random_seed(21)
    model = keras.Sequential([keras.Input((12,)), layers.Dense(24, activation="relu"), layers.Dropout(0.2),
                              layers.Dense(2, activation="softmax")])  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture
def limit(monkeypatch):
    """A function that leaves room for so many bytes of data, and gives the list of windows that were made."""
    made = []

    class Noted(window.Window):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            made.append(self)

    def set_limit(nbytes):
        monkeypatch.setattr(window, "free_bytes", lambda device: nbytes)
        monkeypatch.setattr("keraunos.training.loop.Window", Noted)
        return made

    return set_limit


def fitted(x, y=Y, **arguments):
    with keras.device("gpu"):
        model = model_of_rows()
        history = model.fit(x, y, **{"batch_size": 8, "epochs": 3, "verbose": 0, **arguments}).history
        return model, {k: v for k, v in history.items() if not k.startswith("time")}


def same(one, other):
    assert one[1] == other[1]
    for a, b in zip(one[0].get_weights(), other[0].get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("x", [X, BYTES], ids=["float32", "uint8"])
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"shuffle": False},
        {"steps_per_epoch": 5, "epochs": 5},
        {"validation_split": 0.3},
        {"sample_weight": np.linspace(0.5, 1.5, 93, dtype="float32")},
        {"callbacks": [keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)]},
    ],
    ids=["shuffled", "in order", "shared passes", "validation", "weights", "hooks"],
)
@pytest.mark.parametrize("rows", [17, 40])
def test_the_same_bits_as_data_that_fits(x, arguments, rows, limit):
    want = fitted(x, **arguments)
    made = limit(ROW_BYTES[x.dtype.name] * rows / window.SHARE)
    same(fitted(x, **arguments), want)
    assert made
    assert all(w.rows % 8 == 0 and w.rows <= max(rows, 8) for w in made)


@pytest.mark.parametrize("seed", range(20))
def test_rows_are_there_whatever_was_asked_before(seed):
    """Orders change between epochs, and the search for the first NaN goes back."""
    rng = np.random.default_rng(seed)
    one = window.Window([X, Y], ["float32", "int32"], 0, 16)
    order = np.arange(93, dtype=np.int32)
    for _ in range(30):
        if rng.random() < 0.3:
            order[...] = rng.permutation(93)
            one.forget()
        row = int(rng.integers(93))
        end = one.bring(row, order)
        assert row < end <= row + 16
        for place, array in zip(one.places, (X, Y), strict=True):
            there = np.empty(place.shape, array.dtype)
            place.download(there)
            np.testing.assert_array_equal(there[one.order[row:end]], array[order[row:end]])
    one.close()


def test_a_batch_that_does_not_fit_is_still_one_window(limit):
    want = fitted(X)
    made = limit(1)
    same(fitted(X), want)
    assert {w.rows for w in made} == {8}


def test_what_fits_is_not_streamed(limit):
    made = limit(ROW_BYTES["float32"] * 93 / window.SHARE + 1)
    fitted(X)
    assert not made


def test_rows_of_other_libraries_beside_larger_ones(limit):
    want = fitted(X)
    made = limit(1)
    same(fitted(X, Foreign(Y)), want)
    assert made


def test_evaluate_and_threads_end(limit):
    made = limit(ROW_BYTES["float32"] * 20 / window.SHARE)
    model, _ = fitted(X)
    with keras.device("gpu"):
        got = model.evaluate(X, Y, batch_size=10, verbose=0)
    with keras.device("cpu"):
        # The mean of 93 losses: their rounding (2^-24 each) and that of the products.
        np.testing.assert_allclose(got, model.evaluate(X, Y, batch_size=10, verbose=0), rtol=1e-5)
    assert len(made) == 2
    for one in made:
        with pytest.raises(RuntimeError, match="shutdown"):
            one._thread.submit(int)


def test_the_first_bad_batch_is_named_as_before(limit):
    bad = X.copy()
    bad[57] = 3e38  # products of it are infinite
    reports = []
    for _ in range(2):
        keras.utils.clear_session()
        with pytest.warns(RuntimeWarning) as caught:
            fitted(bad, shuffle=False, epochs=1)
        reports.append([str(w.message) for w in caught])
        made = limit(ROW_BYTES["float32"] * 20 / window.SHARE)
    assert made and reports[0] == reports[1] and "batch 8;" in reports[0][0]


def test_what_callbacks_raise_frees_the_window(limit):
    made = limit(1)

    def stop(batch, logs):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted(X, callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=stop)])
    with pytest.raises(RuntimeError, match="shutdown"):
        made[0]._thread.submit(int)
