"""Weights: counted, read, replaced, frozen."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers

X = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
Y = X[:, :2]


def model():
    return keras.Sequential([keras.Input((3,)), layers.Dense(4, name="low"), layers.Dense(2, name="high")])


def test_get_weights_gives_copies():
    m = model()
    copies = m.get_weights()
    copies[0][...] = 7
    assert (m.get_weights()[0] != 7).all()


def test_set_weights_takes_lists_and_other_dtypes():
    m = model()
    m.set_weights([w.astype("float64").tolist() for w in m.get_weights()])
    assert all(w.dtype == np.float32 for w in m.get_weights())


def test_set_weights_after_predict_is_seen():
    m = model()
    m.predict(X, verbose=0)
    m.set_weights([np.zeros_like(w) for w in m.get_weights()])
    assert not m.predict(X, verbose=0).any()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda w: w[:-1], ["expected 4 arrays, got 3"]),
        (lambda w: [*w, w[0]], ["expected 4 arrays, got 5"]),
        (lambda w: [w[0], w[1], w[2].T, w[3]], ["high/kernel", "expected shape (4, 2), got (2, 4)"]),
        (lambda w: [w[0] + 1, w[1] + 1, w[2] + 1, np.zeros(3)], ["high/bias", "(2,), got (3,)"]),
    ],
)
def test_set_weights_with_a_mistake_changes_nothing(change, words):
    m = model()
    before = m.get_weights()
    with pytest.raises(ValueError) as raised:
        m.set_weights(change(m.get_weights()))
    assert all(word in str(raised.value) for word in words)
    for old, new in zip(before, m.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_set_weights_before_building_says_so():
    with pytest.raises(ValueError, match="not built yet"):
        keras.Sequential([layers.Dense(2)]).set_weights([np.zeros((3, 2))])


def test_a_frozen_layer_does_not_move_and_thaws():
    m = model()
    m.layers[0].trainable = False
    m.compile("adam", "mse")
    low, high = m.layers[0].get_weights(), m.layers[1].get_weights()
    m.fit(X, Y, verbose=0)
    for old, new in zip(low, m.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert (m.layers[1].get_weights()[0] != high[0]).any()
    m.layers[0].trainable = True
    m.compile("adam", "mse")
    m.fit(X, Y, verbose=0)
    assert (m.layers[0].get_weights()[0] != low[0]).any()


def test_freezing_between_fits_without_compile():
    """The optimizer was built for all weights: those that are frozen now simply stay."""
    m = model()
    m.compile("adam", "mse")
    m.fit(X, Y, verbose=0)
    low = m.layers[0].get_weights()
    m.layers[0].trainable = False
    m.fit(X, Y, verbose=0)
    for old, new in zip(low, m.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_freezing_the_model_freezes_its_layers():
    m = model()
    m.trainable = False
    assert m.trainable_weights == [] and len(m.non_trainable_weights) == 4 and not m.layers[1].trainable
    m.compile("sgd", "mse")
    before = m.get_weights()
    with pytest.warns(UserWarning, match="no trainable weights"):
        loss = m.fit(X, Y, verbose=0).history["loss"][0]
    assert np.isfinite(loss) and all(map(np.array_equal, before, m.get_weights()))


def test_counts():
    m = model()
    m.layers[0].trainable = False
    assert m.count_params() == 26
    assert sum(v.size for v in m.trainable_weights) == 10 and sum(v.size for v in m.non_trainable_weights) == 16
    assert [v.path.split("/", 1)[1] for v in m.variables] == ["low/kernel", "low/bias", "high/kernel", "high/bias"]


def test_constraints_and_regularizers_take_part_in_fit():
    m = keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_constraint="non_neg", kernel_regularizer="l2")])
    m.compile(keras.optimizers.SGD(0.5), "mse")
    m.fit(X, -Y, epochs=3, verbose=0)
    assert (m.get_weights()[0] >= 0).all()
    kernel = m.get_weights()[0]
    want = np.mean((m.predict(X, verbose=0) + Y) ** 2) + 0.01 * (kernel**2).sum()
    np.testing.assert_allclose(m.evaluate(X, -Y, verbose=0), want, rtol=1e-5)
