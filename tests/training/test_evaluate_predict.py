"""evaluate, predict and the *_on_batch methods."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers, ops

RNG = np.random.default_rng(53)
X = RNG.normal(size=(70, 5)).astype("float32")
LABELS = RNG.integers(0, 4, 70)


def model(width=32, **compiled):
    keras.utils.set_random_seed(2)
    made = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(width, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(4, activation="softmax"),
        ]
    )
    made.compile("sgd", "sparse_categorical_crossentropy", **compiled)
    return made


def losses(m, x=X, labels=LABELS):
    return -np.log(m.predict(x, verbose=0)[np.arange(len(x)), labels].astype("float64"))


def test_evaluate_gives_a_number_without_metrics():
    m = model()
    found = m.evaluate(X, LABELS, verbose=0)
    assert isinstance(found, float)
    np.testing.assert_allclose(found, losses(m).mean(), rtol=1e-5)


def test_evaluate_gives_a_list_or_a_dict():
    m = model(metrics=["accuracy", "sparse_top_k_categorical_accuracy"])
    listed = m.evaluate(X, LABELS, verbose=0)
    named = m.evaluate(X, LABELS, verbose=0, return_dict=True)
    assert listed == [named["loss"], named["accuracy"], named["sparse_top_k_categorical_accuracy"]]
    assert named["accuracy"] == pytest.approx((m.predict(X, verbose=0).argmax(1) == LABELS).mean(), rel=1e-6)
    assert m.metrics_names[0] == "loss"


@pytest.mark.parametrize("batch_size", [1, 3, 32, 70, 500])
def test_evaluate_does_not_depend_on_the_batch_size(batch_size):
    m = model(metrics=["accuracy"])
    want = m.evaluate(X, LABELS, verbose=0, batch_size=70)
    # The mean of 70 losses, added up batch by batch in float32.
    np.testing.assert_allclose(m.evaluate(X, LABELS, verbose=0, batch_size=batch_size), want, rtol=3e-6)


def test_evaluate_with_weights_and_steps():
    m = model()
    weights = RNG.uniform(size=70)
    np.testing.assert_allclose(
        m.evaluate(X, LABELS, verbose=0, sample_weight=weights, batch_size=70), (weights * losses(m)).mean(), rtol=1e-5
    )
    np.testing.assert_allclose(
        m.evaluate(X, LABELS, verbose=0, batch_size=10, steps=2), losses(m)[:20].mean(), rtol=1e-5
    )
    with pytest.raises(TypeError, match="unexpected argument 'weights'"):
        m.evaluate(X, LABELS, weights=weights)


def test_evaluate_changes_nothing():
    m = model(metrics=["accuracy"])
    before = m.get_weights()
    first = m.evaluate(X, LABELS, verbose=0)
    assert m.evaluate(X, LABELS, verbose=0) == first
    assert all(np.array_equal(a, b) for a, b in zip(before, m.get_weights(), strict=True))


@pytest.mark.parametrize("width", [3, 32, 600])
@pytest.mark.parametrize("batch_size", [1, 2, 7, 31, 69, 70, 71, 1000])
def test_predictions_have_the_same_bits_for_every_batch_size(width, batch_size):
    m = model(width)
    want = m.predict(X, batch_size=32, verbose=0)
    np.testing.assert_array_equal(m.predict(X, batch_size=batch_size, verbose=0), want)
    np.testing.assert_array_equal(m.predict_on_batch(X), want)


def test_one_row_and_a_changed_row():
    m = model()
    whole = m.predict(X, verbose=0)
    for i in (0, 3, 69):
        np.testing.assert_array_equal(m.predict(X[i : i + 1], verbose=0), whole[i : i + 1])
    row = X[:1].copy()
    m.predict(row, verbose=0)
    row[...] = X[5]
    np.testing.assert_array_equal(m.predict(row, verbose=0), whole[5:6])
    np.testing.assert_array_equal(m.predict(np.asfortranarray(X[:2]), verbose=0), whole[:2])
    np.testing.assert_array_equal(m.predict(np.asfortranarray(X[1:3]), verbose=0), whole[1:3])


def test_results_of_predict_are_arrays_of_their_own():
    m = model()
    first = m.predict(X[:4], verbose=0)
    kept = first.copy()
    m.predict(X[4:8], verbose=0)
    np.testing.assert_array_equal(first, kept)
    first[...] = 0
    np.testing.assert_array_equal(m.predict(X[:4], verbose=0), kept)


def test_predict_sees_new_weights_and_other_shapes():
    m = model()
    m.predict(X[:1], verbose=0)
    m.layers[0].kernel.assign(np.zeros((5, 32)))
    assert np.ptp(m.predict(X[:2], verbose=0), axis=0).max() == 0
    with pytest.raises(ValueError, match=r"\[shape\]"):
        m.predict(X[:1, :4], verbose=0)


def test_predict_of_nothing():
    with pytest.raises(ValueError, match="no samples"):
        model().predict(X[:0], verbose=0)


def test_structures_of_outputs():
    class Two(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = layers.Dense(2)

        def call(self, inputs):
            return {"a": self.out(inputs), "b": (inputs, ops.sum(inputs, -1))}

    found = Two().predict(X, batch_size=32, verbose=0)
    assert found["a"].shape == (70, 2) and found["b"][1].shape == (70,)
    np.testing.assert_array_equal(found["b"][0], X)


def test_train_on_batch_is_one_step_of_fit():
    by_fit, by_batch = model(), model()
    loss = by_fit.fit(X, LABELS, batch_size=70, shuffle=False, verbose=0).history["loss"][0]
    assert by_batch.train_on_batch(X, LABELS) == pytest.approx(loss, rel=1e-6)
    for one, other in zip(by_fit.get_weights(), by_batch.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_on_batch_results():
    m = model(metrics=["accuracy"])
    named = m.test_on_batch(X, LABELS, return_dict=True)
    assert set(named) == {"loss", "accuracy"}
    assert m.test_on_batch(X, LABELS) == [named["loss"], named["accuracy"]]
    # Metrics are those of the batch alone.
    np.testing.assert_allclose(m.test_on_batch(X[:3], LABELS[:3])[0], losses(m)[:3].mean(), rtol=1e-5)
    weights = np.arange(70.0)
    np.testing.assert_allclose(m.test_on_batch(X, LABELS, weights)[0], (weights * losses(m)).mean(), rtol=1e-5)
    first = m.train_on_batch(X, LABELS, class_weight={0: 0.0, 1: 0.0, 2: 0.0, 3: 0.0})
    assert first[0] == 0
    with pytest.raises(ValueError, match="same number|samples|rows"):
        m.train_on_batch(X, LABELS[:-1])
