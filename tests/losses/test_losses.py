"""Losses: reductions, weights, masks, logits behind probabilities, names, errors."""

import keraunos as keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keraunos import losses, ops

rng = np.random.default_rng(5)
CLASSES = [name for name in losses.__all__ if isinstance(getattr(losses, name), type) and name[0].isupper()]
CLASSES = [name for name in CLASSES if name not in ("Loss", "LossFunctionWrapper")]


def normal(*shape):
    return rng.standard_normal(shape).astype("float32")


@pytest.mark.parametrize("name", CLASSES)
def test_config_and_serialization_round_trip(name):
    loss = getattr(losses, name)(reduction="sum", name="mine")
    again = losses.deserialize(losses.serialize(loss))
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()
    assert again.get_config()["name"] == "mine" and again.reduction == "sum"


@pytest.mark.parametrize("name", CLASSES)
def test_found_by_class_name(name):
    assert type(losses.get(name)).__name__ == name


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("mse", "mean_squared_error"),
        ("MAE", "mean_absolute_error"),
        ("mape", "mean_absolute_percentage_error"),
        ("msle", "mean_squared_logarithmic_error"),
        ("bce", "binary_crossentropy"),
        ("kld", "kl_divergence"),
        ("Sparse_Categorical_Crossentropy", "SparseCategoricalCrossentropy"),
    ],
)
def test_aliases(alias, name):
    found = losses.get(alias)
    assert (found.__name__ if callable(found) and hasattr(found, "__name__") else type(found).__name__) == name


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(
        ValueError, match=r"\[loss\] unknown loss 'mean_square_error'; did you mean 'mean_squared_error'"
    ):
        losses.get("mean_square_error")


def test_unknown_reduction():
    with pytest.raises(ValueError, match=r"reduction must be one of .* got 'average'"):
        losses.MeanSquaredError(reduction="average")


def test_label_smoothing_outside_its_range():
    with pytest.raises(ValueError, match="label_smoothing must be in"):
        losses.CategoricalCrossentropy(label_smoothing=1.5)


def test_one_hot_labels_for_sparse_crossentropy():
    with pytest.raises(ValueError, match="for one-hot labels use categorical_crossentropy"):
        losses.SparseCategoricalCrossentropy()(np.eye(3, dtype="float32"), np.full((3, 3), 1 / 3, "float32"))


def test_class_numbers_for_categorical_crossentropy():
    with pytest.raises(ValueError, match="for class numbers use sparse_categorical_crossentropy"):
        losses.CategoricalCrossentropy()(np.array([0, 1, 2]), np.full((3, 3), 1 / 3, "float32"))


def test_sample_weight_that_does_not_fit():
    with pytest.raises(ValueError, match=r"sample_weight of shape \(3,\) does not broadcast"):
        losses.MeanSquaredError()(normal(4, 2), normal(4, 2), sample_weight=np.ones(3, "float32"))


@given(
    reduction=st.sampled_from(["sum", "sum_over_batch_size", "mean", "mean_with_sample_weight"]),
    samples=st.integers(1, 7),
    seed=st.integers(0, 100),
)
def test_reductions_agree_with_the_unreduced_losses(reduction, samples, seed):
    local = np.random.default_rng(seed)
    y_true, y_pred = local.standard_normal((2, samples, 3)).astype("float32")
    weight = local.random(samples).astype("float32")
    values = np.asarray(losses.MeanSquaredError(reduction="none")(y_true, y_pred, weight), "float64")
    divisor = {"sum": 1, "mean_with_sample_weight": weight.sum()}.get(reduction, samples)
    found = float(losses.MeanSquaredError(reduction=reduction)(y_true, y_pred, weight))
    np.testing.assert_allclose(found, values.sum() / divisor, rtol=1e-5)


def test_zero_weights_give_zero_not_nan():
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    assert float(loss(normal(3, 2), normal(3, 2), np.zeros(3, "float32"))) == 0.0


def test_mask_divides_by_what_it_leaves():
    y_true, y_pred = normal(4, 3), ops.convert_to_tensor(normal(4, 3))
    y_pred._keras_mask = ops.convert_to_tensor(np.array([True, False, True, False]))
    expected = losses.MeanSquaredError()(y_true[::2], np.asarray(y_pred)[::2])
    np.testing.assert_allclose(float(losses.MeanSquaredError()(y_true, y_pred)), float(expected), rtol=1e-6)


def test_ignored_class_counts_neither_above_nor_below_the_line():
    y_pred = np.full((3, 2), 0.5, "float32")
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    np.testing.assert_allclose(float(loss(np.array([0, -1, 1]), y_pred)), np.log(2), rtol=1e-6)


@pytest.mark.parametrize("labels", [np.array([1]), np.array([1], "int64"), np.array([[1]]), np.array([1.0], "float32")])
def test_sparse_labels_of_every_kind(labels):
    loss = losses.SparseCategoricalCrossentropy()(labels, np.array([[0.25, 0.75]], "float32"))
    np.testing.assert_allclose(float(loss), -np.log(0.75), rtol=1e-6)


def test_saturated_softmax_keeps_its_logits():
    logits = ops.convert_to_tensor(np.array([[200.0, 0.0]], "float32"))
    through_activation = losses.SparseCategoricalCrossentropy()(np.array([1]), keras.activations.softmax(logits))
    assert float(through_activation) == 200.0
    probabilities = ops.convert_to_tensor(np.asarray(keras.activations.softmax(logits)))
    clipped = losses.SparseCategoricalCrossentropy()(np.array([1]), probabilities)
    np.testing.assert_allclose(float(clipped), -np.log(1e-7), rtol=1e-4)


def test_saturated_sigmoid_keeps_its_logits():
    probabilities = keras.activations.sigmoid(ops.convert_to_tensor(np.array([[-150.0]], "float32")))
    assert float(losses.BinaryCrossentropy()(np.array([[1.0]], "float32"), probabilities)) == 150.0


@pytest.mark.parametrize("shapes", [((4,), (4, 1)), ((4, 1), (4,)), ((4, 1), (4, 1))])
def test_a_trailing_axis_of_one_does_not_broadcast(shapes):
    y_true, y_pred = np.arange(4, dtype="float32"), np.zeros(4, "float32")
    found = losses.MeanSquaredError()(y_true.reshape(shapes[0]), y_pred.reshape(shapes[1]))
    assert float(found) == 3.5
    apart = losses.MeanSquaredError(reduction="none")(y_true.reshape(shapes[0]), y_pred.reshape(shapes[1]))
    np.testing.assert_array_equal(apart, y_true**2)


def test_float64():
    loss = losses.MeanSquaredError(dtype="float64")(np.zeros((1, 1)), np.array([[1e-5]]))
    assert loss.dtype == "float64"
    np.testing.assert_allclose(float(loss), 1e-10, rtol=1e-12)


def test_subclass_and_function_as_losses():
    class Cubes(losses.Loss):
        def call(self, y_true, y_pred):
            return ops.sum((y_pred - y_true) ** 3, axis=-1)

    assert Cubes().name == "cubes"
    assert float(Cubes()(np.zeros((2, 1), "float32"), np.full((2, 1), 2, "float32"))) == 8.0
    wrapped = losses.LossFunctionWrapper(losses.huber, delta=0.5)
    assert wrapped.get_config()["fn"]["config"] == "huber"
    assert losses.LossFunctionWrapper.from_config(wrapped.get_config()).get_config() == wrapped.get_config()


def test_ctc_against_all_alignments():
    """Two labels in three frames: the five alignments by hand."""
    logits = normal(1, 3, 3)
    p = np.exp(logits[0]) / np.exp(logits[0]).sum(-1, keepdims=True)
    a, b, blank = 1, 2, 0
    paths = [(a, b, blank), (a, blank, b), (blank, a, b), (a, a, b), (a, b, b)]
    likelihood = sum(np.prod([p[t, c] for t, c in enumerate(path)]) for path in paths)
    np.testing.assert_allclose(float(losses.CTC()(np.array([[a, b]]), logits)), -np.log(likelihood), rtol=1e-5)
