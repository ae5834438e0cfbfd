"""Embedding and ReversibleEmbedding: rows, gradients of repeated numbers, masks, ways back, mistakes."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers, ops

rng = np.random.default_rng(5)
TABLE = rng.normal(size=(7, 3))
NUMBERS = np.array([[0, 6, 3], [3, 3, 1]])


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float32"])
@pytest.mark.parametrize("shape", [(), (0,), (2, 3), (2, 0, 1), (2, 3, 1, 1)])
def test_rows_of_any_numbers(shape, dtype):
    numbers = rng.integers(0, 7, shape).astype(dtype)
    layer = layers.Embedding(7, 3, weights=TABLE, dtype="float64")
    np.testing.assert_array_equal(layer(numbers), TABLE[numbers.astype(int)])
    np.testing.assert_array_equal(keras.function(layer)(numbers), TABLE[numbers.astype(int)])


@pytest.mark.parametrize("compiled", [False, True])
def test_gradients_of_repeated_numbers_are_summed(compiled):
    layer = layers.Embedding(7, 3, weights=[TABLE], dtype="float64")
    cotangent = rng.normal(size=(2, 3, 3))

    def gradient(numbers):
        with keras.GradientTape() as tape:
            found = layer(numbers)
        return tape.gradient(found, layer.embeddings, output_gradients=cotangent)

    wanted = np.zeros((7, 3))
    np.add.at(wanted, NUMBERS, cotangent)
    found = (keras.function(gradient) if compiled else gradient)(NUMBERS)
    # At most three numbers of order 1 are added, in the same order.
    np.testing.assert_allclose(found, wanted, rtol=1e-15, atol=1e-15)


def test_mask_zero():
    layer = layers.Embedding(7, 3, mask_zero=True)
    np.testing.assert_array_equal(layer(NUMBERS)._keras_mask, NUMBERS != 0)
    assert getattr(layers.Embedding(7, 3)(NUMBERS), "_keras_mask", None) is None


def test_input_length_and_weights_are_accepted_as_in_older_scripts():
    with pytest.warns(UserWarning, match="input_length"):
        layer = layers.Embedding(7, 3, input_length=5, weights=TABLE.astype("float32"))
    assert layer.built
    np.testing.assert_array_equal(layer.get_weights()[0], TABLE.astype("float32"))
    with pytest.raises(ValueError, match="expected shape"):
        layers.Embedding(8, 3, weights=TABLE)


def test_a_constraint_holds_after_every_update():
    layer = layers.Embedding(7, 3, embeddings_constraint=keras.constraints.MaxNorm(0.5, axis=1), weights=TABLE)
    model = keras.Sequential([keras.Input((3,), dtype="int32"), layer, layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(NUMBERS, np.ones((2, 1)), verbose=0)
    # The projection divides by the norm plus the backend's epsilon.
    assert (np.linalg.norm(layer.get_weights()[0], axis=1) <= 0.5 + 1e-6).all()


@pytest.mark.parametrize("bad", [7, -1])
def test_numbers_outside_of_the_table_are_named(bad):
    with pytest.raises(ValueError, match=rf'\[embedding\] layer "words": expected numbers in 0..6, got .*{bad}'):
        layers.Embedding(7, 3, name="words")(np.array([2, bad]))


def test_fit_names_numbers_outside_of_the_table():
    model = keras.Sequential([layers.Embedding(7, 3, name="words"), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r'layer "words": expected numbers in 0..6, got 0..7'):
        model.fit(np.array([[0, 1], [7, 2]]), np.ones((2, 1)), verbose=0)


@pytest.mark.parametrize("arguments", [(0, 3), (7, -1), (7.5, 3), (True, 3), ("7", 3)])
def test_dimensions_must_be_positive_integers(arguments):
    with pytest.raises(ValueError, match="must be a positive integer"):
        layers.Embedding(*arguments)


@pytest.mark.parametrize("tie", [True, False])
def test_the_way_back(tie):
    layer = layers.ReversibleEmbedding(7, 3, tie_weights=tie, logit_soft_cap=2.0, dtype="float64")
    layer.build()
    back = TABLE.T if tie else rng.normal(size=(3, 7))
    layer.set_weights([TABLE] if tie else [TABLE, back])
    vectors = rng.normal(size=(2, 5, 3))
    # Sums of three products of order 1, then a function of slope at most 1.
    np.testing.assert_allclose(layer(vectors, reverse=True), 2 * np.tanh(vectors @ back / 2), rtol=1e-13, atol=1e-14)
    np.testing.assert_array_equal(layer(NUMBERS), TABLE[NUMBERS])
    assert layer.compute_output_shape((None, 5, 3), reverse=True) == (None, 5, 7)
    assert layer.compute_output_shape((None, 5)) == (None, 5, 3)


def test_the_way_back_has_its_own_dtype_and_no_mask():
    layer = layers.ReversibleEmbedding(7, 3, mask_zero=True, reverse_dtype="float64")
    vectors = layer(NUMBERS)
    np.testing.assert_array_equal(vectors._keras_mask, NUMBERS != 0)
    scores = layer(vectors, reverse=True)
    assert scores.dtype == "float64" and getattr(scores, "_keras_mask", None) is None


@pytest.mark.parametrize("cls", [layers.Embedding, layers.ReversibleEmbedding])
def test_configurations_come_back(cls):
    layer = cls(7, 3, embeddings_initializer="normal", embeddings_regularizer="l2", mask_zero=True, name="words")
    again = layers.deserialize(layers.serialize(layer))
    assert again.get_config() == layer.get_config()
    assert ops.shape(again(NUMBERS)) == (2, 3, 3)
