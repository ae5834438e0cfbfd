"""Policies: what layers compute in, which dtype their weights have, and how weights are read."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import dtype_policies, layers, mixed_precision, ops


@pytest.mark.parametrize(
    "name, compute, variable",
    [
        ("mixed_bfloat16", "bfloat16", "float32"),
        ("mixed_float16", "float16", "float32"),
        ("bfloat16", "bfloat16", "bfloat16"),
        ("float16", "float16", "float16"),
        ("float64", "float64", "float64"),
    ],
)
def test_dtypes_of_a_layer(name, compute, variable):
    layer = layers.Dense(2, dtype=name)
    y = layer(np.ones((3, 4), "float32"))
    assert (layer.compute_dtype, layer.dtype, layer.variable_dtype) == (compute, variable, variable)
    assert y.dtype == compute and all(v.dtype == variable for v in layer.weights)
    assert layers.Dense.from_config(layer.get_config()).dtype_policy == layer.dtype_policy
    assert dtype_policies.deserialize(dtype_policies.serialize(layer.dtype_policy)) == layer.dtype_policy


@pytest.mark.parametrize("module", [keras.config, mixed_precision, dtype_policies])
def test_the_global_policy(module):
    module.set_dtype_policy("mixed_bfloat16")
    assert module.dtype_policy() == mixed_precision.global_policy() == keras.DTypePolicy()
    assert layers.Dense(1).dtype_policy.name == "mixed_bfloat16"
    assert layers.Dense(1, dtype="float32").compute_dtype == "float32"
    assert keras.losses.MeanSquaredError().dtype == keras.metrics.Mean().dtype == "float32"
    mixed_precision.set_global_policy(mixed_precision.Policy("float32"))
    assert layers.Dense(1).compute_dtype == "float32"


def test_a_cleared_session_has_the_default_policy():
    keras.config.set_dtype_policy("mixed_float16")
    keras.utils.clear_session()
    assert keras.config.dtype_policy().name == "float32"


def test_floatx_of_a_half():
    keras.config.set_floatx("bfloat16")
    layer = layers.Dense(1)
    layer.build((None, 2))
    assert layer.compute_dtype == layer.kernel.dtype == keras.metrics.Mean().dtype == "bfloat16"
    made = [ops.zeros((2,)), ops.arange(1.0, 3.0), ops.eye(2), ops.linspace(0, 1, 3), keras.random.normal((2,)),
            keras.initializers.GlorotUniform()((2, 3))]  # fmt: skip
    assert {tensor.dtype for tensor in made} == {"bfloat16"}


@pytest.mark.parametrize("name", ["float8", "mixed_float32", "half float"])
def test_names_that_are_no_policy(name):
    for make in (keras.DTypePolicy, keras.config.set_dtype_policy, lambda n: layers.Dense(1, dtype=n)):
        with pytest.raises(ValueError, match="mixed_float16"):
            make(name)


def test_what_is_no_name_at_all():
    with pytest.raises(TypeError, match="expected the name"):
        keras.DTypePolicy(3)
    with pytest.raises(ValueError, match="expected a DTypePolicy"):
        keras.config.set_dtype_policy(3)


class Reader(layers.Layer):
    """Notes the dtypes that its weights are read in."""

    def build(self, input_shape):
        self.cast = self.add_weight((2,), "ones", name="cast")
        self.kept = self.add_weight((2,), "ones", autocast=False, name="kept")
        self.count = self.add_weight((), "zeros", dtype="int32", trainable=False, name="count")
        self.inner = layers.Dense(2, dtype="float32")
        self.inner.build(input_shape)

    def call(self, inputs):
        self.seen = {
            "inputs": inputs.dtype,
            "cast": (self.cast.dtype, ops.convert_to_tensor(self.cast).dtype, (self.cast * 2).dtype),
            "kept": (self.kept.dtype, ops.convert_to_tensor(self.kept).dtype),
            "count": (self.count.dtype, ops.convert_to_tensor(self.count).dtype),
            "inner": self.inner(inputs).dtype,
        }
        self.cast.assign(self.cast + 2.0**-10)
        return inputs * self.cast


@pytest.mark.parametrize("compiled", [False, True])
def test_weights_are_read_in_the_compute_dtype(compiled):
    layer = Reader(dtype="mixed_bfloat16")
    x = np.ones((1, 2), "float32")
    layer.build((1, 2))
    y = (keras.function(lambda x: layer(x)) if compiled else layer)(x)
    assert layer.seen == {
        "inputs": "bfloat16",
        "cast": ("bfloat16",) * 3,
        "kept": ("float32",) * 2,
        "count": ("int32",) * 2,
        "inner": "float32",
    }
    assert y.dtype == "bfloat16"
    # Outside of a call a weight is what it is, and assignments do not narrow it: 1 + 2**-10 was read as 1.
    assert layer.cast.dtype == "float32" and layer.cast.numpy().dtype == np.float32
    np.testing.assert_array_equal(layer.cast.numpy(), 1.0)
    layer.cast.assign(np.full(2, 1 + 2.0**-10))
    np.testing.assert_array_equal(layer.cast.numpy(), np.float32(1 + 2.0**-10))


def test_autocast_can_be_left_off():
    layer = layers.Dense(2, dtype="mixed_bfloat16", autocast=False)
    assert layer(np.ones((3, 4), "float32")).dtype == "float32"


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("make", [layers.BatchNormalization, layers.LayerNormalization, layers.RMSNormalization,
                                  lambda **k: layers.GroupNormalization(2, **k)])  # fmt: skip
def test_normalizations_compute_in_float32(make, dtype):
    """Rows of 1000 + small numbers: their squares overflow float16, and bfloat16 sees no variance at all."""
    rng = np.random.default_rng(4)
    x = (1000 + 8 * rng.integers(-3, 4, (16, 8))).astype("float32")  # halves already
    half, single = make(dtype=dtype), make(dtype="float32")
    got, want = half(x, training=True) if "Batch" in type(half).__name__ else half(x), None
    want = single(x, training=True) if "Batch" in type(single).__name__ else single(x)
    assert got.dtype == half.compute_dtype
    eps = 2.0**-8 if "bfloat16" in dtype else 2.0**-11
    np.testing.assert_allclose(got.numpy().astype("float32"), want.numpy(), rtol=eps, atol=eps)
    for variable in half.weights:
        assert variable.dtype == "float32"


def test_a_mean_of_halves_does_not_overflow():
    x = ops.full((4096,), 1000.0, "float16")
    assert float(ops.mean(x)) == 1000.0 and ops.mean(x).dtype == "float16"
    mean, variance = ops.moments(x, 0)
    assert (float(mean), float(variance), mean.dtype) == (1000.0, 0.0, "float16")


def test_masked_scores_in_float16():
    y = layers.Softmax(dtype="float16")(np.zeros((2, 3), "float32"), mask=np.array([[True, True, False], [False] * 3]))
    np.testing.assert_array_equal(y.numpy(), np.array([[0.5, 0.5, 0], [1 / 3] * 3], "float16"))


def test_a_map_of_policies():
    policies = keras.dtype_policies.DTypePolicyMap("float32", {"encoder/.*": keras.DTypePolicy("bfloat16")})
    policies["decoder"] = "float16"
    assert policies["encoder/dense"].name == "bfloat16" and policies["decoder"].name == "float16"
    assert policies["other"].name == policies.compute_dtype == "float32" and policies.name == "map_float32"
    again = dtype_policies.deserialize(dtype_policies.serialize(policies))
    assert again.get_config() == policies.get_config() and len(again) == 2
    with pytest.raises(ValueError, match="already"):
        policies["decoder"] = "float32"
    policies["encoder/d.*"] = "float16"
    with pytest.raises(ValueError, match="several"):
        policies["encoder/dense"]
    layer = layers.Dense(2, dtype=keras.dtype_policies.DTypePolicyMap("float32", {"dense": "bfloat16"}), name="dense")
    assert layer.dtype_policy["dense"] == "bfloat16"


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_losses_take_the_logits_of_probabilities_in_halves(dtype):
    """exp(-30) is 0 in float16 and 1e-13 rounded in bfloat16; the loss and its gradient come from the logits."""
    loss = keras.losses.SparseCategoricalCrossentropy()
    logits = keras.Variable(np.array([[0.0, 30.0]], "float32"))
    with keras.GradientTape() as tape:
        value = loss(np.array([0]), layers.Softmax(dtype=dtype)(logits))
    assert value.dtype == "float32" and abs(float(value) - 30) < 1e-5
    np.testing.assert_allclose(tape.gradient(value, logits).numpy(), [[-1, 1]], atol=2.0**-8)
