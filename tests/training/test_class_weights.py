"""class_weight and sample_weight for targets of every rank and for several outputs."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers
from keraunos.utils import balanced_class_weights

RNG = np.random.default_rng(0)
N, T, C = 24, 5, 3
WEIGHTS = {0: 0.5, 1: 2.0}  # class 2 has weight 1
TABLE = np.array([0.5, 2.0, 1.0], "float32")


def model(shape, units, activation, loss, **compiled):
    made = keras.Sequential([keras.Input(shape), layers.Dense(units, activation=activation, kernel_initializer="ones")])
    made.compile("sgd", loss, weighted_metrics=["accuracy"], **compiled)
    return made


def numbers(*shape):
    return RNG.integers(0, C, shape)


CASES = {
    "class numbers": ((4,), C, "softmax", "sparse_categorical_crossentropy", numbers(N), TABLE),
    "one column": ((4,), C, "softmax", "sparse_categorical_crossentropy", numbers(N, 1), TABLE),
    "one-hot": ((4,), C, "softmax", "categorical_crossentropy", np.eye(C)[numbers(N)], TABLE),
    "sequences": ((T, 4), C, "softmax", "sparse_categorical_crossentropy", numbers(N, T), TABLE),
    "sequences of one column": ((T, 4), C, "softmax", "sparse_categorical_crossentropy", numbers(N, T, 1), TABLE),
    "sequences, one-hot": ((T, 4), C, "softmax", "categorical_crossentropy", np.eye(C)[numbers(N, T)], TABLE),
    "pictures": ((3, 2, 4), C, "softmax", "sparse_categorical_crossentropy", numbers(N, 3, 2), TABLE),
    "as long as there are classes": ((C, 4), C, "softmax", "sparse_categorical_crossentropy", numbers(N, C), TABLE),
    "two classes": ((4,), 1, "sigmoid", "binary_crossentropy", RNG.integers(0, 2, N), TABLE),
    "two classes, floats": ((4,), 1, "sigmoid", "binary_crossentropy", RNG.integers(0, 2, (N, 1)) * 1.0, TABLE),
    "two classes, sequences": ((T, 4), 1, "sigmoid", "binary_crossentropy", RNG.integers(0, 2, (N, T, 1)), TABLE),
}


def class_of(name, y):
    if "one-hot" in name:
        return y.argmax(-1)
    return (y[..., 0] if y.ndim > 1 and y.shape[-1] == 1 else y).astype(int)


@pytest.mark.parametrize("source", ["arrays", "dataset"])
@pytest.mark.parametrize("name", CASES)
def test_weights_of_classes_are_weights_of_samples(name, source):
    shape, units, activation, loss, y, table = CASES[name]
    x = RNG.normal(size=(N, *shape)).astype("float32")
    given, meant = model(shape, units, activation, loss), model(shape, units, activation, loss)
    rows = table[class_of(name, y)]
    if source == "arrays":
        a = given.fit(x, y, shuffle=False, verbose=0, batch_size=8, class_weight=WEIGHTS).history
        b = meant.fit(x, y, shuffle=False, verbose=0, batch_size=8, sample_weight=rows).history
    else:
        slices = keras.data.Dataset.from_tensor_slices
        a = given.fit(slices((x, y)).batch(8), verbose=0, class_weight=WEIGHTS).history
        b = meant.fit(slices((x, y, rows)).batch(8), verbose=0).history
    assert a == b
    np.testing.assert_array_equal(given.get_weights()[0], meant.get_weights()[0])


@pytest.mark.parametrize("name", CASES)
def test_the_loss_is_the_weighted_mean(name):
    """What Keras computes: the mean over all losses, each times the weight of its class."""
    shape, units, activation, loss, y, table = CASES[name]
    x = RNG.normal(size=(N, *shape)).astype("float32")
    made = model(shape, units, activation, loss)
    predicted = made.predict(x, verbose=0).astype("float64")
    classes = class_of(name, y)
    if units == 1:
        chosen = np.where(classes == 1, predicted[..., 0], 1 - predicted[..., 0])
    else:
        chosen = np.take_along_axis(predicted, classes[..., None], -1)[..., 0]
    wanted = np.mean(-np.log(chosen) * table[classes])
    found = made.train_on_batch(x, y, class_weight=WEIGHTS, return_dict=True)["loss"]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)  # float32 probabilities and sums


def test_one_weight_per_sequence_spreads_over_its_steps():
    shape, units, activation, loss, y, _ = CASES["sequences"]
    x, rows = RNG.normal(size=(N, *shape)).astype("float32"), RNG.uniform(size=N).astype("float32")
    a, b = model(shape, units, activation, loss), model(shape, units, activation, loss)
    spread = np.repeat(rows[:, None], T, 1)
    one = a.fit(x, y, shuffle=False, verbose=0, sample_weight=rows, class_weight=WEIGHTS).history
    all_steps = b.fit(x, y, shuffle=False, verbose=0, sample_weight=spread * TABLE[y]).history
    np.testing.assert_allclose(one["loss"], all_steps["loss"], rtol=1e-6)
    # As many weights as rows belong to the rows, also where there are as many steps; others are NumPy's business.
    values = np.float32([[1, 1], [2, 2], [4, 4]])
    loss = keras.losses.LossFunctionWrapper(lambda y_true, y_pred: y_pred)
    np.testing.assert_allclose(loss(values[:2], values[:2], sample_weight=np.float32([1, 0])), 0.5)
    np.testing.assert_allclose(loss(values, values, sample_weight=np.float32([1, 0])), 7 / 6)


def test_metrics_are_weighted_too():
    shape, units, activation, loss, y, table = CASES["sequences"]
    x = RNG.normal(size=(N, *shape)).astype("float32")
    made = model(shape, units, activation, loss)
    right = made.predict(x, verbose=0).argmax(-1) == y
    found = made.train_on_batch(x, y, class_weight=WEIGHTS, return_dict=True)["accuracy"]
    rows = table[y]
    np.testing.assert_allclose(found, (right * rows).sum() / rows.sum(), rtol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_balanced(name):
    shape, units, activation, loss, y, _ = CASES[name]
    x = RNG.normal(size=(N, *shape)).astype("float32")
    classes = class_of(name, y)
    counts = np.bincount(classes.ravel())
    factors = classes.size / (np.count_nonzero(counts) * np.maximum(counts, 1))
    given, meant = model(shape, units, activation, loss), model(shape, units, activation, loss)
    a = given.fit(x, y, shuffle=False, verbose=0, class_weight="balanced").history
    b = meant.fit(x, y, shuffle=False, verbose=0, sample_weight=factors[classes].astype("float32")).history
    np.testing.assert_allclose(a["loss"], b["loss"], rtol=1e-6)


def test_negative_numbers_are_classes_of_their_own():
    shape, units, activation, _, y, table = CASES["sequences"]
    loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=-1)
    y = np.where(RNG.uniform(size=y.shape) < 0.3, -1, y)
    x = RNG.normal(size=(N, *shape)).astype("float32")
    given, meant = model(shape, units, activation, loss), model(shape, units, activation, loss)
    a = given.fit(x, y, shuffle=False, verbose=0, class_weight=WEIGHTS).history
    b = meant.fit(x, y, shuffle=False, verbose=0, sample_weight=np.where(y < 0, 1, table[y])).history
    assert a == b
    assert balanced_class_weights([-1, 0, 0, 1, -1]) == {0: 0.75, 1: 1.5}
    assert given.fit(x, y, verbose=0, class_weight={-1: 0.0, 5: 3.0}).history["loss"][0] > 0


def test_balanced_weights():
    assert balanced_class_weights([[0, 1], [1, 1]]) == {0: 2.0, 1: 2 / 3}  # numbers of any shape
    assert balanced_class_weights(np.eye(3)[[0, 0, 2, 0]]) == {0: 2 / 3, 2: 2.0}  # one-hot
    assert balanced_class_weights(np.array([[0.0], [1.0], [1.0]])) == {0: 1.5, 1: 0.75}
    assert balanced_class_weights([]) == {}


def two_outputs():
    x = keras.Input((4,))
    a = layers.Dense(C, activation="softmax", name="a", kernel_initializer="ones")(x)
    b = layers.Dense(1, activation="sigmoid", name="b", kernel_initializer="ones")(x)
    made = keras.Model(x, [a, b])
    made.compile("sgd", ["sparse_categorical_crossentropy", "binary_crossentropy"])
    return made


X = RNG.normal(size=(N, 4)).astype("float32")
YA, YB = numbers(N), RNG.integers(0, 2, N)


@pytest.mark.parametrize(
    ("given", "weights"),
    [
        ({"a": WEIGHTS, "b": {1: 3.0}}, (TABLE[YA], np.where(YB, 3, 1))),
        ([WEIGHTS, {1: 3.0}], (TABLE[YA], np.where(YB, 3, 1))),
        ({"b": {1: 3.0}}, (np.ones(N), np.where(YB, 3, 1))),
        ([None, {1: 3.0}], (np.ones(N), np.where(YB, 3, 1))),
        ("balanced", tuple(N / (len(np.unique(y)) * np.bincount(y)[y]) for y in (YA, YB))),
        ({"a": "balanced"}, (N / (C * np.bincount(YA)[YA]), np.ones(N))),
    ],
)
@pytest.mark.parametrize("named", [False, True])
def test_several_outputs(given, weights, named):
    y = {"b": YB, "a": YA} if named else [YA, YB]
    rows = RNG.uniform(size=N)
    one, other = two_outputs(), two_outputs()
    a = one.fit(X, y, shuffle=False, verbose=0, class_weight=given).history
    b = other.fit(X, y, shuffle=False, verbose=0, sample_weight=[w.astype("float32") for w in weights]).history
    np.testing.assert_allclose(a["loss"], b["loss"], rtol=1e-6)
    a = one.fit(X, y, shuffle=False, verbose=0, class_weight=given, sample_weight=rows).history
    b = other.fit(X, y, shuffle=False, verbose=0, sample_weight=[(w * rows).astype("float32") for w in weights]).history
    np.testing.assert_allclose(a["loss"], b["loss"], rtol=1e-6)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (WEIGHTS, ValueError, "entry for every output: {'a': {class: weight}"),
        ({"c": WEIGHTS}, ValueError, "entry for every output"),
        ([WEIGHTS], ValueError, "entry for every output"),
        (3, TypeError, "class_weight must be a dict"),
        ({"a": {"cat": 1.0}}, TypeError, "class number: weight"),
    ],
)
def test_weights_that_do_not_fit_the_outputs(given, error, message):
    with pytest.raises(error, match=message):
        two_outputs().fit(X, [YA, YB], verbose=0, class_weight=given)


def test_a_single_output_needs_a_single_dict():
    made = model(*CASES["class numbers"][:4])
    assert made.fit(X, YA, verbose=0, class_weight=[WEIGHTS]).history["loss"]
    with pytest.raises(ValueError, match="one dict"):
        made.fit(X, YA, verbose=0, class_weight=[WEIGHTS, WEIGHTS])


def test_batches_cannot_be_balanced_one_by_one():
    batches = keras.data.Dataset.from_tensor_slices((X, YA)).batch(8)
    with pytest.raises(ValueError, match="balanced_class_weights"):
        model(*CASES["class numbers"][:4]).fit(batches, verbose=0, class_weight="balanced")


def test_a_model_whose_shapes_are_not_known():
    class Free(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = layers.Dense(C, activation="softmax", kernel_initializer="ones")

        def call(self, inputs):
            return self.out(inputs) if float(keras.ops.sum(inputs)) > -1e9 else inputs  # needs numbers

    made, meant = Free(), Free()
    for one in (made, meant):
        one.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
    a = made.fit(X, YA, shuffle=False, verbose=0, class_weight=WEIGHTS).history
    assert a == meant.fit(X, YA, shuffle=False, verbose=0, sample_weight=TABLE[YA]).history
