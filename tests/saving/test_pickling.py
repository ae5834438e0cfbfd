"""Models in pickles and copies: weights, the optimizer's state, classes of one's own."""

import copy
import pickle

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(16, 4)).astype("float32"), RNG.normal(size=(16, 2)).astype("float32")
WAYS = {"pickle": lambda model: pickle.loads(pickle.dumps(model)), "copy": copy.deepcopy}


class Scaled(layers.Layer):
    """A layer of the user's, which no registry knows."""

    def __init__(self, units=2, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.inner = layers.Dense(units)

    def call(self, inputs):
        return self.inner(inputs) * 2

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def own_loss(y_true, y_pred):
    return keras.ops.mean((y_true - y_pred) ** 2, axis=-1)


class Own(keras.Model):
    def __init__(self, width=3, **kwargs):
        super().__init__(**kwargs)
        self.hidden, self.out = layers.Dense(width, activation="relu"), layers.Dense(2)

    def call(self, inputs):
        return self.out(self.hidden(inputs))


def sequential():
    return keras.Sequential([keras.Input((4,)), layers.Dense(3, "relu"), layers.BatchNormalization(), Scaled(2)])


def functional():
    x = keras.Input((4,))
    hidden = layers.Dense(3, activation="relu")(x)
    return keras.Model(x, layers.Dense(2)(layers.concatenate([hidden, x])))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", [sequential, functional, Own])
def test_a_copy_goes_on_where_the_model_was(make, way):
    model = make()
    model.compile(keras.optimizers.Adam(0.01), own_loss, metrics=[own_loss, "mae"])
    model.fit(X, Y, epochs=2, verbose=0)
    made = WAYS[way](model)
    assert made is not model and type(made) is type(model) and made.name == model.name
    np.testing.assert_array_equal(made.predict(X, verbose=0), model.predict(X, verbose=0))
    a, b = (one.fit(X, Y, epochs=2, shuffle=False, verbose=0).history for one in (model, made))
    assert a == b  # Adam's moments are there, too
    np.testing.assert_array_equal(made.predict(X, verbose=0), model.predict(X, verbose=0))
    assert int(made.optimizer.iterations) == int(model.optimizer.iterations) == 4


@pytest.mark.parametrize("trained", [False, True])
def test_files_of_models_of_ones_own(trained, tmp_path):
    pytest.importorskip("h5py", reason="h5py is not installed: writing .keras files is not covered")
    model = Own()
    if trained:
        model.compile("adam", "mse")
        model.fit(X, Y, verbose=0)
    else:
        model(X)
    model.save(tmp_path / "own.keras")
    made = keras.models.load_model(tmp_path / "own.keras", custom_objects={"Own": Own})
    np.testing.assert_array_equal(made.predict(X, verbose=0), model.predict(X, verbose=0))


@pytest.mark.parametrize("way", WAYS)
def test_models_that_are_not_built_or_not_compiled(way):
    made = WAYS[way](keras.Sequential([layers.Dense(3)]))
    assert not made.built and not made.compiled
    built = functional()
    made = WAYS[way](built)
    assert not made.compiled
    np.testing.assert_array_equal(made.get_weights()[0], built.get_weights()[0])
    assert made.get_weights()[0] is not built.get_weights()[0]


def test_a_copy_is_independent():
    model = functional()
    made = copy.deepcopy(model)
    made.set_weights([w + 1 for w in made.get_weights()])
    np.testing.assert_array_equal(made.get_weights()[0], model.get_weights()[0] + 1)


def test_what_cannot_be_described_says_so():
    model = keras.Sequential([layers.Dense(2, activation=lambda x: x)])
    with pytest.raises(ValueError, match="lambda"):
        pickle.dumps(model)
