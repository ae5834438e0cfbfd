"""EarlyStopping, ReduceLROnPlateau, ModelCheckpoint, LearningRateScheduler: what they do along a given curve."""

import os

import keraunos as keras
import numpy as np
import pytest
from keraunos import callbacks

X, Y = np.ones((4, 1), "float32"), np.zeros((4, 1), "float32")


class Curve(callbacks.Callback):
    """Puts given values into the logs, and a number into the weights that tells the epochs apart."""

    def __init__(self, **curves):
        super().__init__()
        self.curves = curves

    def on_epoch_end(self, epoch, logs=None):
        logs.update({name: values[epoch] for name, values in self.curves.items()})
        self.model.set_weights([np.full((1, 1), epoch, "float32")])


def run(curve, *others, epochs=None, name="val_loss", rate=0.0):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    history = model.fit(X, Y, epochs=epochs or len(curve), verbose=0, callbacks=[Curve(**{name: curve}), *others])
    return model, history


@pytest.mark.parametrize(
    ("arguments", "curve", "epochs"),
    [
        ({}, [3, 2, 2, 1], 3),
        ({"patience": 1}, [3, 2, 2, 1, 1], 3),
        ({"patience": 2}, [3, 2, 2, 2, 1], 4),
        ({"patience": 3}, [3, 2, 2, 2, 1], 5),
        ({"min_delta": 0.5, "patience": 2}, [3, 2.8, 2.6, 2.4], 3),
        ({"min_delta": -0.5, "patience": 2}, [3, 2.8, 2.6, 2.4, 2], 3),
        ({"mode": "max", "patience": 1}, [1, 2, 3, 3, 9], 4),
        ({"monitor": "val_accuracy", "patience": 1}, [1, 2, 3, 3, 9], 4),
        ({"baseline": 2, "patience": 2}, [5, 4, 3, 3, 3], 4),
        ({"baseline": 4.5, "patience": 2}, [5, 4, 3, 3, 3, 3], 5),
        ({"start_from_epoch": 3, "patience": 1}, [1, 2, 3, 4, 4, 4], 5),
        ({"patience": 9}, [3, 3, 3], 3),
    ],
)
def test_early_stopping(arguments, curve, epochs):
    name = arguments.get("monitor", "val_loss")
    _, history = run(curve, callbacks.EarlyStopping(**arguments), name=name)
    assert len(history.epoch) == epochs


def test_restore_best_weights():
    stop = callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    model, history = run([3, 1, 2, 2, 2], stop)
    assert len(history.epoch) == 4 and stop.best_epoch == 1 and stop.stopped_epoch == 3
    assert model.get_weights()[0].item() == 1
    model, history = run([3, 1, 2], callbacks.EarlyStopping(patience=9, restore_best_weights=True))
    assert len(history.epoch) == 3 and model.get_weights()[0].item() == 1
    model, _ = run([3, 1, 2, 2, 2], callbacks.EarlyStopping(patience=2))
    assert model.get_weights()[0].item() == 3


def test_early_stopping_starts_anew_with_every_fit():
    stop = callbacks.EarlyStopping(patience=1)
    run([3, 1, 2, 2, 2], stop)
    _, history = run([9, 8, 8], stop)
    assert len(history.epoch) == 3


def test_early_stopping_says_what_it_does(capsys):
    run([3, 1, 2], callbacks.EarlyStopping(verbose=1, restore_best_weights=True))
    out = capsys.readouterr().out
    assert "Epoch 3: early stopping" in out and "end of the best epoch: 2" in out


def test_a_metric_that_is_not_there_warns_once():
    with pytest.warns(UserWarning, match="'val_los' is not available.*loss") as found:
        run([1, 1, 1], callbacks.EarlyStopping("val_los"))
    assert len(found) == 1


@pytest.mark.parametrize("cls", [callbacks.EarlyStopping, callbacks.ReduceLROnPlateau])
def test_modes_are_checked(cls):
    with pytest.raises(ValueError, match="mode must be"):
        cls(mode="least")


@pytest.mark.parametrize(
    ("arguments", "curve", "rates"),
    [
        ({"patience": 1, "factor": 0.5}, [3, 3, 3, 1, 1], [1, 1, 0.5, 0.25, 0.25]),
        ({"patience": 2, "factor": 0.1}, [3, 3, 3, 3], [1, 1, 1, 0.1]),
        ({"patience": 1, "factor": 0.1, "min_lr": 0.05}, [3, 3, 3, 3, 3], [1, 1, 0.1, 0.05, 0.05]),
        ({"patience": 1, "factor": 0.5, "cooldown": 2}, [3, 3, 3, 3, 3, 3], [1, 1, 0.5, 0.5, 0.25, 0.25]),
        ({"patience": 1, "factor": 0.5, "min_delta": 1.0}, [3, 2.5, 2.1, 1.0], [1, 1, 0.5, 0.25]),
        ({"patience": 1, "factor": 0.5, "mode": "max"}, [1, 2, 2, 3], [1, 1, 1, 0.5]),
    ],
)
def test_reduce_lr_on_plateau(arguments, curve, rates):
    """`rates[i]`: the rate with which epoch i ran."""
    _, history = run(curve, callbacks.ReduceLROnPlateau(**arguments), rate=1.0)
    np.testing.assert_allclose(history.history["learning_rate"], rates, rtol=1e-6)


def test_reduce_lr_factor_is_checked():
    with pytest.raises(ValueError, match="factor must be below 1"):
        callbacks.ReduceLROnPlateau(factor=1.0)


@pytest.mark.parametrize("schedule", [lambda epoch: 0.5**epoch, lambda epoch, rate: rate * 0.5 if epoch else rate])
def test_learning_rate_scheduler(schedule):
    model, history = run([0] * 4, callbacks.LearningRateScheduler(schedule), rate=1.0)
    assert history.history["learning_rate"] == [1.0, 0.5, 0.25, 0.125]
    assert float(model.optimizer.learning_rate) == 0.125


def test_the_scheduled_rate_is_the_one_that_trains():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])
    model.compile(keras.optimizers.SGD(9.0), "mse")
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[callbacks.LearningRateScheduler(lambda epoch: [0.25, 0.0][epoch])])
    assert model.get_weights()[0].item() == 0.5  # 1 - 0.25 * 2


def test_a_schedule_must_give_numbers(capsys):
    with pytest.raises(ValueError, match="must return a number, got 'fast'"):
        run([0], callbacks.LearningRateScheduler(lambda epoch: "fast"))
    run([0], callbacks.LearningRateScheduler(lambda epoch: 0.5, verbose=1))
    assert "Epoch 1: LearningRateScheduler setting learning rate to 0.5." in capsys.readouterr().out


def test_an_error_inside_a_schedule_is_not_swallowed():
    def schedule(epoch, rate):
        return rate + "a"

    with pytest.raises(TypeError, match="unsupported operand"):
        run([0], callbacks.LearningRateScheduler(schedule))


h5py = pytest.importorskip("h5py", reason="ModelCheckpoint is not covered: h5py is not installed")


def checkpoint(tmp_path, name, **arguments):
    return callbacks.ModelCheckpoint(tmp_path / name, save_weights_only=True, **arguments)


def value_in(path):
    with h5py.File(path) as file:
        return file["layers/dense/vars/0"][0, 0]


def test_checkpoint_names_with_fields(tmp_path):
    run([3, 1, 2.25], checkpoint(tmp_path, "e{epoch:02d}-{val_loss:.2f}.weights.h5"))
    assert sorted(os.listdir(tmp_path)) == [f"e{n}.weights.h5" for n in ("01-3.00", "02-1.00", "03-2.25")]
    assert value_in(tmp_path / "e02-1.00.weights.h5") == 1


def test_checkpoint_of_the_best_only(tmp_path, capsys):
    run([3, 1, 2, 0.5, 7], checkpoint(tmp_path, "best.weights.h5", save_best_only=True, verbose=1))
    assert value_in(tmp_path / "best.weights.h5") == 3
    out = capsys.readouterr().out
    assert "Epoch 3: val_loss did not improve from 1.00000" in out
    assert "Epoch 4: val_loss improved from 1.00000 to 0.50000, saving model to" in out


def test_checkpoint_threshold_and_mode(tmp_path):
    run([3, 1, 2], checkpoint(tmp_path, "a.weights.h5", save_best_only=True, initial_value_threshold=0.9))
    assert os.listdir(tmp_path) == []
    run([3, 1, 7], checkpoint(tmp_path, "b.weights.h5", save_best_only=True, mode="max"))
    assert value_in(tmp_path / "b.weights.h5") == 2


def test_checkpoint_by_batches(tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile("sgd", "mse")
    x = np.ones((10, 1), "float32")
    keep = checkpoint(tmp_path, "{epoch}-{batch}.weights.h5", save_freq=4)
    model.fit(x, x, batch_size=2, epochs=2, verbose=0, callbacks=[keep])
    assert sorted(os.listdir(tmp_path)) == ["1-4.weights.h5", "2-3.weights.h5"]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: callbacks.ModelCheckpoint("a.h5", save_weights_only=True), ValueError, "weights.h5"),
        (lambda: callbacks.ModelCheckpoint("a"), ValueError, ".keras"),
        (
            lambda: callbacks.ModelCheckpoint("a.weights.h5", save_weights_only=True, save_freq=0),
            ValueError,
            "save_freq",
        ),
        (
            lambda: callbacks.ModelCheckpoint("a.weights.h5", save_weights_only=True, save_freq="day"),
            ValueError,
            "save_freq",
        ),
    ],
)
def test_checkpoint_arguments(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_checkpoint_with_a_field_that_is_not_there(tmp_path):
    with pytest.raises(KeyError, match="acc"):
        run([1], checkpoint(tmp_path, "{acc}.weights.h5"))


def test_whole_models_are_refused_before_the_first_batch(tmp_path):
    if hasattr(keras.Model, "save"):
        pytest.skip("models can be saved whole")
    with pytest.raises(NotImplementedError, match="save_weights_only=True"):
        run([1], callbacks.ModelCheckpoint(tmp_path / "a.keras"))
