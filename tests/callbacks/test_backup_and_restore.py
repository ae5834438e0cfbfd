"""BackupAndRestore: a fit that is killed at any moment resumes to the same bits as one that was never interrupted."""

import hashlib
import os
import signal
import subprocess
import sys
import textwrap

import keraunos as keras
import numpy as np
import pytest
from keraunos import callbacks, layers

# Arguments: backup folder, save_freq, batch number at which the process kills itself (-1: never), data ("arrays",
# "dataset" or "pipeline"). Prints a hash of the weights and the history.
SCRIPT = """
    import hashlib, os, signal, sys
    import numpy as np
    import keraunos as keras

    folder, freq, kill, kind = sys.argv[1:]
    keras.utils.set_random_seed(3)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(90, 4)).astype("float32"), rng.integers(0, 3, 90)

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 9

        def __getitem__(self, i):
            return x[i * 10 : i * 10 + 10], y[i * 10 : i * 10 + 10]

    class Kill(keras.callbacks.Callback):
        seen = 0

        def on_train_batch_end(self, batch, logs=None):
            self.seen += 1
            if self.seen == int(kill):
                os.kill(os.getpid(), signal.SIGKILL)

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dropout(0.3),
                              keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    backup = keras.callbacks.BackupAndRestore(folder, save_freq=freq if freq == "epoch" else int(freq))
    pipeline = keras.data.Dataset.from_tensor_slices((x, y)).shuffle(90).map(lambda *e: e, num_parallel_calls=2)
    data = {"arrays": (x, y), "dataset": (Batches(),),
            "pipeline": (pipeline.cache().shuffle(40).repeat(2).shuffle(7).batch(20),)}[kind]
    history = model.fit(*data, batch_size=10 if kind == "arrays" else None, epochs=4, verbose=0,
                        callbacks=[backup, Kill()]).history
    weights = b"".join(w.tobytes() for w in model.get_weights())
    print(hashlib.sha256(weights).hexdigest(), history["loss"][-1], history["accuracy"][-1])
"""


def run(folder, frequency, kill, kind="arrays"):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(folder), str(frequency), str(kill), kind]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == (0 if kill < 0 else -signal.SIGKILL), done.stderr
    return done.stdout


@pytest.fixture(scope="module", params=["arrays", "dataset", "pipeline"])
def uninterrupted(request, tmp_path_factory):
    return request.param, run(tmp_path_factory.mktemp("whole") / "backup", "epoch", -1, request.param)


@pytest.mark.parametrize(("frequency", "kill"), [("epoch", 5), ("epoch", 14), ("epoch", 27), (4, 15), (1, 20), (4, 3)])
def test_a_killed_fit_resumes_to_the_same_bits(tmp_path, uninterrupted, frequency, kill):
    kind, want = uninterrupted
    folder = tmp_path / "backup"
    run(folder, frequency, kill, kind)
    assert run(folder, frequency, -1, kind) == want
    assert not folder.exists()


def test_killed_again_and_again(tmp_path, uninterrupted):
    kind, want = uninterrupted
    for _ in range(4):
        run(tmp_path / "backup", 2, 9, kind)
    assert run(tmp_path / "backup", 2, -1, kind) == want


X, Y = np.ones((8, 2), "float32"), np.zeros((8, 1), "float32")


def model(units=1):
    made = keras.Sequential([keras.Input((2,)), layers.Dense(units)])
    made.compile("adam", "mse")
    return made


def test_backups_can_be_kept(tmp_path):
    backup = callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False, double_checkpoint=True)
    m = model()
    m.fit(X, Y, epochs=2, verbose=0, callbacks=[backup])
    assert sorted(os.listdir(tmp_path)) == ["latest.npz", "previous.npz"]
    other = model()
    assert other.fit(X, Y, epochs=4, verbose=0, callbacks=[backup]).epoch == [2, 3]
    assert int(other.optimizer.iterations) == 4


def test_a_finished_run_is_not_repeated(tmp_path):
    backup = callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)
    m = model()
    m.fit(X, Y, epochs=2, verbose=0, callbacks=[backup])
    again = model()
    assert again.fit(X, Y, epochs=2, verbose=0, callbacks=[backup]).epoch == []
    np.testing.assert_array_equal(again.get_weights()[0], m.get_weights()[0])


def test_a_backup_of_another_model_or_a_damaged_one(tmp_path):
    backup = callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)
    model(2).fit(X, Y[:, [0, 0]], verbose=0, callbacks=[backup])
    m = model()
    before = hashlib.sha256(m.get_weights()[0].tobytes()).digest()
    with pytest.raises(ValueError, match="does not fit this model"):
        m.fit(X, Y, verbose=0, callbacks=[backup])
    path = tmp_path / "latest.npz"
    for data in (path.read_bytes()[:300], b"", b"nonsense" * 100):
        path.write_bytes(data)
        with pytest.raises(ValueError, match="cannot be read"):
            m.fit(X, Y, verbose=0, callbacks=[backup])
    assert hashlib.sha256(m.get_weights()[0].tobytes()).digest() == before


@pytest.mark.parametrize(
    "arguments", [{"backup_dir": ""}, {"backup_dir": "b", "save_freq": 0}, {"backup_dir": "b", "save_freq": "batch"}]
)
def test_arguments(arguments):
    with pytest.raises(ValueError, match="backup_and_restore"):
        callbacks.BackupAndRestore(**arguments)
