"""keras.config: limits that hold in training, switches, names of scopes, the version."""

import logging
import re
import subprocess
import sys

import keraunos as keras
import numpy as np
import pytest
from keraunos import config
from keraunos.config import limits

X, Y = np.ones((24, 2), "float32"), np.ones((24, 1), "float32")  # 6 batches of 4


@pytest.fixture(autouse=True)
def as_at_first():
    yield
    config.set_max_epochs(None)
    config.set_max_steps_per_epoch(None)
    config.enable_interactive_logging()


class Batches(keras.callbacks.Callback):
    """Counts the batches of every kind of loop."""

    def __init__(self):
        super().__init__()
        self.seen = {"train": 0, "test": 0, "predict": 0}

    def on_train_batch_end(self, batch, logs=None):
        self.seen["train"] += 1

    def on_test_batch_end(self, batch, logs=None):
        self.seen["test"] += 1

    def on_predict_batch_end(self, batch, logs=None):
        self.seen["predict"] += 1


def model():
    made = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


SOURCES = {
    "arrays": lambda: {"x": X, "y": Y, "batch_size": 4},
    "dataset": lambda: {"x": keras.data.Dataset.from_tensor_slices((X, Y)).batch(4)},
    "endless": lambda: {"x": keras.data.Dataset.from_tensor_slices((X, Y)).batch(4).repeat()},
}


@pytest.mark.parametrize("source", SOURCES)
def test_limits_hold_in_training(source):
    config.set_max_epochs(2)
    config.set_max_steps_per_epoch(3)
    counted, made = Batches(), model()
    with pytest.warns(UserWarning, match="limited to") as warned:
        history = made.fit(
            **SOURCES[source](), epochs=9, validation_data=(X, Y), validation_batch_size=4, verbose=0,
            callbacks=[counted],
        )  # fmt: skip
    assert history.epoch == [0, 1] and counted.seen == {"train": 6, "test": 6, "predict": 0}
    assert {w.filename for w in warned} == {__file__}
    assert history.params["epochs"] == 2 and history.params["steps"] == 3


@pytest.mark.parametrize("source", SOURCES)
def test_limits_hold_in_evaluation_and_prediction(source):
    config.set_max_steps_per_epoch(3)
    counted, made = Batches(), model()
    arguments = SOURCES[source]()
    with pytest.warns(UserWarning, match="steps limited to 3") as warned:
        made.evaluate(**arguments, verbose=0, callbacks=[counted])
        arguments.pop("y", None)
        assert len(made.predict(**arguments, verbose=0, callbacks=[counted])) == 12
    assert counted.seen == {"train": 0, "test": 3, "predict": 3} and {w.filename for w in warned} == {__file__}


@pytest.mark.filterwarnings("error")
def test_what_is_below_the_limits_is_not_touched():
    config.set_max_epochs(2)
    config.set_max_steps_per_epoch(3)
    counted = Batches()
    history = model().fit(X, Y, batch_size=4, epochs=2, steps_per_epoch=3, verbose=0, callbacks=[counted])
    assert history.epoch == [0, 1] and counted.seen["train"] == 6


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "3"])
def test_limits_are_whole_numbers(value):
    for setter in (config.set_max_epochs, config.set_max_steps_per_epoch):
        with pytest.raises(ValueError, match="at least 1"):
            setter(value)


def test_the_environment_sets_limits(monkeypatch):
    monkeypatch.setattr(limits, "_limits", {})
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "4")
    monkeypatch.setenv("KERAS_MAX_STEPS_PER_EPOCH", "many")
    assert config.max_epochs() == 4
    with pytest.raises(ValueError, match="KERAS_MAX_STEPS_PER_EPOCH must be an integer of at least 1.*'many'"):
        config.max_steps_per_epoch()


def test_messages_go_to_the_log(capsys, caplog, tmp_path):
    config.disable_interactive_logging()
    assert not config.is_interactive_logging_enabled()
    saved = keras.callbacks.ModelCheckpoint(
        tmp_path / "a.weights.h5", save_weights_only=True, verbose=1, monitor="loss"
    )
    with caplog.at_level(logging.INFO, "keraunos"):
        model().fit(X, Y, epochs=2, verbose=1, callbacks=[saved])
        model().fit(X, Y, verbose=2)
    assert capsys.readouterr().out == ""
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0] == "Epoch 1/2" and lines[1].startswith("Epoch 1: saving model to") and len(lines) == 7
    assert all(re.match(r"1/1 .*loss: ", lines[i]) for i in (2, 5, 6))


@pytest.mark.parametrize("switch", ["interactive_logging", "traceback_filtering", "flash_attention"])
def test_switches(switch):
    is_enabled = getattr(config, f"is_{switch}_enabled")
    assert is_enabled() is True
    getattr(config, f"disable_{switch}")()
    assert is_enabled() is False
    getattr(config, f"enable_{switch}")()
    assert is_enabled() is True


def test_there_is_one_backend_and_no_unsafe_loading():
    assert config.backend() == "keraunos"
    for other in ("tensorflow", "jax", None):
        with pytest.raises(ValueError, match="backend is 'keraunos'"):
            config.set_backend(other)
    with pytest.raises(ValueError, match="never run"):
        config.enable_unsafe_deserialization()


def test_scopes_are_prefixes_of_paths():
    with keras.name_scope("a"), keras.name_scope("b"):
        dense = keras.layers.Dense(1, name="d")
        dense.build((None, 3))
        later = keras.layers.Dense(1, name="e")
        assert keras.Variable(1.0, name="v").path == "a/b/v"
        with keras.name_scope("c", override_parent="x/y"):
            assert keras.Variable(1.0, name="v").path == "x/y/c/v"
        owner = object()
        with keras.name_scope("o", caller=owner), keras.name_scope("o", caller=owner):
            assert keras.Variable(1.0, name="v").path == "a/b/o/v"
            with keras.name_scope("p", caller=owner):
                assert keras.Variable(1.0, name="v").path == "a/b/o/p/v"
            with keras.name_scope("o", caller=owner, deduplicate=False):
                assert keras.Variable(1.0, name="v").path == "a/b/o/o/v"
        assert keras.Variable(1.0, name="v").path == "a/b/v"
    later.build((None, 3))
    assert [w.path for w in dense.weights] == ["a/b/d/kernel", "a/b/d/bias"]
    assert [w.path for w in later.weights] == ["e/kernel", "e/bias"]


def test_a_scope_ends_with_an_error_too():
    with pytest.raises(RuntimeError), keras.name_scope("a"):
        raise RuntimeError
    assert keras.Variable(1.0, name="v").path == "v"


@pytest.mark.parametrize("name", ["a/b", None, 3])
def test_names_of_scopes(name):
    with pytest.raises(ValueError, match="without '/'"):
        keras.name_scope(name)


def test_the_version():
    assert keras.version() == keras.__version__


def test_the_settings_of_every_layer_load_nothing_else():
    code = "import sys, keraunos; keraunos.config.floatx(); print(*[m for m in sys.modules if 'keraunos' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split()) == ["keraunos", "keraunos._lazy", "keraunos.config"]


def test_threads():
    before = keras.config.num_threads()
    try:
        keras.config.set_num_threads(1)
        assert keras.config.num_threads() == 1
        for wrong in (0, -1, 10**6, True, 1.5, "two", None):
            with pytest.raises(ValueError, match="threads"):
                keras.config.set_num_threads(wrong)
        assert keras.config.num_threads() == 1
    finally:
        keras.config.set_num_threads(before)
