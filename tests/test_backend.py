"""keras.backend: dtypes as Keras promotes them, and the functions of older notebooks against NumPy."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import backend as K

RNG = np.random.default_rng(0)
A = RNG.normal(size=(3, 4)).astype("float32")
B = RNG.normal(size=(4, 2)).astype("float32")
C = RNG.normal(size=(3, 4, 2)).astype("float32")
D = RNG.normal(size=(3, 2, 5)).astype("float32")
IMAGES = RNG.normal(size=(2, 4, 6, 3)).astype("float32")
TRUTH = np.array([[True, False], [True, True]])

# Name, arguments, what NumPy makes of them. Every line holds in Keras 3.15.1 (`tf.keras.backend`), too.
CASES = [
    ("abs", (A,), np.abs(A)),
    ("argmax", (A,), A.argmax(-1)),
    ("argmin", (A, 0), A.argmin(0)),
    ("arange", (5,), np.arange(5, dtype="int32")),
    ("arange", (1, 7, 2, "float32"), np.arange(1, 7, 2, dtype="float32")),
    ("batch_dot", (A, A), (A * A).sum(-1, keepdims=True)),
    ("batch_dot", (A, C), np.einsum("ni,nij->nj", A, C)),
    ("batch_dot", (C, D), np.einsum("nij,njk->nik", C, D)),
    ("batch_dot", (C, A, 1), np.einsum("nij,ni->nj", C, A)),
    ("batch_dot", (C, D, (2, 1)), np.einsum("nij,njk->nik", C, D)),
    ("batch_flatten", (C,), C.reshape(3, 8)),
    ("clip", (A, -0.5, 0.5), A.clip(-0.5, 0.5)),
    ("clip", (A, 0.5, -0.5), np.full_like(A, 0.5)),
    ("clip", (A, None, 0.5), np.minimum(A, 0.5)),
    ("clip", (A, -0.5, None), np.maximum(A, -0.5)),
    ("concatenate", ([A, A],), np.concatenate([A, A], -1)),
    ("concatenate", ([A, A], 0), np.concatenate([A, A], 0)),
    ("dot", (A, B), A @ B),
    ("dot", (C, D[0]), C @ D[0]),
    ("dot", (D, RNG.normal(size=(2, 5, 3)).astype("float32")), None),
    ("elu", (A, 0.5), np.where(A > 0, A, 0.5 * np.expm1(A))),
    ("expand_dims", (A,), A[..., None]),
    ("flatten", (C,), C.ravel()),
    ("gather", (A, np.array([2, 0])), A[[2, 0]]),
    ("hard_sigmoid", (3 * A,), (0.6 * A + 0.5).clip(0, 1)),
    ("in_top_k", (np.array([[0.1, 0.7, 0.2]], "float32"), np.array([2]), 1), np.array([False])),
    ("l2_normalize", (A, 1), A / np.linalg.norm(A, axis=1, keepdims=True)),
    ("l2_normalize", (A,), A / np.linalg.norm(A)),
    ("l2_normalize", (np.zeros((2, 2), "float32"), 1), np.zeros((2, 2), "float32")),
    ("mean", (TRUTH,), np.float32(0.75)),
    ("mean", (A, 1, True), A.mean(1, keepdims=True)),
    ("one_hot", (np.array([2, 0]), 3), np.eye(3, dtype="float32")[[2, 0]]),
    ("permute_dimensions", (C, (2, 0, 1)), C.transpose(2, 0, 1)),
    ("pow", (A, 2), A**2),
    ("prod", (A, 0), A.prod(0)),
    ("relu", (A,), np.maximum(A, 0)),
    ("relu", (A, 0.1), np.where(A > 0, A, 0.1 * A)),
    ("relu", (A, 0.0, 0.5), A.clip(0, 0.5)),
    ("relu", (A, 0.0, None, 0.5), np.where(A > 0.5, A, 0)),
    ("relu", (A, 0.2, 1.0, 0.5), np.where(A > 0.5, np.minimum(A, 1), 0.2 * (A - 0.5))),
    ("repeat", (A, 5), np.repeat(A[:, None], 5, 1)),
    ("repeat_elements", (C, 3, 1), np.repeat(C, 3, 1)),
    ("reverse", (C, 1), C[:, ::-1]),
    ("reverse", (C, [0, 2]), C[::-1, :, ::-1]),
    ("softmax", (A,), np.exp(A) / np.exp(A).sum(-1, keepdims=True)),
    ("softmax", (A, 0), np.exp(A) / np.exp(A).sum(0, keepdims=True)),
    ("sqrt", (A,), np.sqrt(np.maximum(A, 0))),
    ("std", (A, 0), A.std(0)),
    ("std", (TRUTH,), np.float32(np.sqrt(3) / 4)),
    ("var", (TRUTH, 1), np.float32([0.25, 0])),
    ("switch", (TRUTH, np.ones((2, 2), "float32"), np.zeros((2, 2), "float32")), TRUTH.astype("float32")),
    ("switch", (np.array([True, False, True])[:, None], A, -A), A * np.array([[1], [-1], [1]], "float32")),
    ("switch", (np.array([[True], [False], [True]]), C, -C), C * np.array([1, -1, 1], "float32")[:, None, None]),
    ("temporal_padding", (C, (1, 2)), np.pad(C, [(0, 0), (1, 2), (0, 0)])),
    ("tile", (A[0], 2), np.tile(A[0], 2)),
    ("tile", (A, [2, 3]), np.tile(A, [2, 3])),
    ("transpose", (C,), C.T),
    ("constant", (3,), np.float32(3)),
    ("constant", (3, "int32", (2, 2)), np.full((2, 2), 3, "int32")),
    ("constant", (TRUTH.tolist(), "bool"), TRUTH),
    ("cast_to_floatx", ([1, 2],), np.float32([1, 2])),
    ("count_params", (C,), 24),
    ("int_shape", (C,), (3, 4, 2)),
    ("ndim", (C,), 3),
    ("get_value", (7,), 7),
    ("zeros", ((2, 3),), np.zeros((2, 3), "float32")),
    ("ones", ((2,), "int32"), np.ones(2, "int32")),
    ("eye", (3,), np.eye(3, dtype="float32")),
    ("foldl", (lambda a, x: a * 2 + x, A), ((A[0] * 2 + A[1]) * 2 + A[2])),
    ("foldr", (lambda a, x: a * 2 + x, A, np.ones(4, "float32")), ((2 + A[2]) * 2 + A[1]) * 2 + A[0]),
    ("map_fn", (lambda row: row * 2, A), 2 * A),
    ("spatial_2d_padding", (IMAGES, ((1, 0), (0, 2))), np.pad(IMAGES, [(0, 0), (1, 0), (0, 2), (0, 0)])),
    ("resize_images", (IMAGES, 2, 3, "channels_last"), IMAGES.repeat(2, 1).repeat(3, 2)),
    ("resize_images", (IMAGES, 2, 3, "channels_first"), IMAGES.repeat(2, 2).repeat(3, 3)),
    ("bias_add", (IMAGES, np.float32([1, 2, 3])), IMAGES + np.float32([1, 2, 3])),
    ("bias_add", (IMAGES, IMAGES[0]), IMAGES + IMAGES[0]),
    ("pool2d", (IMAGES, (2, 2), (2, 2)), IMAGES.reshape(2, 2, 2, 3, 2, 3).max((2, 4))),
    ("pool2d", (IMAGES, (2, 2), (2, 2), "valid", None, "avg"), IMAGES.reshape(2, 2, 2, 3, 2, 3).mean((2, 4))),
    ("conv1d", (C, np.ones((2, 2, 1), "float32"), 1, "causal"), None),
    ("conv2d", (IMAGES, np.ones((1, 1, 3, 1), "float32")), IMAGES.sum(-1, keepdims=True)),
    ("batch_normalization", (A, A[0], A[1] ** 2, A[2], None), (A - A[0]) / np.sqrt(A[1] ** 2 + 1e-3) + A[2]),
    ("binary_crossentropy", (np.float32([1, 0]), np.float32([0.25, 0.25])), -np.log(np.float32([0.25, 0.75]))),
    ("categorical_crossentropy", (np.float32([[0, 1]]), np.float32([[0.25, 0.75]])), -np.log(np.float32([0.75]))),
    ("sparse_categorical_crossentropy", (np.array([1]), np.float32([[0.25, 0.75]])), -np.log(np.float32([0.75]))),
]  # fmt: skip


def expected(name, arguments, known):
    if known is not None:
        return known
    if name == "dot":  # the last axis of x with the one before the last of y, whatever else there is
        return np.tensordot(arguments[0], arguments[1], (-1, -2))
    padded = np.pad(arguments[0].sum(-1), [(0, 0), (1, 0)])  # conv1d with a causal window of two ones
    return (padded[:, 1:] + padded[:, :-1])[..., None]


@pytest.mark.parametrize(("name", "arguments", "known"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_older_functions(name, arguments, known):
    wanted = np.asarray(expected(name, arguments, known))
    found = np.asarray(getattr(K, name)(*arguments))
    assert found.shape == wanted.shape
    if name not in ("argmax", "argmin", "count_params", "int_shape", "ndim", "get_value"):
        assert found.dtype == wanted.dtype
    # A few float32 operations on numbers of size 1; losses clip probabilities by 1e-7.
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


def test_they_are_traced_and_differentiated():
    @keras.function
    def step(x):
        return K.sum(K.square(K.dot(x, B)) * K.switch(K.mean(x) > 0, 2.0, 1.0))

    np.testing.assert_allclose(step(A), ((A @ B) ** 2).sum() * (2 if A.mean() > 0 else 1), rtol=1e-5)
    with keras.GradientTape() as tape:
        x = keras.ops.convert_to_tensor(A)
        tape.watch(x)
        loss = K.sum(K.pow(K.relu(x, 0.5), 2) + K.stop_gradient([x])[0] * x)
    np.testing.assert_allclose(tape.gradient(loss, x), np.where(A > 0, 2, 0.5) * A + A, rtol=1e-5)


def test_variables():
    v = K.variable([1.0, 2.0], name="v", constraint=abs)
    assert isinstance(v, keras.Variable) and (v.name, v.dtype, v.constraint) == ("v", "float32", abs)
    K.set_value(v, [3, 4])
    np.testing.assert_array_equal(K.get_value(v), [3, 4])
    assert K.update_add(v, [1.0, 1.0]) is v and K.update_sub(v, [0.0, 2.0]) is v
    np.testing.assert_array_equal(K.eval(v), [4, 3])
    K.moving_average_update(v, np.float32([8, 3]), 0.75)
    np.testing.assert_array_equal(K.eval(v), [5, 3])
    K.batch_set_value([(v, [0, 1]), (K.update(v, [7.0, 7.0]), [2, 1])])
    np.testing.assert_array_equal(K.batch_get_value([v])[0], [2, 1])
    assert K.get_value(v + 1).tolist() == [3, 2]


def test_random_tensors():
    ones = np.asarray(K.random_bernoulli((1000,), 0.3, seed=1))
    assert set(ones.tolist()) == {0, 1} and 0.2 < ones.mean() < 0.4  # 7 standard deviations
    normal = K.random_normal_variable((1000,), 5.0, 0.1, seed=1)
    assert isinstance(normal, keras.Variable) and abs(normal.numpy().mean() - 5) < 0.05
    uniform = np.asarray(K.random_uniform_variable((100,), 2, 3))
    assert uniform.min() >= 2 and uniform.max() < 3
    assert np.abs(np.asarray(K.truncated_normal((100,), seed=1))).max() <= 2
    np.testing.assert_array_equal(K.random_normal((3,), seed=4), keras.random.normal((3,), seed=4))
    assert set(np.asarray(K.dropout(np.ones(50, "float32"), 0.5, seed=1)).tolist()) == {0.0, 2.0}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: K.softmax(A[0]), "2 axes or more"),
        (lambda: K.repeat(C, 2), r"shape \(N, D\)"),
        (lambda: K.batch_dot(A[0], A), "rank 2 or more"),
        (lambda: K.batch_dot(C, C, axes=0), "axis 0"),
        (lambda: K.switch(C > 0, A, A), "more axes"),
        (lambda: K.bias_add(IMAGES, A), "1 or 3 axes"),
        (lambda: K.pool2d(IMAGES, (2, 2), pool_mode="mean"), "pool_mode"),
    ],
)
def test_what_does_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("name", ["gradients", "function", "placeholder", "learning_phase"])
def test_what_is_gone_says_what_to_use(name):
    with pytest.raises(AttributeError, match=f"{name} belonged to Keras 1 and 2; use "):
        getattr(K, name)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        K.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("dtypes", "found"),
    [
        ((), "float32"), ((None,), "float32"), ((int,), "int32"), ((float, int), "float32"), ((bool,), "bool"),
        (("bool", int), "int32"), (("uint8", "int8"), "int16"), (("uint32", "int32"), "int64"),
        (("uint64", "int64"), "float32"), (("int64", "float16"), "float16"), (("bfloat16", "float16"), "float32"),
        (("bfloat16", float), "bfloat16"), (("uint8", int), "uint8"), (("float64", "complex64"), "complex64"),
        (("uint64",), "uint32"), (("string", "string"), "string"), (("float32", None, "float64"), "float64"),
    ],
)  # fmt: skip
def test_promotion(dtypes, found):
    assert K.result_type(*dtypes) == found


@pytest.mark.parametrize("dtypes", [("string", "int32"), ("float8_e5m2", "float32"), ("float8_e4m3fn",), ("word",)])
def test_what_does_not_meet(dtypes):
    with pytest.raises(ValueError, match=r"\[dtype\]"):
        K.result_type(*dtypes)


def test_names_of_dtypes():
    names = [K.standardize_dtype(d) for d in (None, "int8", np.uint8, np.dtype("float64"), float, int, str, bool)]
    assert names == ["float32", "int8", "uint8", "float64", "float32", "int32", "string", "bool"]
    assert keras.utils.standardize_dtype is K.standardize_dtype
    for wrong in ("f4", [], object):
        with pytest.raises(ValueError, match="name of a dtype"):
            K.standardize_dtype(wrong)
    assert K.is_float_dtype("bfloat16") and not K.is_float_dtype("int64") and not K.is_int_dtype("bool")
    assert K.is_int_dtype("uint16")


def test_numbers_of_names():
    keras.backend.clear_session()
    assert [K.get_uid("layer") for _ in range(3)] == [1, 2, 3] and K.get_uid("other") == 1
    assert K.get_uid("a_1") == 1
    keras.backend.clear_session()
    assert K.get_uid("layer") == 1
    assert not K.is_keras_tensor(K.constant(1)) and not K.is_keras_tensor(A)
