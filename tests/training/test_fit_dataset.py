"""fit, evaluate and predict on a Dataset: the bits of arrays, steps, epochs that go on, mistakes, time of waiting."""

import gc
import threading
import time
import warnings

import keraunos as keras
import numpy as np
import pytest
from keraunos.data import Dataset

RNG = np.random.default_rng(8)
X = RNG.normal(size=(100, 6)).astype("float32")
Y = RNG.integers(0, 3, 100).astype("int32")


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = set(threading.enumerate())
    yield
    gc.collect()
    assert set(threading.enumerate()) <= before


def model(metrics=("accuracy",), **arguments):
    keras.utils.set_random_seed(3)
    made = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3, activation="softmax")])
    made.compile("adam", "sparse_categorical_crossentropy", metrics=list(metrics), **arguments)
    return made


def worked(dataset):
    """The same elements through a function: a thread reads ahead."""
    return dataset.map(lambda *e: e, num_parallel_calls=2)


def trained(made, *arguments, **named):
    history = made.fit(*arguments, verbose=0, **named)
    return history.history, [w.tobytes() for w in made.get_weights()]


@pytest.mark.parametrize("through", [lambda d: d, worked], ids=["arrays", "function"])
@pytest.mark.parametrize("batch", [32, 25, 100, 300])
def test_same_bits_as_arrays_in_the_same_order(batch, through):
    wanted = trained(model(), X, Y, batch_size=batch, shuffle=False, epochs=3, validation_data=(X[:50], Y[:50]))
    dataset = through(Dataset.from_tensor_slices((X, Y))).batch(batch)
    validation = through(Dataset.from_tensor_slices((X[:50], Y[:50]))).batch(batch)
    assert trained(model(), dataset, epochs=3, validation_data=validation) == wanted


def test_same_bits_when_run_eagerly():
    dataset = worked(Dataset.from_tensor_slices((X, Y))).batch(40)
    wanted = trained(model(run_eagerly=True), X, Y, batch_size=40, shuffle=False)
    assert trained(model(run_eagerly=True), dataset) == wanted


def test_sample_and_class_weights():
    weights = RNG.uniform(size=100).astype("float32")
    arguments = {"class_weight": {0: 2.0, 1: 0.5}}
    wanted = trained(model(), X, Y, batch_size=32, shuffle=False, sample_weight=weights, **arguments)
    assert trained(model(), Dataset.from_tensor_slices((X, Y, weights)).batch(32), **arguments) == wanted


def test_evaluate_and_predict_ignore_what_they_do_not_need():
    made = model()
    made.fit(X, Y, verbose=0)
    labelled = worked(Dataset.from_tensor_slices((X, Y))).batch(30)
    assert made.evaluate(labelled, verbose=0) == made.evaluate(X, Y, batch_size=30, verbose=0)
    wanted = made.predict(X, batch_size=30, verbose=0)
    assert (made.predict(labelled, verbose=0) == wanted).all()
    assert (made.predict(Dataset.from_tensor_slices(X).batch(30), verbose=0) == wanted).all()
    assert made.predict(labelled.repeat(), steps=2, verbose=0).shape == (60, 3)
    assert made.evaluate(labelled.repeat(), steps=2, verbose=0) == made.evaluate(X[:60], Y[:60], 30, verbose=0)


def test_same_seed_same_training():
    def run(threads):
        made = model()
        dataset = Dataset.from_tensor_slices((X, Y)).shuffle(100).map(lambda x, y: (x * 2, y), threads).batch(32)
        return trained(made, dataset, epochs=3)

    assert run(None) == run(None) == run(2) == run(5)


def test_every_epoch_begins_anew_and_is_shuffled_anew():
    seen = []
    dataset = Dataset.range(10).map(lambda n: (n, n)).shuffle(10, seed=1).batch(5)
    dataset = dataset.map(lambda x, y: seen.append(y.numpy().tolist()) or (keras.ops.cast(x, "float32"), y % 3))
    model().fit(dataset, epochs=3, verbose=0)
    epochs = [sum(seen[i : i + 2], []) for i in range(0, 6, 2)]
    assert len(seen) == 6, "the look at the first batch is the first batch of the first epoch"
    assert all(sorted(e) == list(range(10)) for e in epochs) and len(set(map(tuple, epochs))) == 3


def test_epochs_of_steps_go_on_where_the_last_one_stopped():
    seen = []
    numbers = Dataset.range(5).map(lambda n: seen.append(int(n)) or (X[:4] * 0 + int(n), Y[:4]))
    made = model()
    made.fit(numbers.repeat(), steps_per_epoch=3, epochs=4, verbose=0)
    assert seen[:12] == [0, 1, 2, 3, 4] * 2 + [0, 1]
    with pytest.warns(UserWarning, match="ended after 2 of 3 steps"):
        made.fit(numbers, steps_per_epoch=3, epochs=3, verbose=0)
    seen.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made.fit(numbers, steps_per_epoch=5, epochs=2, verbose=0)
    assert seen[:10] == [0, 1, 2, 3, 4] * 2


def test_the_number_of_steps_is_known_or_learned(capsys):
    made = model()
    known = Dataset.from_tensor_slices((X, Y)).batch(30)
    unknown = known.filter(lambda x, y: True)
    for dataset in (known, unknown):
        made.fit(dataset, epochs=2, verbose=2)
        assert [line[:4] for line in capsys.readouterr().out.splitlines() if "step" in line] == ["4/4 "] * 2


def test_labels_of_wrong_range_are_seen_in_the_first_batch():
    with pytest.raises(ValueError, match=r"\[labels\]"):
        model().fit(Dataset.from_tensor_slices((X, Y + 1)).batch(100), verbose=0)


@pytest.mark.parametrize(
    "dataset, word",
    [
        (lambda: Dataset.from_tensor_slices((X, Y)), "add .batch"),
        (lambda: Dataset.from_tensor_slices((X, Y)).batch(8).repeat(), "steps_per_epoch"),
        (lambda: Dataset.from_tensor_slices((X, Y)).take(0).batch(8), "no batch"),
        (lambda: Dataset.from_tensor_slices((X, X, X, Y)).batch(8), "got 4 parts"),
    ],
)
def test_mistakes(dataset, word):
    with pytest.raises(ValueError, match=r"\[fit\].*" + word):
        model().fit(dataset(), verbose=0)
    with pytest.raises(ValueError, match="y must not be given"):
        model().fit(dataset(), Y)


def test_errors_of_functions_end_fit_and_its_threads():
    def fails(x, y):
        if y[0] == Y[64]:
            raise RuntimeError("no picture")
        return x, y

    with pytest.raises(RuntimeError, match="no picture"):
        model().fit(Dataset.from_tensor_slices((X, Y)).batch(1).map(fails, 2), verbose=0)


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
def test_threads_have_ended_while_an_error_of_the_loop_is_handled(method):
    class Fails(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise RuntimeError("no more")

        on_test_batch_end = on_predict_batch_end = on_train_batch_end

    dataset = Dataset.range(1000).map(lambda n: (X[:4], Y[:4]))
    made, before = model(), threading.active_count()
    with pytest.raises(RuntimeError, match="no more") as caught:
        getattr(made, method)(dataset, callbacks=[Fails()], verbose=0)
    assert threading.active_count() == before and caught.value.__traceback__ is not None


def test_batches_are_made_while_steps_run():
    """A function that sleeps as long as a step takes would double the time if it did not run beside it."""
    running, beside = threading.Event(), []

    class Step(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            running.set()
            time.sleep(0.01)

        def on_train_batch_end(self, batch, logs=None):
            running.clear()

    dataset = Dataset.range(20).map(lambda n: beside.append(running.is_set()) or time.sleep(0.005) or (X[:4], Y[:4]))
    model().fit(dataset, callbacks=[Step()], verbose=0)
    assert sum(beside) >= 10


def test_the_share_of_waiting_is_recorded():
    slow = Dataset.range(10).map(lambda n: time.sleep(0.02) or (X[:4], Y[:4]))
    history = model().fit(slow, epochs=2, verbose=0)
    assert len(history.data_wait) == 2 and all(0 < share <= 1 for share in history.data_wait)
    history = model().fit(slow.cache(), epochs=3, verbose=0)
    assert history.data_wait[2] < history.data_wait[0]
    arrays = model().fit(X, Y, epochs=2, verbose=0)
    assert arrays.data_wait == [0.0, 0.0] and len(arrays.seconds) == 2 and min(arrays.seconds) > 0
    assert 0.02 <= model().fit(slow, verbose=0).seconds[0], "what was waited for the first batch is part of it"
