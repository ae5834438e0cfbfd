"""Training on a GPU: as on the CPU, from any array, with the same bits again; variables travel when they must."""

import keraunos as keras
import numpy as np
import pytest
from foreign import Foreign
from keraunos import layers
from keraunos.runtime import mirror

RNG = np.random.default_rng(5)
X = RNG.normal(size=(90, 12)).astype("float32")
Y = (X[:, 0] + X[:, 1] > 0).astype("int32")
PICTURES = RNG.integers(0, 255, (40, 12, 12, 3), dtype="uint8")
LABELS = RNG.integers(0, 4, 40).astype("int32")


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


@pytest.mark.parametrize("make, x, y", [(dense, X, Y), (pictures, PICTURES, LABELS)])
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
