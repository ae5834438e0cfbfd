"""fit: every argument, on models small enough to be followed by a loop in NumPy."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers

RNG = np.random.default_rng(17)
X = RNG.normal(size=(50, 3)).astype("float32")
Y = RNG.normal(size=(50, 2)).astype("float32")
RATE = 0.05


def model(loss="mse", **compiled):
    made = keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_initializer="ones")])
    made.compile(keras.optimizers.SGD(RATE), loss, **compiled)
    return made


def by_hand(x, y, batch_size, epochs=1, weights=None, batches=None):
    """Kernel, bias and mean losses of gradient descent on a linear model, in float64."""
    kernel, bias, losses = np.ones((3, 2)), np.zeros(2), []
    weights = np.ones(len(x)) if weights is None else weights
    for _ in range(epochs):
        total, rows = 0.0, 0
        for start in range(0, len(x), batch_size)[:batches]:
            a, b, w = (v[start : start + batch_size].astype("float64") for v in (x, y, weights))
            error = a @ kernel + bias - b
            total += (w * (error**2).mean(1)).sum()
            rows += len(a)
            slope = w[:, None] * error * (2 / error.size)
            kernel -= RATE * a.T @ slope
            bias -= RATE * slope.sum(0)
        losses.append(total / rows)
    return kernel, bias, losses


def agrees(found, history, want):
    kernel, bias, losses = want
    # Up to 100 steps in float32, each rounding terms of size 1 a few times: 100 * 4 * 6e-8.
    np.testing.assert_allclose(found.get_weights()[0], kernel, rtol=0, atol=2.5e-5)
    np.testing.assert_allclose(found.get_weights()[1], bias, rtol=0, atol=2.5e-5)
    np.testing.assert_allclose(history["loss"], losses, rtol=2e-5)


@pytest.mark.parametrize("batch_size", [1, 7, 10, 32, 49, 50, 51, 1000, np.int64(16), None])
def test_batch_sizes_and_the_last_partial_batch(batch_size):
    m = model()
    history = m.fit(X, Y, batch_size=batch_size, epochs=2, shuffle=False, verbose=0).history
    agrees(m, history, by_hand(X, Y, int(batch_size or 32), epochs=2))


def test_sample_weight():
    weights = RNG.uniform(0, 2, 50)
    m = model()
    history = m.fit(X, Y, batch_size=20, epochs=2, shuffle=False, verbose=0, sample_weight=weights).history
    agrees(m, history, by_hand(X, Y, 20, epochs=2, weights=weights))


def test_sample_weights_of_zero_leave_rows_out():
    weights = np.r_[np.ones(25), np.zeros(25)]
    m = model()
    m.fit(X, Y, batch_size=50, shuffle=False, verbose=0, sample_weight=weights)
    np.testing.assert_allclose(m.get_weights()[0], by_hand(X, Y, 50, weights=weights)[0], atol=1e-5)


LABELS = RNG.integers(0, 3, 50)


def classifier(loss="sparse_categorical_crossentropy"):
    keras.utils.set_random_seed(5)
    made = keras.Sequential([keras.Input((3,)), layers.Dense(3, activation="softmax")])
    made.compile(keras.optimizers.SGD(RATE), loss, metrics=["accuracy"], weighted_metrics=["accuracy"])
    return made


@pytest.mark.parametrize("one_hot", [False, True])
def test_class_weight_is_a_sample_weight(one_hot):
    y = np.eye(3)[LABELS] if one_hot else LABELS
    loss = "categorical_crossentropy" if one_hot else "sparse_categorical_crossentropy"
    given, meant = classifier(loss), classifier(loss)
    weights = np.array([0.5, 2.0, 1.0])[LABELS]
    a = given.fit(X, y, shuffle=False, verbose=0, class_weight={0: 0.5, 1: 2.0}).history
    b = meant.fit(X, y, shuffle=False, verbose=0, sample_weight=weights).history
    assert a == b and np.array_equal(given.get_weights()[0], meant.get_weights()[0])
    assert a["accuracy"] != a["weighted_accuracy"]


def test_balanced_class_weight():
    skewed = np.r_[np.zeros(30, int), np.ones(15, int), np.full(5, 2)]
    given, meant = classifier(), classifier()
    factors = 50 / (3 * np.bincount(skewed))
    a = given.fit(X, skewed, shuffle=False, verbose=0, class_weight="balanced").history
    b = meant.fit(X, skewed, shuffle=False, verbose=0, sample_weight=factors[skewed]).history
    np.testing.assert_allclose(a["loss"], b["loss"], rtol=1e-6)


def test_class_weight_and_sample_weight_multiply():
    rows = RNG.uniform(0.5, 1.5, 50)
    given, meant = classifier(), classifier()
    a = given.fit(X, LABELS, shuffle=False, verbose=0, class_weight={1: 3.0}, sample_weight=rows).history
    b = meant.fit(X, LABELS, shuffle=False, verbose=0, sample_weight=rows * np.array([1, 3, 1])[LABELS]).history
    np.testing.assert_allclose(a["loss"], b["loss"], rtol=1e-6)


@pytest.mark.parametrize("wrong", ["balance", [1, 2], 3])
def test_class_weight_of_another_kind(wrong):
    with pytest.raises(TypeError, match="class_weight must be a dict"):
        classifier().fit(X, LABELS, verbose=0, class_weight=wrong)


@pytest.mark.parametrize(("split", "rows"), [(0.2, 40), (0.5, 25), (0.33, 33), (0.02, 49)])
def test_validation_split_takes_the_last_rows(split, rows):
    m, by_data = model(), model()
    a = m.fit(X, Y, epochs=2, shuffle=False, verbose=0, validation_split=split).history
    last = (X[rows:], Y[rows:])
    b = by_data.fit(X[:rows], Y[:rows], epochs=2, shuffle=False, verbose=0, validation_data=last).history
    assert a == b and list(a) == ["loss", "val_loss"]
    np.testing.assert_allclose(a["val_loss"][-1], np.mean((m.predict(X[rows:], verbose=0) - Y[rows:]) ** 2), rtol=1e-5)


def test_validation_does_not_change_training():
    quiet, watched = model(), model()
    a = quiet.fit(X, Y, epochs=3, shuffle=False, verbose=0).history
    b = watched.fit(X, Y, epochs=3, shuffle=False, verbose=0, validation_data=(X, Y)).history
    assert a["loss"] == b["loss"] and np.array_equal(quiet.get_weights()[0], watched.get_weights()[0])


@pytest.mark.parametrize(("frequency", "epochs"), [(1, 4), (2, 2), (3, 1), ([1, 4], 2), ((2,), 1)])
def test_validation_freq(frequency, epochs):
    history = model().fit(X, Y, epochs=4, verbose=0, validation_data=(X, Y), validation_freq=frequency).history
    assert len(history["val_loss"]) == epochs and len(history["loss"]) == 4


def test_validation_steps_and_batch_size():
    m = model()
    arguments = {"validation_data": (X, Y), "validation_steps": 2, "validation_batch_size": 5}
    history = m.fit(X, Y, verbose=0, **arguments).history
    want = np.mean((m.predict(X[:10], verbose=0) - Y[:10]) ** 2)
    np.testing.assert_allclose(history["val_loss"], [want], rtol=1e-5)


def test_validation_sample_weight():
    weights = RNG.uniform(size=50)
    m = model()
    history = m.fit(X, Y, verbose=0, validation_data=(X, Y, weights)).history
    want = np.mean(weights * ((m.predict(X, verbose=0) - Y) ** 2).mean(1))
    np.testing.assert_allclose(history["val_loss"], [want], rtol=1e-5)


def test_validation_split_that_leaves_nothing():
    with pytest.raises(ValueError, match="leaves one part empty"):
        model().fit(X[:1], Y[:1], verbose=0, validation_split=0.001)


def test_initial_epoch():
    history = model().fit(X, Y, epochs=5, initial_epoch=3, verbose=0)
    assert history.epoch == [3, 4] and len(history.history["loss"]) == 2
    assert model().fit(X, Y, epochs=3, initial_epoch=3, verbose=0).epoch == []


def test_steps_per_epoch_goes_on_where_the_last_epoch_ended():
    m = model()
    history = m.fit(X, Y, batch_size=10, epochs=2, steps_per_epoch=2, shuffle=False, verbose=0).history
    kernel, bias, _ = by_hand(X[:40], Y[:40], 10)
    np.testing.assert_allclose(m.get_weights()[0], kernel, atol=1e-5)
    assert len(history["loss"]) == 2


def test_shuffling_visits_every_row_once_in_a_new_order_each_epoch():
    orders = []

    class Rows(keras.Model):
        def __init__(self):
            super().__init__()
            self.factor = self.add_weight((), initializer="ones", name="factor")
            self.seen = self.add_weight((10,), initializer="zeros", trainable=False, name="seen")

        def call(self, inputs):
            if inputs.shape[0] == 10:
                self.seen.assign(keras.ops.reshape(inputs, (10,)))
            return inputs * self.factor

    class Note(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            orders.append(self.model.seen.numpy())

    x = np.arange(40, dtype="float32")[:, None]
    m = Rows()
    m.compile(keras.optimizers.SGD(0.0), "mse")
    m.fit(x, x, batch_size=10, epochs=3, verbose=0, callbacks=[Note()])
    epochs = np.array(orders).reshape(3, 40)
    assert all(sorted(order) == list(range(40)) for order in epochs)
    assert len({tuple(order) for order in epochs}) == 3 and tuple(range(40)) not in map(tuple, epochs)
    orders.clear()
    m.fit(x, x, batch_size=10, epochs=1, shuffle=False, verbose=0, callbacks=[Note()])
    np.testing.assert_array_equal(np.ravel(orders), x[:, 0])


def test_a_learning_rate_that_is_set_between_fits_is_used():
    m = model()
    m.fit(X, Y, batch_size=50, shuffle=False, verbose=0)
    kernel = m.get_weights()[0]
    m.optimizer.learning_rate = 0.0
    m.fit(X, Y, batch_size=50, shuffle=False, verbose=0)
    np.testing.assert_array_equal(m.get_weights()[0], kernel)
    m.optimizer.learning_rate.assign(RATE)
    m.fit(X, Y, batch_size=50, shuffle=False, verbose=0)
    np.testing.assert_allclose(m.get_weights()[0], by_hand(X, Y, 50, epochs=2)[0], atol=1e-5)


def test_fits_go_on_where_the_last_one_ended():
    once, twice = model(), model()
    once.fit(X, Y, epochs=4, shuffle=False, verbose=0)
    twice.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    twice.fit(X, Y, epochs=4, initial_epoch=2, shuffle=False, verbose=0)
    assert np.array_equal(once.get_weights()[0], twice.get_weights()[0])
    assert once.optimizer.iterations.numpy() == twice.optimizer.iterations.numpy() == 8


def test_stop_training_ends_after_the_epoch_and_after_the_batch():
    batches = []

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    class StopNow(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            batches.append(batch)
            self.model.stop_training = batch == 2

    assert model().fit(X, Y, epochs=9, verbose=0, callbacks=[Stop()]).epoch == [0, 1]
    m = model()
    assert m.fit(X, Y, batch_size=5, epochs=9, verbose=0, callbacks=[StopNow()]).epoch == [0]
    assert batches == [0, 1, 2]
    assert m.fit(X, Y, epochs=2, verbose=0).epoch == [0, 1]


@pytest.mark.parametrize("hook", ["on_train_batch_end", "on_epoch_begin", "on_epoch_end", "on_test_begin"])
def test_an_interrupt_leaves_the_model_usable(hook):
    class Interrupt(keras.callbacks.Callback):
        pass

    def interrupt(self, *args, **kwargs):
        raise KeyboardInterrupt

    setattr(Interrupt, hook, interrupt)
    m = model()
    with pytest.raises(KeyboardInterrupt):
        m.fit(X, Y, batch_size=10, epochs=2, verbose=0, callbacks=[Interrupt()], validation_data=(X, Y))
    m.set_weights([np.ones((3, 2)), np.zeros(2)])
    history = m.fit(X, Y, batch_size=10, shuffle=False, verbose=0).history
    agrees(m, history, by_hand(X, Y, 10))


def test_history_is_kept_on_the_model():
    m = model()
    history = m.fit(X, Y, epochs=2, verbose=0)
    assert m.history is history and history.params["epochs"] == 2 and history.model is m


def test_compile_arguments_that_change_nothing_here():
    m = model(steps_per_execution=8, jit_compile=True, auto_scale_loss=False)
    history = m.fit(X, Y, batch_size=10, shuffle=False, verbose=0).history
    agrees(m, history, by_hand(X, Y, 10))


def test_loss_weights_scale_the_loss():
    m = model(loss_weights=[0.5])
    np.testing.assert_allclose(
        m.fit(X, Y, batch_size=50, verbose=0).history["loss"], 0.5 * by_hand(X, Y, 50)[2][0], rtol=1e-5
    )


def test_verbose_is_checked_and_silent_is_silent(capsys):
    model().fit(X, Y, epochs=2, verbose=0, validation_split=0.2)
    assert capsys.readouterr() == ("", "")
