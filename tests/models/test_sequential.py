"""Sequential: how chains are put together, built, taken apart and described."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers

X = np.linspace(-1, 1, 24, dtype="float32").reshape(8, 3)


def chain(name=None):
    return keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, activation="tanh", name="a"), layers.Dense(2, name="b")], name=name
    )


def test_a_list_and_add_make_the_same_model():
    added = keras.Sequential()
    added.add(keras.Input((3,)))
    added.add(layers.Dense(4, activation="tanh", name="a"))
    added.add(layers.Dense(2, name="b"))
    listed = chain()
    added.set_weights(listed.get_weights())
    assert [w.shape for w in added.weights] == [(3, 4), (4,), (4, 2), (2,)]
    np.testing.assert_array_equal(added.predict(X, verbose=0), listed.predict(X, verbose=0))


@pytest.mark.parametrize(
    "first",
    [
        lambda: [keras.Input((3,)), layers.Dense(4)],
        lambda: [keras.Input(3), layers.Dense(4)],
        lambda: [keras.Input(batch_shape=(None, 3)), layers.Dense(4)],
        lambda: [layers.InputLayer(shape=(3,)), layers.Dense(4)],
        lambda: [layers.Dense(4, input_shape=(3,))],
        lambda: [layers.Dense(4, input_shape=[3])],
        lambda: [layers.Dense(4, input_dim=3)],
        lambda: [layers.Dense(4, batch_input_shape=(None, 3))],
    ],
)
def test_every_way_to_say_the_input_shape_builds_at_once(first):
    model = keras.Sequential(first())
    assert model.built and model.input_shape == (None, 3) and model.output_shape == (None, 4)
    assert model.count_params() == 16 and len(model.layers) == 1


def test_the_older_name_of_an_input_layers_shape_warns():
    with pytest.warns(UserWarning, match="`input_shape` is deprecated. Use `shape`"):
        layer = layers.InputLayer(input_shape=(28, 28))
    assert layer.batch_shape == (None, 28, 28)


def test_an_input_without_a_shape_is_an_error():
    with pytest.raises(ValueError, match="expected a shape"):
        layers.InputLayer()


def test_layers_are_listed_without_the_input():
    assert [layer.name for layer in chain().layers] == ["a", "b"]


def test_a_model_without_a_shape_is_built_by_its_first_data():
    model = keras.Sequential([layers.Dense(4), layers.Dense(2)])
    assert not model.built and model.weights == []
    for attribute in ("input_shape", "output_shape"):
        with pytest.raises(AttributeError, match="before it is built"):
            getattr(model, attribute)
    with pytest.raises(ValueError, match="before it is built"):
        model.count_params()
    assert model(X).shape == (8, 2)
    assert model.built and model.input_shape == (None, 3) and model.count_params() == 26


@pytest.mark.parametrize(
    "run",
    [
        lambda m: m.predict(X, verbose=0),
        lambda m: m.build((None, 3)),
        lambda m: m.fit(X, X[:, :2], verbose=0),
        lambda m: m.evaluate(X, X[:, :2], verbose=0),
    ],
)
def test_each_method_that_sees_data_builds(run):
    model = keras.Sequential([layers.Dense(4), layers.Dense(2)])
    model.compile("sgd", "mse")
    run(model)
    assert model.count_params() == 26 and model.output_shape == (None, 2)


def test_add_after_building_keeps_the_weights_that_are_there():
    model = chain()
    kernel = model.layers[0].kernel
    before = model.predict(X, verbose=0)
    model.add(layers.Rescaling(2.0))
    assert model.layers[0].kernel is kernel
    np.testing.assert_array_equal(model.predict(X, verbose=0), before * 2)


def test_pop_takes_the_last_layer_away():
    model = chain()
    hidden = np.asarray(model.layers[0](X))
    model.predict(X, verbose=0)
    assert model.pop().name == "b"
    assert model.output_shape == (None, 4) and len(model.weights) == 2
    np.testing.assert_array_equal(model.predict(X, verbose=0), hidden)
    model.pop()
    with pytest.raises(ValueError, match="no layer to remove"):
        model.pop()
    model.add(layers.Dense(1))
    assert model.output_shape == (None, 1)


def test_training_goes_on_after_pop_and_add():
    model = chain()
    model.compile("adam", "mse")
    model.fit(X, X[:, :2], verbose=0)
    model.pop()
    model.add(layers.Dense(3))
    model.compile("adam", "mse")
    before = model.layers[1].get_weights()[0]
    model.fit(X, X, verbose=0)
    assert (model.layers[1].get_weights()[0] != before).any()


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: keras.Sequential([layers.Dense(1, name="x"), layers.Dense(1, name="x")]), ValueError, "unique"),
        (lambda: keras.Sequential([layers.Dense(1), keras.Input((3,))]), ValueError, "first layer"),
        (lambda: keras.Sequential([keras.Input((3,)), keras.Input((3,))]), ValueError, "only one"),
        (lambda: keras.Sequential([layers.Dense]), TypeError, "class Dense"),
        (lambda: keras.Sequential([3]), TypeError, "expected a layer"),
        (lambda: keras.Sequential(layers.Dense(3)), TypeError, "list"),
        (lambda: keras.Sequential().build((None, 3)), ValueError, "no layers"),
        (lambda: keras.Sequential().predict(X, verbose=0), ValueError, "no layers"),
    ],
)
def test_what_cannot_be_a_chain_is_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_the_same_layer_twice_is_refused():
    layer = layers.Dense(3)
    with pytest.raises(ValueError, match="in the model already"):
        keras.Sequential([layer, layer])


def test_a_sequential_is_a_layer_of_another():
    inner = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(3)], name="inner")
    outer = keras.Sequential([keras.Input((3,)), inner, layers.Dense(2)])
    assert inner.built and outer.count_params() == 16 + 15 + 8
    assert outer.weights[0].path.endswith("inner/" + inner.layers[0].name + "/kernel")
    want = np.maximum(X @ inner.weights[0].numpy() + inner.weights[1].numpy(), 0)
    want = (want @ inner.weights[2].numpy() + inner.weights[3].numpy()) @ outer.weights[4].numpy()
    # Three float32 products of at most 4 terms of size 1: a few units in the last place.
    np.testing.assert_allclose(outer.predict(X, verbose=0), want, rtol=0, atol=2e-6)


def test_a_nested_sequential_trains_with_its_parent():
    inner = keras.Sequential([layers.Dense(4), layers.Dropout(0.5)])
    outer = keras.Sequential([inner, layers.Dense(1)])
    outer.compile("sgd", "mse")
    outer.fit(X, X[:, :1], epochs=1, verbose=0)
    before = inner.get_weights()[0]
    outer.fit(X, X[:, :1], epochs=1, verbose=0)
    assert (inner.get_weights()[0] != before).any()


@pytest.mark.parametrize("build", [True, False])
def test_get_config_round_trip(build):
    model = (
        chain(name="named")
        if build
        else keras.Sequential([layers.Dense(4), layers.Dropout(0.25, seed=3)], name="named")
    )
    config = model.get_config()
    again = keras.Sequential.from_config(config)
    assert again.get_config() == config and again.name == "named" and again.built == build
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in model.layers]
    if build:
        again.set_weights(model.get_weights())
        np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


def test_from_config_keeps_trainable_false():
    model = chain()
    model.trainable = False
    assert not keras.Sequential.from_config(model.get_config()).trainable


def test_a_custom_layer_in_a_config_needs_its_class():
    class Twice(layers.Layer):
        def call(self, inputs):
            return inputs * 2

    config = keras.Sequential([keras.Input((3,)), Twice()]).get_config()
    again = keras.Sequential.from_config(config, custom_objects={"Twice": Twice})
    np.testing.assert_array_equal(again.predict(X, verbose=0), X * 2)
    with pytest.raises((ValueError, TypeError), match="Twice"):
        keras.Sequential.from_config(config)


def test_get_layer_by_name_and_index():
    model = chain()
    assert model.get_layer("b") is model.layers[1] and model.get_layer(index=0) is model.layers[0]
    assert model.get_layer(index=-1) is model.layers[1]
    with pytest.raises(ValueError, match=r"no layer 'dens'.*"):
        model.get_layer("dens")
    with pytest.raises(ValueError, match="out of range"):
        model.get_layer(index=2)


def test_names_are_numbered():
    keras.utils.clear_session()
    assert [keras.Sequential().name for _ in range(3)] == ["sequential", "sequential_1", "sequential_2"]


def test_a_layer_may_be_in_two_models_and_shares_its_weights():
    shared = layers.Dense(2)
    one, two = (
        keras.Sequential([keras.Input((3,)), shared]),
        keras.Sequential([keras.Input((3,)), shared, layers.Dense(1)]),
    )
    one.compile("sgd", "mse")
    before = two.predict(X, verbose=0)
    one.fit(X, X[:, :2], verbose=0)
    assert (two.predict(X, verbose=0) != before).any()


def test_compute_output_shape_without_data():
    model = keras.Sequential([layers.Flatten(), layers.Dense(5)])
    assert model.compute_output_shape((None, 2, 3)) == (None, 5)
