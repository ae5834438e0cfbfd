"""TensorBoard: what is in the event files, read with TensorBoard's own reader."""

import io
import json
import os
import subprocess
import sys

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers
from keraunos.callbacks.event_files import EventFile, buckets
from keraunos.callbacks.tensorboard import as_pictures

pytest.importorskip("tensorboard", reason="tensorboard is not installed: event files are not covered")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # noqa: E402
from tensorboard.util.tensor_util import make_ndarray  # noqa: E402

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(20, 4)).astype("float32"), RNG.normal(size=(20, 1)).astype("float32")


def model():
    keras.utils.set_random_seed(0)
    made = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, name="hidden"), layers.Dense(1, name="out")], name="net"
    )
    made.compile(keras.optimizers.SGD(0.01), "mse", metrics=["mae"])
    return made


def read(folder):
    """{tag: [(step, value)]} of a run."""
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    return {
        tag: [(event.step, make_ndarray(event.tensor_proto)) for event in events.Tensors(tag)]
        for tag in events.Tags()["tensors"]
    }


def numbers(run, tag):
    return [(step, float(value)) for step, value in run[tag]]


def fit(tmp_path, epochs=3, made=None, **arguments):
    made = made or model()
    board = keras.callbacks.TensorBoard(tmp_path / "logs", **arguments)
    history = made.fit(
        X, Y, batch_size=8, epochs=epochs, validation_data=(X, Y), verbose=0, callbacks=[board], shuffle=False
    )
    return made, history.history, read(tmp_path / "logs" / "train"), read(tmp_path / "logs" / "validation")


def close(found, wanted):
    assert [step for step, _ in found] == [step for step, _ in wanted]
    np.testing.assert_allclose([v for _, v in found], [v for _, v in wanted], rtol=1e-6)  # float32


def test_numbers_of_epochs(tmp_path):
    _, history, train, validation = fit(tmp_path)
    assert set(train) == {"epoch_loss", "epoch_mae", "epoch_learning_rate", "keras"}
    assert set(validation) == {
        "epoch_loss", "epoch_mae", "evaluation_loss_vs_iterations", "evaluation_mae_vs_iterations",
    }  # fmt: skip
    close(numbers(train, "epoch_loss"), list(enumerate(history["loss"])))
    close(numbers(validation, "epoch_mae"), list(enumerate(history["val_mae"])))
    close(numbers(train, "epoch_learning_rate"), [(0, 0.01), (1, 0.01), (2, 0.01)])
    close(numbers(validation, "evaluation_loss_vs_iterations"), list(zip((3, 6, 9), history["val_loss"], strict=True)))


class Seen(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.losses = []

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])


@pytest.mark.parametrize(("frequency", "steps"), [("batch", range(1, 7)), (1, range(1, 7)), (4, [4])])
def test_numbers_of_batches(tmp_path, frequency, steps):
    seen = Seen()
    board = keras.callbacks.TensorBoard(tmp_path, update_freq=frequency, write_steps_per_second=True)
    model().fit(X, Y, batch_size=8, epochs=2, verbose=0, shuffle=False, callbacks=[seen, board])
    train = read(tmp_path / "train")
    close(numbers(train, "batch_loss"), [(step, seen.losses[step - 1]) for step in steps])
    assert [step for step, speed in numbers(train, "batch_steps_per_second") if speed > 0] == list(steps)
    assert [step for step, speed in numbers(train, "epoch_steps_per_second") if speed > 0] == [0, 1]


def test_batches_run_natively_unless_they_are_written(tmp_path):
    for frequency, wanted in (("epoch", False), (10, True)):
        board = keras.callbacks.TensorBoard(tmp_path, update_freq=frequency)
        assert keras.callbacks.CallbackList([board]).needs_batches("train") is wanted


def test_histograms_and_pictures(tmp_path):
    Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: pictures are not covered")
    made, _, train, _ = fit(tmp_path, histogram_freq=2, write_images=True)
    assert [step for step, _ in train["net/hidden/kernel/histogram"]] == [0, 2]
    found = train["net/hidden/kernel/histogram"][-1][1]
    kernel = made.layers[0].kernel.numpy().astype("float64")
    assert found.shape == (30, 3) and found[:, 2].sum() == 12
    np.testing.assert_allclose([found[0, 0], found[-1, 1]], [kernel.min(), kernel.max()])
    counted = [((kernel >= a) & ((kernel < b) | (i == 29) & (kernel <= b))).sum() for i, (a, b, _) in enumerate(found)]
    assert found[:, 2].tolist() == counted
    width, height, *pictures = train["net/hidden/kernel/image"][-1][1]
    assert (width, height, len(pictures)) == (b"4", b"3", 1)
    pixels = np.asarray(Image.open(io.BytesIO(pictures[0])))
    np.testing.assert_array_equal(pixels, as_pictures(kernel.astype("float32"))[0, :, :, 0])
    assert set(train) > {"net/out/bias/histogram", "net/hidden/bias/image"}


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((5,), (1, 1, 5, 1)), ((5, 1), (1, 1, 5, 1)), ((2, 7), (1, 2, 7, 1)), ((7, 2), (1, 2, 7, 1)),
        ((3, 2, 6), (6, 3, 2, 1)), ((3, 3, 1, 6), (6, 3, 3, 1)), ((8, 3, 3, 3), (8, 3, 3, 3)), ((3, 3, 5, 6), None),
        ((2, 3, 4, 5, 6), None), ((1,), None), ((0, 3), None),
    ],
)  # fmt: skip
def test_forms_of_pictures(shape, wanted):
    values = RNG.normal(size=shape).astype("float32")
    found = as_pictures(values)
    assert (None if found is None else found.shape) == wanted
    if found is not None:
        assert found.dtype == np.uint8 and found.min() == 0 and found.max() == 255
    assert as_pictures(np.full(shape, np.nan, "float32")) is None
    with np.errstate(all="raise"):
        constant = as_pictures(np.ones(shape, "float32"))
    assert constant is None or not constant.any()


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([], [[0, 0, 0]] * 30),
        ([3.0, 3.0], [[3, 3, 0]] * 29 + [[3, 3, 2]]),
        ([0.0, 0.5, 1.0, 29.5, 30.0], [[0, 1, 2], [1, 2, 1]] + [[i, i + 1, 0] for i in range(2, 29)] + [[29, 30, 2]]),
    ],
)
def test_buckets(values, wanted):
    np.testing.assert_allclose(buckets(np.array(values)), wanted)


def test_weights_that_are_not_finite(tmp_path):
    made = model()
    made.layers[0].kernel.assign(np.array([[np.nan, np.inf, 1.0]] * 4))
    board = keras.callbacks.TensorBoard(tmp_path, histogram_freq=1, write_images=True)
    board.set_model(made)
    board.on_train_begin()
    board.on_epoch_begin(0)
    board.on_epoch_end(0, {})
    board.on_train_end()
    found = read(tmp_path / "train")["net/hidden/kernel/histogram"][0][1]
    assert found[-1].tolist() == [1, 1, 4] and not found[:-1, 2].any()


def test_few_of_many_pictures(tmp_path):
    file = EventFile(tmp_path)
    file.images("many", np.zeros((9, 4, 5, 3), "uint8"), 7)
    file.close()
    ((step, found),) = read(tmp_path)["many"]
    assert (step, *found[:2], len(found)) == (7, b"5", b"4", 5)


def test_the_graph(tmp_path):
    _, _, train, _ = fit(tmp_path, epochs=1)
    ((step, text),) = train["keras"]
    described = json.loads(text.item())
    assert step == 0 and described["class_name"] == "Sequential" and described["config"]["name"] == "net"
    _, _, train, _ = fit(tmp_path / "none", epochs=1, write_graph=False)
    assert "keras" not in train

    class Own(keras.Model):
        def __init__(self, layer):
            super().__init__()
            self.layer = layer

        def call(self, x):
            return self.layer(x)

    made = Own(layers.Dense(1))
    made.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="no description"):
        _, _, train, _ = fit(tmp_path / "own", epochs=1, made=made)
    assert "epoch_loss" in train


class Embedding(layers.Layer):
    """Rows of numbers by their number, as `layers.Embedding` keeps them."""

    def build(self, input_shape):
        self.embeddings = self.add_weight(shape=(5, 3), name="embeddings")

    def call(self, inputs):
        return keras.ops.matmul(inputs, self.embeddings)


def test_embeddings(tmp_path):
    made = keras.Sequential([keras.Input((5,)), Embedding(name="words"), layers.Dense(1)])
    made.compile("sgd", "mse")
    board = keras.callbacks.TensorBoard(tmp_path, embeddings_freq=1, embeddings_metadata={"words": "words.txt"})
    made.fit(np.eye(5), np.ones((5, 1)), epochs=2, verbose=0, callbacks=[board])
    text = (tmp_path / "projector_config.pbtxt").read_text()
    from google.protobuf import text_format
    from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

    (entry,) = text_format.Parse(text, ProjectorConfig()).embeddings
    assert (entry.tensor_name, entry.metadata_path) == ("words", "words.txt")
    np.testing.assert_array_equal(
        np.loadtxt(tmp_path / entry.tensor_path, delimiter="\t", dtype="float32"), made.layers[0].embeddings.numpy()
    )
    wrong = keras.callbacks.TensorBoard(tmp_path, embeddings_freq=1, embeddings_metadata={"sounds": "x"})
    with pytest.raises(ValueError, match="no embedding 'sounds', only .'words'"):
        made.fit(np.eye(5), np.ones((5, 1)), verbose=0, callbacks=[wrong])


def test_evaluation_alone(tmp_path):
    made = model()
    made.fit(X, Y, verbose=0, batch_size=8)
    board = keras.callbacks.TensorBoard(tmp_path)
    loss, _ = made.evaluate(X, Y, verbose=0, callbacks=[board])
    assert os.listdir(tmp_path) == ["validation"]
    close(numbers(read(tmp_path / "validation"), "evaluation_loss_vs_iterations"), [(3, loss)])
    made.evaluate(X, Y, verbose=0, callbacks=[board])
    assert len(os.listdir(tmp_path / "validation")) == 2  # the first file was ended


def test_two_trainings_lie_side_by_side(tmp_path):
    board = keras.callbacks.TensorBoard(tmp_path, update_freq=1)
    for _ in range(2):
        model().fit(X, Y, batch_size=10, verbose=0, callbacks=[board])
    assert len(os.listdir(tmp_path / "train")) == 2
    assert [step for step, _ in read(tmp_path / "train")["batch_loss"]] == [1, 2, 1, 2]


def test_an_optimizer_with_a_loss_scale(tmp_path):
    made = model()
    made.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.5)), "mse")
    _, _, train, _ = fit(tmp_path, epochs=1, made=made)
    close(numbers(train, "epoch_learning_rate"), [(0, 0.5)])


@pytest.mark.parametrize("frequency", [0, -1, "step", True, 1.5])
def test_frequencies_that_are_none(frequency):
    with pytest.raises(ValueError, match="update_freq"):
        keras.callbacks.TensorBoard(update_freq=frequency)


def test_there_is_no_profiler():
    with pytest.warns(UserWarning, match="no profiler") as warned:
        keras.callbacks.TensorBoard(profile_batch=2)
    assert warned[0].filename == __file__


def test_without_the_package():
    code = (
        "import sys; sys.modules['tensorboard'] = None; from keraunos.callbacks.event_files import EventFile; "
        "EventFile('nowhere').scalar('a', 1, 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ImportError: [tensorboard] this needs tensorboard: pip install keraunos[tensorboard]" in done.stderr
