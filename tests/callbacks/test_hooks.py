"""Hooks: who is called when, with what; and the small callbacks."""

import csv

import keraunos as keras
import numpy as np
import pytest
from keraunos import callbacks
from keraunos.callbacks import CallbackList

X, Y = np.ones((6, 1), "float32"), np.zeros((6, 1), "float32")


def model():
    made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    made.compile(keras.optimizers.SGD(0.01), "mse", metrics=["mae"])
    return made


HOOKS = [n for n in dir(callbacks.Callback) if n.startswith("on_") and n not in ("on_batch_begin", "on_batch_end")]


def recorder(seen):
    def note(name):
        return lambda self, *args, logs=None: seen.append((name, *args, sorted(logs)))

    return type("Recorder", (callbacks.Callback,), {name: note(name) for name in HOOKS})()


def test_order_of_hooks():
    seen = []
    model().fit(X, Y, batch_size=3, epochs=1, verbose=0, validation_data=(X, Y), callbacks=[recorder(seen)])
    names = ["loss", "mae"]
    assert seen == [
        ("on_train_begin", []),
        ("on_epoch_begin", 0, []),
        ("on_train_batch_begin", 0, []),
        ("on_train_batch_end", 0, names),
        ("on_train_batch_begin", 1, []),
        ("on_train_batch_end", 1, names),
        ("on_test_begin", []),
        ("on_test_batch_begin", 0, []),
        ("on_test_batch_end", 0, names),
        ("on_test_batch_begin", 1, []),
        ("on_test_batch_end", 1, names),
        ("on_test_end", names),
        ("on_epoch_end", 0, ["loss", "mae", "val_loss", "val_mae"]),
        ("on_train_end", ["loss", "mae", "val_loss", "val_mae"]),
    ]


def test_hooks_of_evaluate_and_predict():
    seen = []
    m = model()
    m.evaluate(X, Y, batch_size=6, verbose=0, callbacks=[recorder(seen)])
    m.predict(X, batch_size=6, verbose=0, callbacks=recorder(seen))
    assert [s[0] for s in seen] == [
        f"on_{mode}_{edge}" for mode in ("test", "predict") for edge in ("begin", "batch_begin", "batch_end", "end")
    ]
    assert seen[6] == ("on_predict_batch_end", 0, ["outputs"])


def test_callbacks_are_called_in_their_order_and_share_the_logs():
    class Adds(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["extra"] = logs.get("extra", 0) + 1

    history = model().fit(X, Y, epochs=2, verbose=0, callbacks=[Adds(), Adds()]).history
    assert history["extra"] == [2, 2]


def test_batch_logs_are_means_so_far():
    losses = []

    class Note(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            losses.append(logs["loss"])

    m = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])
    m.compile(keras.optimizers.SGD(0.0), "mse")
    x = np.array([[1.0], [2.0], [3.0]], "float32")
    history = m.fit(x, np.zeros((3, 1)), batch_size=1, shuffle=False, verbose=0, callbacks=[Note()]).history
    np.testing.assert_allclose(losses, [1, 2.5, 14 / 3], rtol=1e-6)
    assert losses[-1] == history["loss"][0] and all(type(loss) is float for loss in losses)


def test_params_and_model():
    class Look(callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.seen = (self.model, self.params["epochs"], self.params["steps"], self.params["verbose"])

    m, look = model(), Look()
    m.fit(X, Y, batch_size=2, epochs=3, verbose=0, callbacks=[look])
    assert look.seen == (m, 3, 3, 0)


def test_the_older_batch_hooks():
    seen = []

    class Old(callbacks.Callback):
        def on_batch_begin(self, batch, logs=None):
            seen.append(("begin", batch))

        def on_batch_end(self, batch, logs=None):
            seen.append(("end", batch))

    model().fit(X, Y, batch_size=3, verbose=0, callbacks=[Old()])
    assert seen == [("begin", 0), ("end", 0), ("begin", 1), ("end", 1)]


def test_callback_list():
    seen = []
    listed = CallbackList([recorder(seen)], add_history=True, model=model(), epochs=2, verbose=0)
    assert isinstance(listed.history, callbacks.History) and listed.params == {"epochs": 2, "verbose": 0}
    assert listed.needs_batches("train") and not CallbackList([callbacks.EarlyStopping()]).needs_batches("train")
    listed.append(callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: seen.append(epoch)))
    listed.on_epoch_begin(7)
    assert seen == [("on_epoch_begin", 7, []), 7]
    m = model()
    own = CallbackList(add_history=True, model=m, epochs=1, verbose=0)
    assert m.fit(X, Y, verbose=0, callbacks=own) is own.history


@pytest.mark.parametrize("wrong", [[callbacks.EarlyStopping], "early", [print]])
def test_only_callbacks_are_callbacks(wrong):
    with pytest.raises(TypeError, match="Callback"):
        model().fit(X, Y, verbose=0, callbacks=wrong)


def test_lambda_callback():
    seen = []
    made = callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append((epoch, "loss" in logs)),
        on_train_batch_end=lambda batch, logs: seen.append(batch),
        on_train_end=lambda logs: seen.append("end"),
        on_test_begin=lambda logs: seen.append("test"),
    )
    model().fit(X, Y, batch_size=3, verbose=0, callbacks=[made], validation_data=(X, Y))
    assert seen == [0, 1, "test", (0, True), "end"]
    with pytest.raises(ValueError, match="unknown hook 'on_epoch_finish'"):
        callbacks.LambdaCallback(on_epoch_finish=print)


def test_terminate_on_nan(capsys):
    m = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    m.compile(keras.optimizers.SGD(1e30), "mse")
    with pytest.warns(RuntimeWarning, match="NaN"):
        history = m.fit(X + 1, Y, batch_size=1, epochs=5, verbose=0, callbacks=[callbacks.TerminateOnNaN()])
    assert history.epoch == [0] and "Invalid loss, terminating training" in capsys.readouterr().out


def test_terminate_on_nan_by_an_error():
    seen = []
    ended = callbacks.LambdaCallback(on_train_end=lambda logs: seen.append("end"))
    m = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    m.compile(keras.optimizers.SGD(1e30), "mse")
    guard = callbacks.TerminateOnNaN(raise_error=True)
    with pytest.raises(RuntimeError, match=r"the loss of batch \d is (inf|nan)"):
        m.fit(X + 1, Y, batch_size=1, epochs=5, verbose=0, callbacks=[guard, ended])
    assert seen == []


def rows(path, delimiter=","):
    with open(path, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_csv_logger(tmp_path):
    path = tmp_path / "log.csv"
    m = model()
    history = m.fit(X, Y, epochs=3, verbose=0, callbacks=[callbacks.CSVLogger(path)], validation_data=(X, Y)).history
    found = rows(path)
    assert [r["epoch"] for r in found] == ["0", "1", "2"] and list(found[0]) == ["epoch", *history]
    assert [float(r["val_mae"]) for r in found] == history["val_mae"]


def test_csv_logger_appends(tmp_path):
    path = tmp_path / "log.csv"
    m = model()
    m.fit(X, Y, epochs=2, verbose=0, callbacks=[callbacks.CSVLogger(path, append=True)])
    m.fit(X, Y, epochs=4, initial_epoch=2, verbose=0, callbacks=[callbacks.CSVLogger(path, append=True)])
    assert [r["epoch"] for r in rows(path)] == list("0123")
    m.fit(X, Y, verbose=0, callbacks=[callbacks.CSVLogger(path, separator=";")])
    assert [r["epoch"] for r in rows(path, ";")] == ["0"]


def test_csv_logger_when_validation_is_skipped(tmp_path):
    path = tmp_path / "log.csv"
    model().fit(
        X, Y, epochs=4, verbose=0, callbacks=[callbacks.CSVLogger(path)], validation_data=(X, Y), validation_freq=2
    )
    found = rows(path)
    assert "val_loss" in found[0] and found[0]["val_loss"] == "NA" and float(found[1]["val_loss"]) >= 0


def test_history_keeps_the_last_fit_alone():
    m = model()
    m.fit(X, Y, epochs=3, verbose=0)
    assert m.fit(X, Y, epochs=1, verbose=0).epoch == [0]
    assert len(m.history.history["loss"]) == 1
