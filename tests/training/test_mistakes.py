"""Every mistake of the list is caught before the first batch, in at most eight lines, with layer, expected, got and
fix."""

import keraunos as keras
import numpy as np
import pytest

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 4)).astype("float32")
LABELS = RNG.integers(0, 3, 20)
ONE_HOT = np.eye(3)[LABELS]


def model(units=3, activation="softmax", loss="sparse_categorical_crossentropy", shape=(4,)):
    made = keras.Sequential([keras.Input(shape), keras.layers.Dense(units, activation=activation, name="head")])
    made.compile("sgd", loss)
    return made


def caught(error, function, *words):
    with pytest.raises(error) as raised:
        function()
    message = str(raised.value)
    assert len(message.splitlines()) <= 8, message
    for word in words:
        assert word in message, message


def test_wrong_feature_count():
    caught(
        ValueError,
        lambda: model().fit(X[:, :3], LABELS, verbose=0),
        "[shape]",
        "head",
        "(None, 4)",
        "(None, 3)",
        "Input(shape=(3,))",
    )


def test_wrong_image_size():
    m = keras.Sequential(
        [keras.Input((28, 28)), keras.layers.Flatten(name="pixels"), keras.layers.Dense(3, activation="softmax")]
    )
    m.compile("sgd", "sparse_categorical_crossentropy")
    caught(
        ValueError,
        lambda: m.fit(np.zeros((5, 32, 32)), np.zeros(5, int), verbose=0),
        "pixels",
        "(None, 28, 28)",
        "(None, 32, 32)",
    )


def test_missing_channel_axis():
    m = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(3, activation="softmax")])
    m.compile("sgd", "sparse_categorical_crossentropy")
    caught(ValueError, lambda: m.fit(np.zeros((5, 8, 8)), np.zeros(5, int), verbose=0), "x[..., None]")


def test_wrong_features_in_predict_and_evaluate():
    m = model()
    caught(ValueError, lambda: m.predict(X[:, :2], verbose=0), "(None, 4)", "(None, 2)")
    caught(ValueError, lambda: m.evaluate(X[:, :2], LABELS, verbose=0), "(None, 4)", "(None, 2)")


def test_wrong_features_in_validation_data():
    caught(
        ValueError,
        lambda: model().fit(X, LABELS, validation_data=(X[:, :3], LABELS), verbose=0),
        "validation_data",
        "(None, 3)",
    )


@pytest.mark.parametrize("labels, low, high", [(LABELS + 5, 5, 7), (LABELS - 1, -1, 1)])
def test_labels_out_of_range(labels, low, high):
    caught(
        ValueError,
        lambda: model().fit(X, labels, verbose=0),
        "[labels]",
        "head",
        "0..2",
        f"{labels.min()}..{labels.max()}",
    )


def test_labels_that_count_from_one():
    caught(ValueError, lambda: model().fit(X, LABELS + 1, verbose=0), "y - 1")


def test_labels_that_are_not_whole():
    caught(ValueError, lambda: model().fit(X, LABELS + 0.5, verbose=0), "whole", "mse")


def test_one_hot_labels_for_a_sparse_loss():
    caught(
        ValueError,
        lambda: model().fit(X, ONE_HOT, verbose=0),
        "head",
        "(N,)",
        "(20, 3)",
        "categorical_crossentropy",
        "argmax",
    )


def test_class_numbers_for_a_one_hot_loss():
    m = model(loss="categorical_crossentropy")
    caught(
        ValueError,
        lambda: m.fit(X, LABELS, verbose=0),
        "(N, 3)",
        "(20,)",
        "sparse_categorical_crossentropy",
        "to_categorical",
    )


def test_one_hot_labels_of_another_width():
    m = model(loss="categorical_crossentropy")
    caught(ValueError, lambda: m.fit(X, np.eye(5)[LABELS], verbose=0), "(N, 3)", "(20, 5)", "Dense(5)")


def test_binary_labels_out_of_range():
    m = model(1, "sigmoid", "binary_crossentropy")
    caught(ValueError, lambda: m.fit(X, LABELS, verbose=0), "between 0 and 1", "0..2")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nan_in_the_data(value):
    bad = X.copy()
    bad[7, 2] = value
    caught(ValueError, lambda: model().fit(bad, LABELS, verbose=0), "[data]", "x holds NaN", "(7, 2)", "dropna")


def test_nan_in_the_targets():
    bad = np.zeros((20, 1))
    bad[3] = np.nan
    caught(ValueError, lambda: model(1, None, "mse").fit(X, bad, verbose=0), "y holds NaN", "(3, 0)")


def test_softmax_on_one_unit():
    caught(
        ValueError,
        lambda: model(1, "softmax", "binary_crossentropy").fit(X, LABELS % 2, verbose=0),
        "head",
        "softmax over one unit",
        "sigmoid",
    )


@pytest.mark.parametrize(
    "loss, units, y, fix",
    [
        ("sparse_categorical_crossentropy", 3, LABELS, "softmax"),
        ("categorical_crossentropy", 3, ONE_HOT, "softmax"),
        ("binary_crossentropy", 1, LABELS % 2, "sigmoid"),
    ],
)
def test_crossentropy_on_a_linear_output(loss, units, y, fix):
    caught(ValueError, lambda: model(units, None, loss).fit(X, y, verbose=0), "head", "linear", fix, "from_logits=True")


def test_crossentropy_on_logits_is_fine_when_it_says_so():
    model(3, None, keras.losses.SparseCategoricalCrossentropy(from_logits=True)).fit(X, LABELS, verbose=0)


@pytest.mark.parametrize("x", [np.array([["a", "b"]] * 20), np.array([[None, object()]] * 20, object)])
def test_object_and_string_arrays(x):
    caught(TypeError, lambda: model().fit(x, LABELS, verbose=0), "x", "expected numbers", "dtype", "get_dummies")


def test_ragged_lists():
    caught(ValueError, lambda: model().fit([[1.0, 2.0], [3.0]], [0, 1], verbose=0), "different lengths")


def test_different_lengths():
    caught(ValueError, lambda: model().fit(X, LABELS[:-1], verbose=0), "same number of samples", "x: 20", "y: 19")


def test_empty_data():
    caught(ValueError, lambda: model().fit(X[:0], LABELS[:0], verbose=0), "no samples", "0 rows")


@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch"])
def test_training_before_compile(method):
    m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    caught(ValueError, lambda: getattr(m, method)(X, LABELS), "not compiled", "compile(")


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: model(loss="sparse_categorical_crossentrophy"), ("sparse_categorical_crossentropy",)),
        (lambda: keras.Sequential([keras.layers.Dense(2)]).compile("adamm", "mse"), ("adam",)),
        (lambda: keras.layers.Dense(2, activation="rellu"), ("relu",)),
        (lambda: keras.layers.Dense(2, kernel_initializer="glorot_unifrom"), ("glorot",)),
        (lambda: keras.layers.Dense(2, activatoin="relu"), ("activation",)),
    ],
)
def test_unknown_names_get_the_nearest_good_one(make, words):
    caught((ValueError, TypeError), make, *words)


def test_unknown_metric_name():
    m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    m.compile("sgd", "mse", metrics=["mean_absolut_error"])
    caught(ValueError, lambda: m.fit(X, LABELS, verbose=0), "mean_absolute_error")


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"epochs": -1}, ("epochs", "-1")),
        ({"epochs": 1.5}, ("epochs", "1.5")),
        ({"batch_size": 0}, ("batch_size", "0")),
        ({"batch_size": 2.5}, ("batch_size",)),
        ({"validation_split": 1.5}, ("validation_split", "1.5")),
        ({"validation_split": -0.1}, ("validation_split",)),
        ({"verbose": 7}, ("verbose", "7")),
        ({"steps_per_epoch": 0}, ("steps_per_epoch",)),
    ],
)
def test_arguments_out_of_range(arguments, words):
    arguments = {"verbose": 0, **arguments}
    caught((ValueError, TypeError), lambda: model().fit(X, LABELS, **arguments), *words)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: keras.layers.Dense(0), ("units", "0")),
        (lambda: keras.layers.Dense(-3), ("units", "-3")),
        (lambda: keras.layers.Dense(2.5), ("units", "2.5")),
        (lambda: keras.layers.Dropout(1.5), ("rate", "1.5")),
        (lambda: keras.layers.Dropout(-0.1), ("rate", "-0.1")),
        (lambda: keras.Sequential(keras.layers.Dense(2)), ("list",)),
        (lambda: keras.Sequential([keras.layers.Dense]), ("Dense(",)),
    ],
)
def test_layer_arguments_out_of_range(make, words):
    caught((ValueError, TypeError), make, *words)


def test_a_traced_tensor_in_an_if_names_the_layer():
    class Branch(keras.layers.Layer):
        def call(self, inputs):
            return inputs if keras.ops.sum(inputs) > 0 else -inputs

    m = keras.Sequential([keras.layers.Dense(1), Branch(name="fork")])
    m.compile("sgd", "mse")
    caught(TypeError, lambda: m.fit(X, LABELS, verbose=0), "fork", "if", "ops")


def test_loss_that_turns_nan_is_reported_once():
    m = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(8, activation="exponential", name="blowup"), keras.layers.Dense(1)]
    )
    m.compile(keras.optimizers.SGD(1e6), "mse")
    with pytest.warns(RuntimeWarning) as found:
        m.fit(X, LABELS.astype("float32"), epochs=4, batch_size=4, verbose=0, shuffle=False)
    messages = [str(w.message) for w in found if "NaN" in str(w.message)]
    assert len(messages) == 1
    assert "epoch 1, batch 2" in messages[0] and "blowup" in messages[0] and "learning rate" in messages[0]


def test_nan_watch_does_not_change_the_run():
    """Finding the culprit runs the epoch again from a snapshot; everything must be as it was afterwards."""

    def weights(watch):
        keras.utils.set_random_seed(3)
        m = keras.Sequential(
            [keras.Input((4,)), keras.layers.Dense(8, activation="exponential"), keras.layers.Dense(1)]
        )
        m.compile(keras.optimizers.SGD(1e6), "mse", metrics=["mae"])
        with pytest.warns(RuntimeWarning):
            history = m.fit(X, LABELS.astype("float32"), epochs=2, batch_size=4, verbose=0, callbacks=watch)
        return history.history["loss"], [w.tobytes() for w in m.get_weights()]

    quiet, watched = weights([]), weights([keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)])
    assert repr(quiet) == repr(watched)
