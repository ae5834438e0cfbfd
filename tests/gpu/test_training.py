"""Training on a GPU: as on the CPU, from any array, with the same bits again; variables travel when they must."""

import copy
import pickle

import keraunos as keras
import numpy as np
import pytest
from foreign import Foreign
from keraunos import layers, ops
from keraunos.runtime import mirror

RNG = np.random.default_rng(5)
X = RNG.normal(size=(90, 12)).astype("float32")
Y = (X[:, 0] + X[:, 1] > 0).astype("int32")
PICTURES = RNG.integers(0, 255, (40, 12, 12, 3), dtype="uint8")
LABELS = RNG.integers(0, 4, 40).astype("int32")
# Texts of numbered words, padded with 0 in front: the row of the table that a third of all places name.
WORDS = np.where(np.arange(15) < RNG.integers(0, 11, (60, 1)), 0, RNG.integers(1, 900, (60, 15))).astype("int32")
MOODS = (WORDS.max(1) > 850).astype("int32")


def dense(optimizer="adam"):
    keras.utils.set_random_seed(11)
    model = keras.Sequential([keras.Input((12,)), layers.Dense(24, activation="relu"), layers.Dropout(0.2),
                              layers.Dense(10, activation="tanh"), layers.Dense(2, activation="softmax")])  # fmt: skip
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def pictures():
    keras.utils.set_random_seed(12)
    model = keras.Sequential([
        keras.Input((12, 12, 3)), layers.Rescaling(1 / 255), layers.Conv2D(8, 3, activation="relu"),
        layers.BatchNormalization(), layers.MaxPooling2D(2), layers.DepthwiseConv2D(3, padding="same"),
        layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"), layers.GlobalAveragePooling2D(),
        layers.LayerNormalization(), layers.Dense(4),
    ])  # fmt: skip
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


def texts(head, optimizer):
    keras.utils.set_random_seed(13)
    model = keras.Sequential([keras.Input((15,), dtype="int32"), layers.Embedding(900, 8), head(),
                              layers.Dense(16, activation="relu"), layers.Dense(2, activation="softmax")])  # fmt: skip
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def instructions(model):
    """Names of the instructions of a model's training steps; all of its Programs ran on the GPU."""
    found = {key: e for key, e in model._programs._cache.items() if hasattr(e, "target")}
    assert {e.target.name for e in found.values()} == {"gpu:0"}
    steps = [e.phases for key, e in found.items() if key[0] == "train"]
    return {i.op for phases in steps for phase in phases for group in phase.groups for i in group.instructions}


def trained(make, device, x, y, **arguments):
    keras.config.set_device(device)
    model = make()
    history = model.fit(x, y, **{"batch_size": 16, "epochs": 2, "verbose": 0, **arguments}).history
    found = history, model.get_weights(), model.predict(np.asarray(x)[:10], verbose=0)
    keras.config.set_device("auto")
    return found


def agree(got, want, tolerance):
    for name in want[0]:
        np.testing.assert_allclose(got[0][name], want[0][name], rtol=tolerance, atol=tolerance)
    for a, b in zip(got[1], want[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(got[2], want[2], rtol=tolerance, atol=tolerance)


# A dozen steps amplify rounding (2^-24 of each sum) a few hundred times.
TOLERANCE = 2e-4


@pytest.mark.parametrize("persistent", ["0", "1"])
@pytest.mark.parametrize(
    "optimizer", ["sgd", "adam", "rmsprop", keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True)]
)
def test_a_dense_network_as_on_the_cpu(optimizer, persistent, monkeypatch):
    monkeypatch.setenv("KERAUNOS_GPU_PERSISTENT", persistent)
    config = keras.optimizers.serialize(keras.optimizers.get(optimizer))
    make = lambda: dense(keras.optimizers.deserialize(config))  # noqa: E731
    agree(trained(make, "gpu", X, Y, validation_split=0.2), trained(make, "cpu", X, Y, validation_split=0.2), TOLERANCE)


def test_a_convolutional_network_as_on_the_cpu():
    agree(trained(pictures, "gpu", PICTURES, LABELS), trained(pictures, "cpu", PICTURES, LABELS), TOLERANCE)


@pytest.mark.parametrize("head", [layers.Flatten, layers.GlobalAveragePooling1D])
@pytest.mark.parametrize("rule", ["sgd", "sgd_momentum", "adam", "rmsprop", "adagrad"])
def test_a_table_of_words_as_on_the_cpu(rule, head):
    optimizer = keras.optimizers.SGD(0.05, momentum=0.9) if rule == "sgd_momentum" else keras.optimizers.get(rule)
    config = keras.optimizers.serialize(optimizer)
    made = []

    def make():
        made.append(texts(head, keras.optimizers.deserialize(config)))
        return made[-1]

    on_gpu = trained(make, "gpu", WORDS, MOODS)
    assert {"group_rows", f"{rule}_rows"} <= instructions(made[0])
    # Eight steps, each with sums of up to 80 gradients in another order: 8 * sqrt(80) * 2^-24 = 4e-6.
    agree(on_gpu, trained(make, "cpu", WORDS, MOODS), 4e-6)


def words():
    return texts(layers.Flatten, "adam")


@pytest.mark.parametrize("make, x, y", [(dense, X, Y), (pictures, PICTURES, LABELS), (words, WORDS, MOODS)])
def test_the_same_bits_again_in_every_order_of_threads(make, x, y, emulator):
    found = []
    for order in ("forward", "backward", "shuffled"):
        emulator.set_thread_order(order)
        found.append(trained(make, "gpu", x, y))
    for other in found[1:]:
        assert other[0] == found[0][0]
        assert all((a == b).all() for a, b in zip(other[1], found[0][1], strict=True))


def test_the_same_bits_with_hooks_on_every_batch():
    hooked = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)
    one, other = trained(dense, "gpu", X, Y), trained(dense, "gpu", X, Y, callbacks=[hooked])
    assert one[0] == other[0]
    assert all((a == b).all() for a, b in zip(one[1], other[1], strict=True))


def test_arrays_of_other_libraries_train_where_they_are():
    foreign = Foreign(X), Foreign(Y)
    model = dense()
    model.fit(*foreign, batch_size=16, epochs=2, verbose=0)
    assert model._programs.target.name == "gpu:0"
    want = trained(dense, "gpu", X, Y)
    assert all((a == b).all() for a, b in zip(model.get_weights(), want[1], strict=True))
    np.testing.assert_array_equal(model.predict(Foreign(X[:10]), verbose=0), want[2])
    assert model.evaluate(*foreign, verbose=0) == model.evaluate(X, Y, verbose=0)


def test_bad_labels_in_other_libraries_are_found_too():
    with pytest.raises(ValueError, match=r"\[labels\]"):
        dense().fit(Foreign(X), Foreign(Y + 5), verbose=0)


def test_variables_travel_when_the_other_side_is_newer():
    variable = keras.Variable([1.0, 2.0])
    double = keras.function(lambda: variable.assign(variable * 2))
    with keras.device("gpu"):
        double()
        held = variable.mirror(0)
        assert held.newer == mirror.DEVICE
        np.testing.assert_array_equal(variable.numpy(), [2, 4])
        assert held.newer == mirror.EQUAL
        variable.assign([5.0, 6.0])
        assert held.newer == mirror.HOST
        double()
    with keras.device("cpu"):
        double()
    with keras.device("gpu"):
        double()
    np.testing.assert_array_equal(variable.numpy(), [40, 48])


def test_values_that_were_read_stay():
    variable = keras.Variable([1.0])
    step = keras.function(lambda: variable.assign_add([1.0]))
    with keras.device("gpu"):
        step()
        before = variable.value
        step()
        assert float(before[0]) == 2 and float(variable.value[0]) == 3


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_and_pickles_are_of_the_host(copied):
    variable = keras.Variable([1.0, 2.0])
    step = keras.function(lambda: variable.assign_add([1.0, 1.0]))
    with keras.device("gpu"):
        step()
        twice = ops.multiply(variable, 2)
        again, tensor = copied(variable), copied(twice)
        step()
        np.testing.assert_array_equal(again, [2, 3])
        again.assign_add([5.0, 5.0])
        model = dense()
        model.fit(X, Y, verbose=0)
        np.testing.assert_array_equal(copied(model).predict(X[:9], verbose=0), model.predict(X[:9], verbose=0))
    np.testing.assert_array_equal(variable, [3, 4])
    np.testing.assert_array_equal(again, [7, 8])
    np.testing.assert_array_equal(tensor, [4, 6])


def test_a_model_may_change_its_device():
    model = dense()
    for device in ("cpu", "gpu", "cpu", "gpu"):
        with keras.device(device):
            model.fit(X, Y, batch_size=30, verbose=0)
            one = model.predict(X[:5], verbose=0)
        with keras.device("cpu" if device == "gpu" else "gpu"):
            np.testing.assert_allclose(model.predict(X[:5], verbose=0), one, atol=1e-5)


def test_a_step_is_recorded_once(emulator):
    with keras.device("gpu"):
        model = pictures()
        model.fit(PICTURES, LABELS, batch_size=20, verbose=0)
        emulator.take_log()
        model.fit(PICTURES, LABELS, batch_size=20, epochs=40, verbose=0)
    steps = [e.program.launches for e in model._programs._cache.values() if hasattr(e, "program")]
    # Of 80 steps one is launched directly, one recorded; metrics are read by a small Program 40 times.
    assert 0 < len(emulator.take_log()) <= 2 * max(steps) + 40 * min(filter(None, steps))
