"""utils: labels, normalisation, splitting, seeds, names."""

import keraunos as keras
import numpy as np
import pytest
from keraunos.utils import clear_session, normalize, set_random_seed, split_dataset, to_categorical


@pytest.mark.parametrize(
    "labels", [[0, 2, 1], np.array([[0], [2], [1]]), (0.0, 2.0, 1.0), np.array([0, 2, 1], "uint8")]
)
def test_to_categorical(labels):
    np.testing.assert_array_equal(to_categorical(labels), np.eye(3)[[0, 2, 1]])
    assert to_categorical(labels, 5).shape == (3, 5) and to_categorical(labels).dtype == np.float64


def test_to_categorical_of_other_shapes():
    assert to_categorical(np.zeros((2, 3), int), 4).shape == (2, 3, 4)
    assert to_categorical(np.zeros((2, 3, 1), int), 4).shape == (2, 3, 4)
    assert to_categorical(1, 3).tolist() == [0, 1, 0]
    assert to_categorical(np.zeros(0, int), 3).shape == (0, 3)
    assert isinstance(to_categorical(keras.ops.convert_to_tensor([0, 1])), type(keras.ops.ones(())))


@pytest.mark.parametrize("labels", [[0, 3], [-1, 0]])
def test_to_categorical_out_of_range(labels):
    with pytest.raises(ValueError, match=r"labels must lie in 0\.\.2"):
        to_categorical(labels, 3)


def test_to_categorical_of_nothing_needs_the_number():
    with pytest.raises(ValueError, match="num_classes"):
        to_categorical([])


@pytest.mark.parametrize(("axis", "order"), [(-1, 2), (0, 2), (1, 1), (-1, np.inf)])
def test_normalize(axis, order):
    x = np.random.default_rng(0).normal(size=(4, 3))
    x[2] = 0
    norms = np.linalg.norm(x, order, axis, keepdims=True)
    np.testing.assert_allclose(normalize(x, axis, order), x / np.where(norms == 0, 1, norms), rtol=1e-12)
    assert normalize([3.0, 4.0]).tolist() == [[0.6, 0.8]]


@pytest.mark.parametrize(
    ("arguments", "sizes"),
    [
        ({"left_size": 0.7}, (7, 3)),
        ({"left_size": 7}, (7, 3)),
        ({"right_size": 0.2}, (8, 2)),
        ({"left_size": 3, "right_size": 4}, (3, 4)),
        ({"left_size": 10}, (10, 0)),
    ],
)
def test_split_dataset(arguments, sizes):
    x = np.arange(10)
    left, right = split_dataset(x, **arguments)
    assert (len(left), len(right)) == sizes
    np.testing.assert_array_equal(np.r_[left, right], x[: sum(sizes)])
    (a, b), (c, d) = split_dataset((x, x * 2), **arguments)
    np.testing.assert_array_equal(b, 2 * a)
    np.testing.assert_array_equal(d, 2 * c)


def test_split_dataset_shuffled():
    x = np.arange(100)
    left, right = split_dataset(x, 0.5, shuffle=True, seed=1)
    assert sorted(np.r_[left, right]) == list(range(100)) and sorted(left) != list(range(50))
    np.testing.assert_array_equal(left, split_dataset(x, 0.5, shuffle=True, seed=1)[0])


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"left_size": 11},
        {"left_size": 6, "right_size": 5},
        {"left_size": -1},
        {"left_size": 5, "preferred_backend": "torch"},
    ],
)
def test_split_dataset_mistakes(arguments):
    with pytest.raises(ValueError, match="split_dataset"):
        split_dataset(np.arange(10), **arguments)
    with pytest.raises(ValueError, match="equally many rows"):
        split_dataset([np.arange(3), np.arange(4)], 0.5)


def test_set_random_seed_seeds_everything():
    import random

    def draws():
        set_random_seed(9)
        return (
            random.random(),
            np.random.rand(),
            keras.layers.Dense(3)(np.ones((1, 2))).numpy().tolist(),
            keras.random.normal((3,)).numpy().tolist(),
            np.asarray(keras.layers.Dropout(0.5)(np.ones((4, 4)), training=True)).tolist(),
        )

    assert draws() == draws()


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", None, True])
def test_seeds_are_checked(seed):
    with pytest.raises(ValueError, match="set_random_seed"):
        set_random_seed(seed)


def test_clear_session_counts_names_from_the_start():
    clear_session()
    assert keras.layers.Dense(1).name == "dense"
    assert keras.layers.Dense(1).name == "dense_1"
    clear_session()
    assert keras.layers.Dense(1).name == "dense"
