"""Layers: shapes, configurations, training flags, masks, names, errors."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import _naming, layers, ops

rng = np.random.default_rng(13)

# (layer, input shape with batch axis): everything that has one input.
EXAMPLES = [
    (lambda: layers.Dense(3, activation="tanh"), (4, 5)),
    (lambda: layers.Dense(3, use_bias=False), (4, 2, 5)),
    (lambda: layers.Flatten(), (4, 2, 3)),
    (lambda: layers.Reshape((3, -1)), (4, 6)),
    (lambda: layers.Permute((2, 1)), (4, 2, 3)),
    (lambda: layers.RepeatVector(3), (4, 5)),
    (lambda: layers.Activation("relu"), (4, 5)),
    (lambda: layers.ReLU(max_value=6.0), (4, 5)),
    (lambda: layers.LeakyReLU(0.1), (4, 5)),
    (lambda: layers.ELU(0.5), (4, 5)),
    (lambda: layers.PReLU(shared_axes=[1]), (4, 3, 2)),
    (lambda: layers.Softmax(axis=1), (4, 3, 2)),
    (lambda: layers.Dropout(0.5, seed=3), (4, 5)),
    (lambda: layers.SpatialDropout1D(0.5), (4, 3, 2)),
    (lambda: layers.SpatialDropout2D(0.5), (4, 3, 2, 2)),
    (lambda: layers.SpatialDropout3D(0.5), (4, 3, 2, 2, 2)),
    (lambda: layers.GaussianNoise(0.5), (4, 5)),
    (lambda: layers.GaussianDropout(0.5), (4, 5)),
    (lambda: layers.AlphaDropout(0.5), (4, 5)),
    (lambda: layers.ActivityRegularization(0.1, 0.2), (4, 5)),
    (lambda: layers.Rescaling(0.5, 1.0), (4, 5)),
    (lambda: layers.Normalization(mean=1.0, variance=4.0), (4, 5)),
    (lambda: layers.Identity(), (4, 5)),
    (lambda: layers.Lambda(ops.tanh), (4, 5)),
    (lambda: layers.ZeroPadding1D((1, 2)), (4, 3, 2)),
    (lambda: layers.ZeroPadding2D(((1, 0), (2, 3)), data_format="channels_first"), (4, 2, 3, 5)),
    (lambda: layers.ZeroPadding3D(2), (2, 3, 2, 4, 2)),
    (lambda: layers.Cropping1D((1, 0)), (4, 3, 2)),
    (lambda: layers.Cropping2D(((1, 0), (2, 1)), data_format="channels_first"), (4, 2, 3, 5)),
    (lambda: layers.Cropping3D(((0, 1), (1, 0), (1, 1))), (2, 3, 2, 4, 2)),
    (lambda: layers.UpSampling1D(3), (4, 3, 2)),
    (lambda: layers.UpSampling2D((2, 3), data_format="channels_first"), (4, 2, 3, 5)),
    (lambda: layers.UpSampling2D((2, 3), interpolation="bicubic"), (4, 2, 3, 5)),
    (lambda: layers.UpSampling3D((1, 2, 3)), (2, 3, 2, 4, 2)),
    (lambda: layers.Conv1D(3, 2, padding="causal", dilation_rate=2, activation="relu"), (4, 7, 2)),
    (lambda: layers.Conv2D(4, (2, 3), strides=(2, 1), groups=2, data_format="channels_first"), (4, 2, 7, 5)),
    (lambda: layers.Conv3D(3, 2, padding="same", use_bias=False), (2, 3, 2, 4, 2)),
    (lambda: layers.Conv1DTranspose(3, 4, strides=2), (4, 7, 2)),
    (lambda: layers.Conv2DTranspose(3, 3, strides=2, padding="same", output_padding=1), (4, 5, 4, 2)),
    (lambda: layers.Conv3DTranspose(2, (1, 2, 3), data_format="channels_first"), (2, 3, 2, 4, 2)),
    (lambda: layers.DepthwiseConv1D(3, depth_multiplier=2), (4, 7, 2)),
    (lambda: layers.DepthwiseConv2D((2, 3), strides=2, data_format="channels_first"), (4, 2, 7, 5)),
    (lambda: layers.SeparableConv1D(5, 3, padding="same"), (4, 7, 2)),
    (lambda: layers.SeparableConv2D(5, 3, depth_multiplier=2, data_format="channels_first"), (4, 2, 7, 5)),
    (lambda: layers.Resizing(3, 4, "lanczos3"), (4, 7, 5, 2)),
    (lambda: layers.CenterCrop(3, 4, data_format="channels_first"), (4, 2, 7, 5)),
]
IDS = [type(make()).__name__ for make, _ in EXAMPLES]


@pytest.mark.parametrize(("make", "shape"), EXAMPLES, ids=IDS)
def test_shape_config_and_float64(make, shape):
    x = rng.standard_normal(shape).astype("float32")
    layer = make()
    y = layer(x)
    assert layer.built and y.dtype == "float32"
    assert tuple(layer.compute_output_shape((None, *shape[1:]))) == (None, *y.shape[1:])
    if not isinstance(layer, layers.Lambda):
        again = layers.deserialize(layers.serialize(layer))
        assert again.get_config() == layer.get_config()
        again(x)
        again.set_weights(layer.get_weights())
        np.testing.assert_array_equal(again(x), y)
    config = {**layer.get_config(), "dtype": "float64"}
    assert type(layer).from_config(config)(x.astype("float64")).dtype == "float64"


@pytest.mark.parametrize(("make", "shape"), EXAMPLES, ids=IDS)
def test_training_changes_random_layers_alone(make, shape):
    x = rng.standard_normal(shape).astype("float32")
    layer = make()
    quiet, trained = np.asarray(layer(x, training=False)), np.asarray(layer(x, training=True))
    random = "Dropout" in type(layer).__name__ or "Noise" in type(layer).__name__
    assert (quiet != trained).any() == random
    if random:
        np.testing.assert_array_equal(quiet, x)
        assert (np.asarray(layer(x, training=True)) != trained).any()


def test_the_same_seed_drops_the_same():
    x = np.ones((8, 8), "float32")
    first, second = (np.asarray(layers.Dropout(0.5, seed=7)(x, training=True)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_the_training_flag_reaches_inner_layers():
    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.drop = layers.Dropout(0.5)

        def call(self, inputs):
            return self.drop(inputs)

    x = np.ones((8, 8), "float32")
    layer = Outer()
    np.testing.assert_array_equal(layer(x), x)
    assert (np.asarray(layer(x, training=True)) == 0).any()


def test_names_are_numbered_per_class():
    _naming.reset_names()
    made = [layers.Dense(1), layers.Dense(1), layers.LeakyReLU(), layers.Dense(1, name="own")]
    assert [layer.name for layer in made] == ["dense", "dense_1", "leaky_re_lu", "own"]


def test_build_by_hand_happens_once():
    layer = layers.Dense(3)
    layer.build((None, 4))
    kernel = layer.kernel
    assert layer.built and [w.path for w in layer.weights] == [f"{layer.name}/kernel", f"{layer.name}/bias"]
    layer(np.ones((2, 4), "float32"))
    layer.build((None, 4))
    assert layer.kernel is kernel and len(layer.weights) == 2


def test_a_subclass_of_a_built_in_layer_builds_once():
    class Mine(layers.Dense):
        def build(self, input_shape):
            super().build(input_shape)
            self.extra = self.add_weight((1,), name="extra")

    layer = Mine(2)
    layer(np.ones((1, 3), "float32"))
    assert [w.name for w in layer.weights] == ["kernel", "bias", "extra"]


def test_masks_pass_through_and_reach_call():
    seen = []

    class Watcher(layers.Layer):
        def call(self, inputs, mask=None):
            seen.append(None if mask is None else np.asarray(mask).tolist())
            return inputs

    x = ops.convert_to_tensor(np.ones((2, 3), "float32"))
    x._keras_mask = ops.convert_to_tensor(np.array([True, False]))
    y = layers.Dropout(0.5)(layers.Dense(4)(x))
    assert np.asarray(y._keras_mask).tolist() == [True, False]
    with pytest.warns(UserWarning, match="does not support masking"):
        Watcher()(y)
    assert seen == [[True, False]]


def test_normalization_adapts_to_batches_as_to_the_whole():
    data = (rng.standard_normal((30, 3)) * 5 + 2).astype("float32")
    whole, parts = layers.Normalization(), layers.Normalization()
    whole.adapt(data)
    parts.adapt(data[start : start + 7] for start in range(0, 30, 7))
    np.testing.assert_allclose(parts(data), whole(data), rtol=1e-5, atol=1e-6)
    normal = np.asarray(whole(data))
    np.testing.assert_allclose(normal.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(normal.std(0), 1, rtol=1e-5)
    inverse = layers.Normalization(mean=data.mean(0), variance=data.var(0), invert=True)
    np.testing.assert_allclose(inverse(normal), data, rtol=1e-4, atol=1e-4)


def test_integers_are_rescaled_as_floats():
    out = layers.Rescaling(1 / 255)(np.array([[0, 255]], "uint8"))
    np.testing.assert_allclose(out, [[0, 1]], rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Add", 5.0), ("Subtract", -1.0), ("Multiply", 6.0), ("Average", 2.5), ("Maximum", 3.0), ("Minimum", 2.0)],
)
def test_merging(name, expected):
    a, b = np.full((2, 3), 2, "float32"), np.full((2, 3), 3, "float32")
    layer = getattr(layers, name)()
    np.testing.assert_array_equal(layer([a, b]), np.full((2, 3), expected))
    np.testing.assert_array_equal(getattr(layers, name.lower())([a, b]), np.full((2, 3), expected))
    assert layer.compute_output_shape([(None, 3), (None, 1)]) == (None, 3)


def test_weights_and_regularizers():
    layer = layers.Dense(
        2, kernel_regularizer="l2", activity_regularizer=keras.regularizers.L1(1.0), bias_initializer="ones"
    )
    y = layer(np.ones((4, 3), "float32"))
    np.testing.assert_allclose(float(layer.losses[0]), np.abs(np.asarray(y)).sum() / 4, rtol=1e-6)
    np.testing.assert_allclose(float(layer.losses[1]), 0.01 * (layer.get_weights()[0] ** 2).sum(), rtol=1e-6)
    layer(np.ones((4, 3), "float32"))
    assert len(layer.losses) == 2
    layer.trainable = False
    assert layer.trainable_weights == [] and len(layer.non_trainable_weights) == 2


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: layers.Dense(-3), r"\[dense\] units must be a positive integer, got -3"),
        (lambda: layers.Dense(3, activation="rellu"), "did you mean 'relu'"),
        (lambda: layers.Dense(3, unit=2), "unexpected argument 'unit'"),
        (lambda: layers.Dropout(1.5), r"\[dropout\] rate must be in \[0, 1\], got 1.5"),
        (lambda: layers.GaussianDropout(1.0), "rate must be less than 1"),
        (lambda: layers.GaussianNoise(-1.0), "stddev must be at least 0"),
        (lambda: layers.ReLU(max_value=-1.0), "max_value must be at least 0"),
        (lambda: layers.Permute((1, 3)), "dims must be a permutation"),
        (lambda: layers.Reshape((-1, -1)), "one -1"),
        (lambda: layers.Reshape((5,))(np.ones((2, 6), "float32")), "cannot reshape samples"),
        (lambda: layers.Normalization(mean=1.0), "belong together"),
        (lambda: layers.Normalization(axis=3)(np.ones((2, 2), "float32")), "out of range"),
        (lambda: layers.Normalization(mean=0.0, variance=1.0).adapt(np.ones((2, 2))), "without mean and variance"),
        (lambda: layers.Add()([np.ones((2, 3), "float32"), np.ones((2, 4), "float32")]), "do not broadcast"),
        (lambda: layers.Add()(np.ones((2, 3), "float32")), "expected a list of inputs"),
        (lambda: layers.Subtract()([np.ones((2, 3), "float32")] * 3), "expected 2 inputs, got 3"),
        (lambda: layers.Concatenate()([np.ones((2, 3), "float32"), np.ones((3, 3), "float32")]), "may differ on axis"),
        (lambda: layers.Dense(2, dtype="float8"), "expected one of mixed_float16"),
        (lambda: layers.SpatialDropout1D(0.5)(np.ones((2, 3), "float32"), training=True), "inputs of rank 3"),
    ],
)
def test_errors(make, match):
    with pytest.raises(ValueError, match=match):
        make()
