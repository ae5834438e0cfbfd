"""What users may rely on: the same bits for any thread count, verbosity or callback; forks that work; memory that
comes back.

KERAUNOS_ROUNDS sets how often forks and rebuilds are repeated (default 100; releases are checked with 1000).
"""

import ctypes
import gc
import os
import resource
import signal
import subprocess
import sys

import keraunos as keras
import numpy as np
import pytest

ROUNDS = int(os.environ.get("KERAUNOS_ROUNDS", "100"))
RNG = np.random.default_rng(5)
X, Y = RNG.normal(size=(500, 40)).astype("float32"), RNG.integers(0, 4, 500)


def train(callbacks=(), verbose=0, width=64, epochs=2, dropout=0.2):
    keras.utils.set_random_seed(11)
    keras.utils.clear_session()
    model = keras.Sequential(
        [
            keras.Input((40,)),
            keras.layers.Dense(width, activation="relu"),
            keras.layers.Dropout(dropout),
            keras.layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X, Y, epochs=epochs, verbose=verbose, callbacks=list(callbacks), validation_split=0.1)
    return model


def train_pictures():
    """Convolutions of every path (direct, Winograd, depthwise, 1x1), pooling, normalization, dropout."""
    keras.utils.set_random_seed(12)
    keras.utils.clear_session()
    model = keras.Sequential(
        [
            keras.Input((20, 18, 3)),
            keras.layers.RandomFlip(),
            keras.layers.Conv2D(24, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, padding="same", use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
            keras.layers.DepthwiseConv2D(3, strides=2, padding="same"),
            keras.layers.Conv2D(40, 1, activation="relu"),
            keras.layers.AveragePooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    pictures = np.random.default_rng(6).normal(size=(150, 20, 18, 3)).astype("float32")
    model.fit(pictures, Y[:150], epochs=2, verbose=0)
    model.predict(pictures, verbose=0)
    return model


def fingerprint(model):
    return b"".join(w.tobytes() for w in model.get_weights())


SCRIPT = """
import hashlib, sys
sys.path[:0] = {path!r}
from keraunos import _cpu
_cpu.set_num_threads({threads})
import test_guarantees as t
print(hashlib.sha256(t.fingerprint(t.{training})).hexdigest(), _cpu.num_threads())
"""


@pytest.mark.parametrize("training", ["train(width=64)", "train(width=1500)", "train_pictures()"])
def test_same_bits_for_any_thread_count(training):
    """1500 is wide enough for phases that are really shared between threads."""
    found = {}
    for threads in (1, 2, 3, 8):
        code = SCRIPT.format(path=[os.path.dirname(__file__), *sys.path], threads=threads, training=training)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        digest, used = done.stdout.split()
        assert int(used) == threads
        found[threads] = digest
    assert len(set(found.values())) == 1, found


def test_same_bits_for_any_verbosity_and_callbacks(capsys):
    class Listener(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            assert "loss" in logs

    plain = fingerprint(train())
    assert fingerprint(train(verbose=1)) == plain
    assert fingerprint(train(verbose=2)) == plain
    assert fingerprint(train([Listener(), keras.callbacks.EarlyStopping(patience=9)])) == plain
    assert "accuracy" in capsys.readouterr().out


def test_another_seed_gives_other_bits():
    first = fingerprint(train())
    keras.utils.set_random_seed(12)
    model = keras.models.Sequential([keras.Input((40,)), keras.layers.Dense(64)])
    assert model.get_weights()[0].tobytes() not in first


def test_fork_after_fit():
    """A child of a process that has trained can train and predict itself."""
    model = train(width=600)
    want = model.predict(X[:8], verbose=0)
    for _ in range(ROUNDS):
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            try:
                same = np.array_equal(model.predict(X[:8], verbose=0), want)
                model.fit(X[:64], Y[:64], verbose=0)
                os._exit(0 if same else 3)
            except BaseException:
                os._exit(4)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
    model.fit(X[:64], Y[:64], verbose=0)


def resident_bytes():
    """Resident set without what the allocator keeps for later."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def grown_by(function, rounds, warm_up):
    """Growth of the resident set over `rounds` calls, after `warm_up` calls that fill caches and pools."""
    for _ in range(warm_up):
        function()
    before = resident_bytes()
    for _ in range(rounds):
        function()
    return resident_bytes() - before


def grown_in_a_fresh_process(expression):
    """`grown_by` where no other test has filled caches and cut the heap into pieces."""
    code = f"import sys; sys.path[:0] = {[os.path.dirname(__file__), *sys.path]!r}\n"
    code += f"from test_guarantees import *\nmodel, row = train(), X[:1]\nprint({expression})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_models_give_their_memory_back():
    """A model of 60,000 weights with Adam holds about 0.8 MB: a leak of it would be 80 MB in 100 rounds."""
    assert grown_in_a_fresh_process(f"grown_by(lambda: train(width=1000, epochs=1), {ROUNDS}, 20)") <= 4 << 20


def test_predict_does_not_grow():
    assert grown_in_a_fresh_process("grown_by(lambda: model.predict(row, verbose=0), 100_000, 1000)") <= 1 << 20


def test_importing_leaves_denormals_alone():
    """A shared object linked with -ffast-math would flush them in the whole process."""
    train()
    assert np.float64(5e-324) * 1 != 0 and np.float32(1e-45) * np.float32(1) != 0
