"""BalancedBatches and resample: classes of equal size, in an order that follows from seed and epoch."""

import collections

import keraunos as keras
import numpy as np
import pytest
from keraunos.utils import BalancedBatches, resample

Y = np.repeat([0, 1, 2], [20, 7, 3])
X = np.arange(30.0, dtype="float32")[:, None] * [1, 10]


def epoch(batches):
    """Rows (their numbers are in X) of every batch."""
    return [batches[i][0][:, 0].astype(int).tolist() for i in range(len(batches))]


@pytest.mark.parametrize(("sampling", "each"), [("over", 20), ("under", 3), ("balanced", 10)])
@pytest.mark.parametrize("batch_size", [1, 6, 7, 100])
def test_batches_are_balanced(sampling, each, batch_size):
    batches = BalancedBatches(X, Y, batch_size, sampling, seed=1)
    assert len(batches) == -(-3 * each // batch_size)
    for _ in range(3):
        rows = epoch(batches)
        assert [len(batch) for batch in rows[:-1]] == [batch_size] * (len(rows) - 1)
        for batch in rows:
            counts = [np.count_nonzero(Y[batch] == c) for c in range(3)]
            assert max(counts) - min(counts) <= 1
        assert np.bincount(Y[sum(rows, [])]).tolist() == [each] * 3
        batches.on_epoch_end()


@pytest.mark.parametrize("sampling", ["over", "under", "balanced"])
def test_all_rows_of_a_class_come_before_one_comes_again(sampling):
    batches = BalancedBatches(X, Y, 8, sampling, seed=3)
    seen = collections.Counter()
    for _ in range(7):
        seen.update(sum(epoch(batches), []))
        for number in range(3):
            counts = [seen[row] for row in np.flatnonzero(Y == number)]
            assert max(counts) - min(counts) <= 1
        batches.on_epoch_end()


def test_the_order_follows_from_seed_and_epoch():
    first, second = BalancedBatches(X, Y, 8, seed=5), BalancedBatches(X, Y, 8, seed=5)
    orders = []
    for _ in range(3):
        orders.append(epoch(first))
        first.on_epoch_end()
    assert orders[0] != orders[1] != orders[2]
    second.set_epoch(2)
    assert epoch(second) == orders[2] == epoch(second)
    for part in (slice(0, 20), slice(20, 27)):  # rows of a class differ by seed, and from pass to pass
        streams = []
        for seed in (5, 6):
            one = BalancedBatches(X, Y, 9, "over", seed=seed)
            rows = [row for row in sum(epoch(one), []) if part.start <= row < part.stop]
            one.set_epoch(1)
            streams += [rows, [row for row in sum(epoch(one), []) if part.start <= row < part.stop]]
        assert len(set(map(tuple, streams))) == 4
    passes = [row for row in streams[0] if row >= 20]
    assert passes[:7] != passes[7:14] and sorted(passes[:7]) == sorted(passes[7:14])
    firsts = set()
    for number in range(12):
        second.set_epoch(number)
        firsts.add(int(second[0][1][0]))
    assert firsts == {0, 1, 2}  # classes take turns in beginning
    assert len(BalancedBatches(X, Y, 8, seed=-1)[0][1]) == 8
    keras.utils.set_random_seed(1)
    one = epoch(BalancedBatches(X, Y, 8))
    keras.utils.set_random_seed(1)
    assert epoch(BalancedBatches(X, Y, 8)) == one


def test_what_goes_with_the_rows():
    inputs = {"a": X, "b": [[i] for i in range(30)]}
    hot = np.eye(3)[Y]
    batches = BalancedBatches(inputs, hot, 6, sample_weight=np.arange(30) / 2, seed=0)
    x, y, weight = batches[0]
    rows = x["a"][:, 0].astype(int)
    assert x["b"][:, 0].tolist() == rows.tolist() and (y == hot[rows]).all() and weight.tolist() == (rows / 2).tolist()
    other = BalancedBatches(X, [X, Y], 6, classes=Y[:, None], seed=0)[0]
    assert sorted(other[1][1]) == [0, 0, 1, 1, 2, 2]
    with pytest.raises(IndexError, match="5 batches"):
        batches[5]


class Seen(keras.Model):
    """Notes the rows it is trained on."""

    def __init__(self):
        super().__init__()
        self.out = keras.layers.Dense(3, activation="softmax")
        self.rows = []

    def call(self, inputs, training=None):
        if training:
            self.rows.append(np.asarray(inputs)[:, 0].astype(int).tolist())
        return self.out(inputs * 0.01)


def seen(epochs, initial_epoch=0):
    keras.utils.set_random_seed(7)
    model = Seen()
    model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
    model.predict(X[:1], verbose=0)
    batches = BalancedBatches(X, Y, 6, seed=2)
    model.fit(batches, epochs=epochs, initial_epoch=initial_epoch, verbose=0)
    return model.rows


def test_training_that_is_resumed_sees_the_same_batches():
    whole = seen(3)
    assert len(whole) == 15 and seen(3, initial_epoch=2) == whole[10:]
    expected = BalancedBatches(X, Y, 6, seed=2)
    expected.set_epoch(1)
    assert sorted(map(sorted, whole[5:10])) == sorted(map(sorted, epoch(expected)))


def test_training_as_a_program():
    model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(BalancedBatches(X, Y, 6), epochs=2, verbose=0, validation_data=BalancedBatches(X, Y, 6))
    assert history.params["steps"] == 5 and len(history.history["val_accuracy"]) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sampling": "smote"}, "sampling must be one of"),
        ({"y": Y[1:]}, "same number of rows"),
        ({"x": X[:0], "y": Y[:0]}, "same number of rows"),
        ({"batch_size": 0}, "batch_size"),
        ({"classes": np.zeros((30, 2, 2))}, "a class for every row"),
    ],
)
def test_what_does_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        BalancedBatches(**{"x": X, "y": Y, **arguments})


# --- resample ---

PICTURES = np.random.default_rng(0).normal(size=(60, 3, 2)).astype("float32")
LABELS = np.repeat([0, 1], [45, 15])


@pytest.fixture
def imblearn():
    return pytest.importorskip("imblearn", reason="imbalanced-learn is not installed: resample is not covered")


@pytest.mark.parametrize("method", ["smote", "borderline_smote", "svm_smote", "adasyn", "random_over", "smote_tomek"])
def test_more_rows(imblearn, method):
    x, y = resample(PICTURES, LABELS, method, seed=1)
    assert x.dtype == np.float32 and x.shape[1:] == (3, 2) and y.dtype == LABELS.dtype and len(x) == len(y) > 60
    assert np.bincount(y)[1] > 30
    if method != "smote_tomek":
        np.testing.assert_array_equal(x[:60], PICTURES)
    again, _ = resample(PICTURES, LABELS, method, seed=1)
    np.testing.assert_array_equal(x, again)


@pytest.mark.parametrize("method", ["random_under", "near_miss", "tomek_links", "edited_nearest_neighbours"])
def test_fewer_rows(imblearn, method):
    x, y = resample(PICTURES, LABELS, method, seed=1)
    known = {row.tobytes() for row in PICTURES}
    assert len(x) <= 60 and all(row.tobytes() in known for row in x) and np.count_nonzero(y) == 15


def test_forms_of_targets(imblearn):
    _, y = resample(PICTURES, np.eye(3, dtype="float32")[LABELS], "random_over", seed=0)
    assert y.shape == (90, 3) and y.dtype == np.float32 and y.sum(0).tolist() == [45, 45, 0]
    _, y = resample(PICTURES, LABELS[:, None] * 1.0, "random_over", seed=0)
    assert y.shape == (90, 1) and y.dtype == np.float64
    whole, _ = resample(np.arange(60)[:, None], LABELS, "random_over", seed=0)
    assert whole.dtype.kind == "i"


def test_options_and_samplers_of_ones_own(imblearn):
    from imblearn.over_sampling import SMOTE

    _, y = resample(PICTURES, LABELS, "smote", seed=0, sampling_strategy={1: 20}, k_neighbors=2)
    assert np.bincount(y).tolist() == [45, 20]

    class Doubles:
        def fit_resample(self, x, y):
            return x.astype("float64"), y

    assert resample(PICTURES, LABELS, Doubles())[0].dtype == np.float32
    own, _ = resample(PICTURES, LABELS, SMOTE(random_state=1))
    np.testing.assert_array_equal(own, resample(PICTURES, LABELS, "smote", seed=1)[0])
    with pytest.raises(ValueError, match="method must be one of"):
        resample(PICTURES, LABELS, "smoke")
    with pytest.raises(ValueError, match="y has 59 rows"):
        resample(PICTURES, LABELS[1:])


def test_without_imbalanced_learn(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "imblearn", None)
    with pytest.raises(ImportError, match=r"pip install keraunos\[imbalanced\]"):
        resample(PICTURES, LABELS)
