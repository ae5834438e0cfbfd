"""The names of TensorFlow: every line of the tables leads to a function, and the functions do what TensorFlow's do."""

import importlib

import keraunos
import numpy as np
import pytest
from keraunos.compat import tensorflow as tf
from keraunos.compat.tensorflow import functions

A = np.array([[1.0, -2.0, 3.5], [0.5, 2.0, -1.0]], "float32")
B = np.array([[2.0, 1.0, 0.5], [1.5, -2.0, 4.0]], "float32")
P = np.arange(1, 10, dtype="float32").reshape(1, 3, 3, 1)
MODULES = ["tf", "tf.math", "tf.nn", "tf.linalg", "tf.image"]


@pytest.mark.parametrize("name", [f"{module}.{name}" for module in MODULES for name in functions.names(module)])
def test_every_line_of_the_tables_leads_to_a_function(name):
    module, _, function = name.rpartition(".")
    target = functions._table(module)[function][3]
    assert callable(functions._ops(target))
    assert callable(functions.find(module, function))


# tf expression -> what it is in NumPy.
CASES = {
    "tf.abs(A)": lambda: abs(A),
    "tf.reduce_sum(A, axis=1)": lambda: A.sum(1),
    "tf.reduce_mean(input_tensor=A, keepdims=True)": lambda: A.mean(keepdims=True),
    "tf.reduce_max(A, 0)": lambda: A.max(0),
    "tf.reduce_any(A > 3)": lambda: True,
    "tf.argmax(A, axis=1)": lambda: A.argmax(1),
    "tf.argmax(A)": lambda: A.argmax(0),
    "tf.matmul(A, B, transpose_b=True)": lambda: A @ B.T,
    "tf.matmul(A, B, transpose_a=True)": lambda: A.T @ B,
    "tf.linalg.matmul(A, B, transpose_b=True)": lambda: A @ B.T,
    "tf.linalg.matvec(A, B[0])": lambda: A @ B[0],
    "tf.linalg.band_part(A, 0, -1)": lambda: np.triu(A),
    "tf.transpose(A)": lambda: A.T,
    "tf.transpose(A[None], perm=[1, 0, 2])": lambda: A[None].transpose(1, 0, 2),
    "tf.concat([A, B], axis=0)": lambda: np.concatenate([A, B]),
    "tf.stack([A, B], axis=1)": lambda: np.stack([A, B], 1),
    "tf.split(A, [1, 2], axis=1)[1]": lambda: A[:, 1:],
    "tf.split(A, 3, 1)[2]": lambda: A[:, 2:],
    "tf.squeeze(A[:, :1])": lambda: A[:, 0],
    "tf.expand_dims(A, -1)": lambda: A[..., None],
    "tf.tile(A, [2, 1])": lambda: np.tile(A, (2, 1)),
    "tf.pad(A, [[1, 0], [0, 2]])": lambda: np.pad(A, ((1, 0), (0, 2))),
    "tf.pad(A, [[1, 1], [0, 0]], 'REFLECT')": lambda: np.pad(A, ((1, 1), (0, 0)), "reflect"),
    "tf.gather(A, [2, 0], axis=1)": lambda: A[:, [2, 0]],
    "tf.where(A > 0, A, B)": lambda: np.where(A > 0, A, B),
    "tf.boolean_mask(A, [True, False])": lambda: A[:1],
    "tf.clip_by_value(A, 0.0, 1.0)": lambda: A.clip(0, 1),
    "tf.clip_by_norm(A, 1.0)": lambda: A / np.sqrt((A**2).sum()),
    "tf.clip_by_global_norm([A, None, B], 2.0)[0][2]": lambda: B * 2 / np.sqrt((A**2).sum() + (B**2).sum()),
    "tf.range(2, 10, 3)": lambda: np.arange(2, 10, 3),
    "tf.range(4)": lambda: np.arange(4),
    "tf.linspace(0.0, 1.0, 5)": lambda: np.linspace(0, 1, 5),
    "tf.zeros([2, 3])": lambda: np.zeros((2, 3)),
    "tf.ones((2,), tf.int32)": lambda: np.ones(2, "int32"),
    "tf.fill([2, 2], 7.0)": lambda: np.full((2, 2), 7.0),
    "tf.eye(2, 3)": lambda: np.eye(2, 3),
    "tf.zeros_like(A)": lambda: 0 * A,
    "tf.one_hot([0, 2], 3)": lambda: np.eye(3)[[0, 2]],
    "tf.one_hot([1], depth=2, on_value=5.0, off_value=-1.0)": lambda: [[-1.0, 5.0]],
    "tf.constant(3, shape=[2, 2])": lambda: np.full((2, 2), 3),
    "tf.constant([1, 2, 3, 4], shape=(2, 2))": lambda: [[1, 2], [3, 4]],
    "tf.cast(A, tf.int32)": lambda: A.astype("int32"),
    "tf.sort(A, axis=-1, direction='DESCENDING')": lambda: -np.sort(-A, -1),
    "tf.argsort(A)": lambda: A.argsort(-1),
    "tf.reverse(A, [1])": lambda: A[:, ::-1],
    "tf.unique([3, 1, 3, 2])[0]": lambda: [3, 1, 2],
    "tf.unique([3, 1, 3, 2])[1]": lambda: [0, 1, 0, 2],
    "tf.size(A)": lambda: 6,
    "tf.rank(A)": lambda: 2,
    "tf.shape(A)": lambda: (2, 3),
    "tf.norm(A)": lambda: np.sqrt((A**2).sum()),
    "tf.norm(A, ord=1, axis=1)": lambda: abs(A).sum(1),
    "tf.einsum('ij,kj->ik', A, B)": lambda: A @ B.T,
    "tf.tensordot(A, B, axes=[[1], [1]])": lambda: A @ B.T,
    "tf.add_n([A, B, A])": lambda: 2 * A + B,
    "tf.pow(abs(A), 2)": lambda: A**2,
    "tf.map_fn(lambda x: x * 2, A)": lambda: 2 * A,
    "tf.math.log(abs(A))": lambda: np.log(abs(A)),
    "tf.math.reduce_std(A)": lambda: A.std(),
    "tf.math.reduce_variance(A, axis=0)": lambda: A.var(0),
    "tf.math.floormod(A, 2.0)": lambda: A % 2,
    "tf.math.divide_no_nan(A, 0 * B)": lambda: 0 * A,
    "tf.math.multiply_no_nan(A, [[0.0, 1.0, 2.0]])": lambda: A * [[0, 1, 2]],
    "tf.math.l2_normalize(A, axis=1)": lambda: A / np.sqrt((A**2).sum(1, keepdims=True)),
    "tf.math.confusion_matrix([0, 1, 1], [0, 0, 1])": lambda: [[1, 0], [1, 1]],
    "tf.math.count_nonzero(A > 0)": lambda: 4,
    "tf.nn.relu(A)": lambda: np.maximum(A, 0),
    "tf.nn.leaky_relu(A)": lambda: np.where(A > 0, A, 0.2 * A),
    "tf.nn.gelu(A)[0, 0]": lambda: 0.8413447,
    "tf.nn.softmax(A)": lambda: np.exp(A) / np.exp(A).sum(-1, keepdims=True),
    "tf.nn.l2_loss(A)": lambda: (A**2).sum() / 2,
    "tf.nn.moments(A, axes=[0])[1]": lambda: A.var(0),
    "tf.nn.bias_add(A, [1.0, 2.0, 3.0])": lambda: A + [1, 2, 3],
    "tf.nn.embedding_lookup(A, [1, 1])": lambda: A[[1, 1]],
    "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 2], logits=A)": lambda: (
        np.log(np.exp(A).sum(1)) - A[[0, 1], [0, 2]]
    ),
    "tf.nn.softmax_cross_entropy_with_logits(labels=[[1.0, 0, 0], [0, 0, 1.0]], logits=A)": lambda: (
        np.log(np.exp(A).sum(1)) - A[[0, 1], [0, 2]]
    ),
    "tf.nn.sigmoid_cross_entropy_with_logits(labels=0 * A, logits=A)": lambda: np.log1p(np.exp(A)),
    "tf.nn.conv2d(P, tf.ones((2, 2, 1, 1)), [1, 1, 1, 1], 'VALID')[0, :, :, 0]": lambda: [[12.0, 16.0], [24.0, 28.0]],
    "tf.nn.max_pool2d(P, 2, 2, 'SAME')[0, :, :, 0]": lambda: [[5.0, 6.0], [8.0, 9.0]],
    "tf.image.resize(P, (1, 1))": lambda: np.full((1, 1, 1, 1), 5.0),
    "tf.image.flip_left_right(P)": lambda: P[:, :, ::-1],
    "tf.image.central_crop(np.arange(16.0).reshape(4, 4, 1), 0.5)": lambda: [[[5.0], [6.0]], [[9.0], [10.0]]],
    "tf.image.convert_image_dtype(np.array([255], 'uint8'), tf.float32)": lambda: [1.0],
    "tf.image.grayscale_to_rgb(P)": lambda: np.repeat(P, 3, -1),
    "tf.image.rot90(P)": lambda: np.rot90(P, axes=(1, 2)),
    "tf.image.per_image_standardization(P[0])": lambda: (P[0] - P.mean()) / P.std(),
    "tf.strings.lower(['Ab', 'C'])": lambda: np.array(["ab", "c"], object),
    "tf.strings.regex_replace('a-b', '-', ' ')": lambda: "a b",
    "tf.strings.length(['abc', ''])": lambda: [3, 0],
    "tf.strings.split('a b c')": lambda: ["a", "b", "c"],
    "tf.strings.join(['a', 'b'], separator='-')": lambda: "a-b",
}  # fmt: skip


@pytest.mark.parametrize("expression", CASES)
def test_function(expression):
    got = eval(expression, {"tf": tf, "A": A, "B": B, "P": P, "np": np, "abs": abs})
    want = CASES[expression]()
    if isinstance(want, str) or isinstance(got, list):
        assert got == want
        return
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape
    if want.dtype == object:
        assert got.tolist() == want.tolist()
    else:
        # float32 of functions that are good to a few units in the last place.
        np.testing.assert_allclose(got, want, rtol=3e-6, atol=1e-6)


def test_variables_tapes_and_functions():
    v = tf.Variable([[1.0, 2.0]], trainable=True, name="v", dtype=tf.float32)
    assert isinstance(v, keraunos.Variable) and v.dtype == tf.float32 and v.shape == (1, 2)
    assert tf.Variable(lambda: tf.ones((2,))).shape == (2,)

    @tf.function(jit_compile=True)
    def loss(x):
        return tf.reduce_sum(tf.square(tf.matmul(v, x)))

    x = tf.constant([[1.0], [3.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = loss(x)
        z = tf.reduce_sum(tf.square(tf.matmul(v, x)))
    assert float(y) == float(z) == 49
    np.testing.assert_allclose(tape.gradient(z, v), [[14.0, 42.0]])
    np.testing.assert_allclose(tape.gradient(z, x), [[14.0], [28.0]])
    v.assign_sub([[1.0, 1.0]])
    assert float(loss(x)) == 9


def test_dtypes():
    assert tf.float32 == "float32" and tf.constant(1.0).dtype == tf.float32 and repr(tf.int64) == "tf.int64"
    assert tf.float32.is_floating and tf.int32.is_integer and tf.uint8.max == 255 and tf.string == "string"
    assert tf.dtypes.as_dtype(np.float64) == tf.float64 and tf.float16.as_numpy_dtype is np.float16


def test_random_numbers_repeat_by_seed():
    tf.random.set_seed(3)
    first = tf.random.normal((5,)).numpy(), tf.random.uniform((5,), 2, 9, dtype=tf.int32).numpy()
    tf.random.set_seed(3)
    np.testing.assert_array_equal(first[0], tf.random.normal((5,)))
    np.testing.assert_array_equal(first[1], tf.random.uniform((5,), 2, 9, dtype=tf.int32))
    assert first[1].dtype == np.int32 and ((first[1] >= 2) & (first[1] < 9)).all()
    a, b = tf.random.Generator.from_seed(1), tf.random.Generator.from_seed(1)
    np.testing.assert_array_equal(a.normal((3,)), b.normal((3,)))


def test_devices():
    assert [d.device_type for d in tf.config.list_physical_devices("CPU")] == ["CPU"]
    assert isinstance(tf.config.experimental.list_physical_devices("GPU"), list)
    with tf.device("/CPU:0"):
        assert float(tf.constant(1.0)) == 1
    with tf.device("/GPU:0"):
        assert float(tf.constant(2.0) + 1) == 3
    with pytest.raises(ValueError, match="/CPU:0"):
        tf.device("TPU")
    with tf.distribute.MirroredStrategy().scope():
        pass


@pytest.mark.parametrize(
    "name",
    [
        "tf.ragged",
        "tf.math.bessel_i0",
        "tf.nn.ctc_loss",
        "tf.data.TFRecordDataset",
        "tf.io.gfile",
        "tf.image.ssim_multiscale",
    ],
)
def test_what_is_not_covered_is_named(name):
    module, _, attribute = name.rpartition(".")
    place = (
        tf if module == "tf" else importlib.import_module(f"keraunos.compat.tensorflow.{module.removeprefix('tf.')}")
    )
    with pytest.raises(AttributeError, match=rf"{name} is not covered"):
        getattr(place, attribute)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tf.reduce_sum(A, axes=1), "unexpected argument 'axes'"),
        (lambda: tf.reshape(A), "'shape' is missing"),
        (lambda: tf.exp(A, 1), "too many arguments"),
    ],
)
def test_wrong_arguments(call, words):
    with pytest.raises(TypeError, match=words):
        call()
