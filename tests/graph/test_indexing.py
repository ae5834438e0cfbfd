"""`x[...]`: eagerly, compiled, and its gradient, against NumPy."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import ops

X = np.arange(2 * 3 * 4, dtype="float64").reshape(2, 3, 4)
KEYS = {
    "int": 1, "negative": -1, "two ints": (0, 2), "all ints": (1, -1, 0), "slice": slice(1, None), "empty": slice(2, 2),
    "step": (slice(None), slice(None, None, 2)), "reversed": slice(None, None, -1),
    "reversed part": (0, slice(2, 0, -1), slice(None, None, -3)), "far": slice(-100, 100), "ellipsis": (Ellipsis, 1),
    "ellipsis in the middle": (0, Ellipsis, slice(1, 3)), "nothing": (), "only ellipsis": Ellipsis,
    "new axis": (None, 1),
    "new axes": (slice(None), None, Ellipsis, None), "array": np.array([1, 0, 1]), "list": [0, 0],
    "negative array": np.array([-1, 0]), "array on axis 1": (slice(None), np.array([2, 0])),
    "array and int": (1, [2, 2, 0]),
    "2-d array": (slice(None), np.array([[0, 1], [2, 2]])), "array last": (Ellipsis, np.array([3, 0], "int64")),
    "mask": np.array([True, False]), "mask on axis 2": (slice(None), slice(None), np.array([True, False, False, True])),
    "mask of two axes": np.arange(6).reshape(2, 3) % 2 == 1, "mask of all": X % 5 == 2, "mask of nothing": X < 0,
    "mask behind": (1, np.arange(12).reshape(3, 4) > 8), "mask after ellipsis": (Ellipsis, np.eye(3, 4, dtype=bool)),
    "two arrays": ([0, 1, 1], [2, 0, -1]), "arrays that broadcast": (np.array([[0], [1]]), np.array([2, 0, -1])),
    "arrays apart": ([0, 1], slice(None), [3, -4]), "arrays with a new axis between": ([0, 1], None, [2, 0]),
    "arrays behind": (slice(None, None, -1), [0, 2], [[1], [3]]), "three arrays": ([1, 0], [2, 2], np.array([-1, 0])),
    "int and array apart": (0, slice(None), [3, 1]), "array and int apart": ([1, 0, 1], slice(1, None), 2),
    "masks": (np.arange(6).reshape(2, 3) % 2 == 1, np.array([True, False, True, True])),
    "mask and array": (np.array([True, True]), [2, 0]), "array of rank 0": np.array(1),
    "empty arrays": (np.zeros((0, 2), "int32"), [0, 1]),
    "empty array": np.zeros(0, "int32"), "array and slice": ([1, 0], slice(0, 2)),
}  # fmt: skip


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_eager_compiled_and_gradient(key):
    want = X[key]
    got = ops.convert_to_tensor(X)[key]
    assert got.shape == want.shape
    np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(keras.function(lambda x: x[key])(X), want)
    weights = np.random.default_rng(0).normal(size=want.shape)
    slope = keras.grad(lambda x: ops.sum(x[key] * weights))(X)
    by_numpy = np.zeros_like(X)
    np.add.at(by_numpy, key, weights)
    np.testing.assert_allclose(slope, by_numpy, rtol=0, atol=1e-14)


def test_variables_are_indexed_too():
    v = keras.Variable(X)
    np.testing.assert_array_equal(v[1, :, 2], X[1, :, 2])


def test_a_tensor_as_index_inside_a_function():
    take = keras.function(lambda x, i: x[:, i])
    np.testing.assert_array_equal(take(X, np.array([2, 1])), X[:, [2, 1]])
    pairs = keras.function(lambda x, i, j: x[i, :, j])
    np.testing.assert_array_equal(pairs(X, np.array([0, 1]), np.array([3, -4])), X[[0, 1], :, [3, -4]])
    # What is out of range along one axis is no neighbour along another.
    outside = pairs(X, np.array([0, 2, 0]), np.array([4, 0, -5])).numpy()
    assert np.isnan(outside).all() and outside.shape == (3, 3)
    with pytest.raises(IndexError, match="symbolic boolean mask"):
        keras.function(lambda x: x[x > 2])(X)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (2, "2 is out of range for axis 0"),
        ((0, -4), "-4 is out of range for axis 1"),
        ((0, 0, 0, 0), "4 indices for a tensor of rank 3"),
        (([0, 1], [0, 1, 2]), r"shapes \[\(2,\), \(3,\)\] do not fit together"),
        ((Ellipsis, 0, Ellipsis), "one Ellipsis"),
        (1.5, "integers"),
        (np.array([0.5]), "integers"),
        (True, "integers"),
        (np.array([True]), "mask of shape"),
        (np.ones((2, 2), bool), "mask of shape"),
        ((0, np.ones((3, 4, 1), bool)), "4 indices"),
    ],
)
def test_mistakes(key, words):
    with pytest.raises(IndexError, match=words):
        ops.convert_to_tensor(X)[key]
