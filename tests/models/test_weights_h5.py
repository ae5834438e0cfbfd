"""`.weights.h5` files: round trips, resuming, damage, and files of the real Keras."""

import os
import subprocess
import textwrap

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers

h5py = pytest.importorskip("h5py", reason=".weights.h5 files are not covered: h5py is not installed")

X = np.random.default_rng(1).normal(size=(64, 5)).astype("float32")
Y = np.random.default_rng(2).integers(0, 3, 64)


def model(optimizer="adam", width=6):
    m = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(width, activation="relu"),
            layers.Dropout(0.2, seed=4),
            layers.Dense(width),
            layers.PReLU(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    m.compile(optimizer, "sparse_categorical_crossentropy")
    return m


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a.get_weights(), b.get_weights(), strict=True))


def test_round_trip(tmp_path):
    first, second = model(), model()
    assert not same(first, second)
    first.save_weights(tmp_path / "w.weights.h5")
    with pytest.raises(ValueError, match="written to one file"):
        first.save_weights(tmp_path / "shards.weights.h5", max_shard_size=1)
    second.load_weights(str(tmp_path / "w.weights.h5"))
    assert same(first, second)
    assert os.listdir(tmp_path) == ["w.weights.h5"]


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw", "rmsprop", "adagrad", "nadam"])
def test_the_optimizer_goes_on_to_the_same_bits(tmp_path, name):
    straight, stopped = model(name), model(name)
    stopped.set_weights(straight.get_weights())
    for m in (straight, stopped):
        m.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    stopped.save_weights(tmp_path / "half.weights.h5")
    resumed = model(name)
    resumed.load_weights(tmp_path / "half.weights.h5")
    # The dropout stream is no weight: it is put where the first one stands.
    resumed.layers[1].seed_generator.state.assign(straight.layers[1].seed_generator.state)
    for m in (straight, resumed):
        m.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    assert same(straight, resumed)
    assert int(resumed.optimizer.iterations) == 8


def test_layout_is_keras():
    m = model()
    m.fit(X, Y, verbose=0)
    names = []
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        m.save_weights(f"{folder}/w.weights.h5")
        with h5py.File(f"{folder}/w.weights.h5") as file:
            file.visititems(lambda name, node: names.append(name) if isinstance(node, h5py.Dataset) else None)
    wanted = [f"layers/{layer}/vars/{i}" for layer in ("dense", "dense_1", "dense_2") for i in (0, 1)]
    assert {n for n in names if n.startswith("layers")} == {*wanted, "layers/p_re_lu/vars/0"}
    assert sum(n.startswith("optimizer/vars/") for n in names) == 2 + 2 * 7


def subclass():
    class Pair(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Dense(4)
            self.others = [layers.Dense(3), layers.Dense(2), keras.Sequential([layers.Dense(2)])]

        def call(self, inputs):
            inputs = self.first(inputs)
            for layer in self.others:
                inputs = layer(inputs)
            return inputs

    made = Pair()
    made(X)
    return made


def test_subclasses_with_lists_and_nested_models(tmp_path):
    first, second = subclass(), subclass()
    first.save_weights(tmp_path / "w.weights.h5")
    second.load_weights(tmp_path / "w.weights.h5")
    assert same(first, second)
    with h5py.File(tmp_path / "w.weights.h5") as file:
        # `model.layers` comes before `model.others` in the alphabet, and a layer is saved where it is met first.
        assert set(file) == {"first", "layers", "vars"} and set(file["layers"]) == {"dense_1", "dense_2", "sequential"}


def unchanged_after(m, error, load, *words):
    m.fit(X, Y, verbose=0)
    before, state = m.get_weights(), [v.numpy() for v in m.optimizer.variables]
    with pytest.raises(error) as raised:
        load(m)
    assert all(word in str(raised.value) for word in words), str(raised.value)
    for old, new in zip(before, m.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    for old, new in zip(state, m.optimizer.variables, strict=True):
        np.testing.assert_array_equal(old, new.numpy())


@pytest.mark.parametrize("cut", [0, 7, 100, 2000, -1])
def test_cut_off_files(tmp_path, cut):
    path = tmp_path / "w.weights.h5"
    model().save_weights(path)
    data = path.read_bytes()
    path.write_bytes(data[:cut])
    unchanged_after(model(), ValueError, lambda m: m.load_weights(path), "load_weights", "w.weights.h5")


def test_overwritten_bytes_never_load_half(tmp_path):
    """Wherever the file is damaged: an error that names it, or whatever arrays are in it; never half a model."""
    path = tmp_path / "w.weights.h5"
    model().save_weights(path)
    data = path.read_bytes()
    rng = np.random.default_rng(0)
    for start in rng.integers(0, len(data) - 64, 60):
        path.write_bytes(data[:start] + rng.bytes(64) + data[start + 64 :])
        m = model()
        before = m.get_weights()
        try:
            m.load_weights(path)
        except ValueError as error:
            assert "w.weights.h5" in str(error) or "[load_weights]" in str(error)
            assert all(np.array_equal(a, b) for a, b in zip(before, m.get_weights(), strict=True))


def test_a_file_that_is_something_else(tmp_path):
    path = tmp_path / "w.weights.h5"
    path.write_bytes(b"PK\x03\x04 not an HDF5 file" * 50)
    unchanged_after(model(), ValueError, lambda m: m.load_weights(path), "not a readable HDF5 file")


def test_weights_of_another_model(tmp_path):
    path = tmp_path / "w.weights.h5"
    model(width=7).save_weights(path)
    unchanged_after(model(), ValueError, lambda m: m.load_weights(path), "kernel", "(5, 6)", "(5, 7)")
    fewer = keras.Sequential([keras.Input((5,)), layers.Dense(6)])
    fewer.save_weights(path)
    unchanged_after(model(), ValueError, lambda m: m.load_weights(path), "expected 2 arrays", "dense_1")


def test_skip_mismatch_loads_what_fits(tmp_path):
    other, m = model(width=7), model()
    other.save_weights(tmp_path / "w.weights.h5")
    before = m.get_weights()
    m.load_weights(tmp_path / "w.weights.h5", skip_mismatch=True)
    np.testing.assert_array_equal(m.get_weights()[-1], other.get_weights()[-1])
    np.testing.assert_array_equal(m.get_weights()[0], before[0])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda m, d: m.save_weights(d / "w.h5"), ValueError, "weights.h5"),
        (lambda m, d: m.save_weights(d / "w.keras"), ValueError, "weights.h5"),
        (lambda m, d: m.load_weights(d / "nobody.weights.h5"), FileNotFoundError, "no such file"),
        (
            lambda m, d: keras.Sequential([layers.Dense(2)]).save_weights(d / "w.weights.h5"),
            ValueError,
            "no weights yet",
        ),
    ],
)
def test_mistakes(tmp_path, call, error, words):
    with pytest.raises(error, match=words):
        call(model(), tmp_path)
    assert os.listdir(tmp_path) == []


def test_overwrite_false_keeps_the_file(tmp_path):
    path = tmp_path / "w.weights.h5"
    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        model().save_weights(path, overwrite=False)
    assert path.read_bytes() == b"mine"


def test_a_save_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "w.weights.h5"
    m = model()
    m.save_weights(path)
    old = path.read_bytes()
    from keraunos.saving import h5_file

    written = []

    def full(group, *rest):
        if written:
            raise OSError("no space left on device")
        written.append(group)

    monkeypatch.setattr(h5_file.Group, "__setitem__", full)
    with pytest.raises(OSError, match="no space"):
        m.save_weights(path)
    assert path.read_bytes() == old and os.listdir(tmp_path) == ["w.weights.h5"]


KERAS = os.environ.get("KERAUNOS_KERAS_PYTHON")
needs_keras = pytest.mark.skipif(
    not KERAS, reason="exchange with Keras is not covered: KERAUNOS_KERAS_PYTHON names no Python that has it"
)

SCRIPT = """
    import json, sys, numpy as np, keras
    from keras import layers
    make, source, target, arrays = sys.argv[1:]
    x = np.load(arrays)["x"]; y = np.load(arrays)["y"]
    m = keras.Sequential([keras.Input((5,)), layers.Dense(6, activation="relu"), layers.Dropout(0.2, seed=4),
                          layers.Dense(6), layers.PReLU(), layers.Dense(3, activation="softmax")])
    m.compile("adam", "sparse_categorical_crossentropy")
    if source != "none":
        m.optimizer.build(m.trainable_variables)
        m.load_weights(source)
    m.layers[1].rate = 0.0
    if make == "train":
        m.fit(x, y, shuffle=False, verbose=0)
    m.save_weights(target)
    np.savez(arrays + ".out.npz", p=m.predict(x, verbose=0), step=np.array(m.optimizer.iterations))
"""


def run_keras(tmp_path, make, source):
    np.savez(tmp_path / "arrays.npz", x=X, y=Y)
    target = tmp_path / "keras.weights.h5"
    command = [KERAS, "-c", textwrap.dedent(SCRIPT), make, str(source), str(target), str(tmp_path / "arrays.npz")]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    with np.load(tmp_path / "arrays.npz.out.npz") as found:
        return target, found["p"], int(found["step"])


@needs_keras
def test_keras_reads_our_files(tmp_path):
    m = model()
    m.layers[1].rate = 0.0
    m.fit(X, Y, shuffle=False, verbose=0)
    m.save_weights(tmp_path / "ours.weights.h5")
    _, predicted, step = run_keras(tmp_path, "load", tmp_path / "ours.weights.h5")
    assert step == 2
    # float32 softmax over three products of up to 6 terms.
    np.testing.assert_allclose(m.predict(X, verbose=0), predicted, rtol=1e-5, atol=1e-6)


@needs_keras
def test_we_read_files_of_keras_and_train_on_from_them(tmp_path):
    path, predicted, step = run_keras(tmp_path, "train", "none")
    m = model()
    m.load_weights(path)
    m.layers[1].rate = 0.0
    assert step == 2
    np.testing.assert_allclose(m.predict(X, verbose=0), predicted, rtol=1e-5, atol=1e-6)
    m.fit(X, Y, shuffle=False, verbose=0)
    os.rename(path, tmp_path / "half.weights.h5")
    _, predicted, step = run_keras(tmp_path, "train", tmp_path / "half.weights.h5")
    assert step == 4 == int(m.optimizer.iterations)
    # Adam's state travels too: two more steps of rate 0.001 from fresh slots would be off by up to 1e-3.
    np.testing.assert_allclose(m.predict(X, verbose=0), predicted, rtol=1e-4, atol=1e-5)
