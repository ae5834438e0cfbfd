"""Convolution layers: values against loops, shapes, layouts, errors. Values of Keras: tests/parity."""

import itertools

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers, ops

rng = np.random.default_rng(29)


def loops(x, kernel, strides, dilation, pads, groups):
    """The definition: `y[n, o, f] = sum over taps and channels of x[n, o * stride - low + tap * dilation, c] * w`."""
    rank = x.ndim - 2
    x = np.pad(x, [(0, 0), *pads, (0, 0)])
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel.shape[:rank], strict=True)]
    out = [(n - r) // s + 1 for n, r, s in zip(x.shape[1:-1], reach, strides, strict=True)]
    channels, filters = kernel.shape[-2], kernel.shape[-1] // groups
    y = np.zeros((x.shape[0], *out, kernel.shape[-1]))
    for place in itertools.product(*map(range, out)):
        for tap in itertools.product(*map(range, kernel.shape[:rank])):
            at = tuple(o * s + t * d for o, s, t, d in zip(place, strides, tap, dilation, strict=True))
            for g in range(groups):
                pixels = x[(slice(None), *at, slice(g * channels, (g + 1) * channels))]
                weights = kernel[(*tap, slice(None), slice(g * filters, (g + 1) * filters))]
                y[(slice(None), *place, slice(g * filters, (g + 1) * filters))] += pixels @ weights
    return y


def same(extent, kernel, stride, dilation):
    """Keras's padding: the smaller half before."""
    total = max(0, (-(-extent // stride) - 1) * stride + dilation * (kernel - 1) + 1 - extent)
    return total // 2, total - total // 2


CASES = [
    # (layer, kernel size, strides, padding, dilation, groups, spatial extents, channels, filters)
    ("Conv1D", (3,), (1,), "valid", (1,), 1, (7,), 3, 4),
    ("Conv1D", (4,), (3,), "same", (1,), 1, (8,), 2, 5),
    ("Conv1D", (3,), (1,), "causal", (2,), 1, (9,), 3, 4),
    ("Conv1D", (5,), (2,), "causal", (1,), 2, (9,), 4, 6),
    ("Conv2D", (3, 3), (1, 1), "same", (1, 1), 1, (5, 6), 1, 7),
    ("Conv2D", (4, 2), (2, 3), "same", (1, 1), 1, (7, 8), 3, 2),
    ("Conv2D", (2, 5), (3, 1), "valid", (1, 1), 1, (9, 5), 2, 3),
    ("Conv2D", (3, 2), (1, 1), "same", (2, 3), 1, (6, 7), 2, 3),
    ("Conv2D", (3, 3), (2, 2), "valid", (1, 1), 3, (7, 9), 6, 9),
    ("Conv2D", (1, 1), (2, 2), "same", (1, 1), 1, (5, 4), 17, 33),
    ("Conv3D", (2, 3, 1), (1, 2, 1), "same", (1, 1, 1), 1, (3, 5, 2), 2, 3),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0]}-{c[3]}-{'x'.join(map(str, c[1]))}")
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_convolution_is_what_its_definition_says(case, data_format):
    name, size, strides, padding, dilation, groups, extents, channels, filters = case
    layer = getattr(layers, name)(
        filters, size, strides, padding, data_format, dilation, groups, bias_initializer="normal", dtype="float64"
    )
    x = rng.normal(size=(2, *extents, channels))
    given = x if data_format == "channels_last" else np.moveaxis(x, -1, 1)
    y = np.asarray(layer(given))
    assert y.shape == layer.compute_output_shape(given.shape)
    pads = [(0, 0)] * len(extents)
    if padding == "same":
        pads = [same(*a) for a in zip(extents, size, strides, dilation, strict=True)]
    if padding == "causal":
        pads = [(dilation[0] * (size[0] - 1), 0)]
    kernel, bias = layer.get_weights()
    want = loops(x, kernel, strides, dilation, pads, groups) + bias
    want = want if data_format == "channels_last" else np.moveaxis(want, -1, 1)
    # float64: sums of at most 100 products of numbers of order 1.
    np.testing.assert_allclose(y, want, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", ["Conv2D", "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_shapes_of_all_sizes(name, padding, strides, size):
    arguments = (size,) if name == "DepthwiseConv2D" else (3, size)
    for height, width in [(5, 6), (6, 5), (7, 11), (8, 8)]:
        layer = getattr(layers, name)(*arguments, strides=strides, padding=padding)
        x = np.ones((2, height, width, 2), "float32")
        assert layer.compute_output_shape((None, height, width, 2))[1:] == layer(x).shape[1:]
        assert layer.compute_output_shape((None, None, width, 2))[:2] == (None, None)


@pytest.mark.parametrize("name", ["Conv1D", "Conv1DTranspose", "DepthwiseConv1D", "SeparableConv1D"])
def test_a_batch_of_nothing(name):
    layer = getattr(layers, name)(*((3,) if name == "DepthwiseConv1D" else (4, 3)))
    assert layer(np.zeros((0, 6, 2), "float32")).shape == (0, *layer(np.zeros((1, 6, 2), "float32")).shape[1:])


def test_a_causal_convolution_sees_no_later_step():
    layer = layers.Conv1D(3, 4, padding="causal", dilation_rate=2)
    x = rng.normal(size=(1, 12, 2)).astype("float32")
    changed = x.copy()
    changed[:, 7:] += 1
    before, after = np.asarray(layer(x)), np.asarray(layer(changed))
    np.testing.assert_array_equal(before[:, :7], after[:, :7])
    assert (before[:, 7:] != after[:, 7:]).any()


def test_a_transposed_convolution_is_the_gradient_of_a_convolution():
    x = rng.normal(size=(2, 8, 7, 3))
    kernel = rng.normal(size=(3, 2, 3, 4))
    dy = rng.normal(size=ops.conv(x, kernel, 2, "same").shape)
    gradient = keras.grad(lambda x: ops.sum(ops.conv(x, kernel, 2, "same") * dy))(x)
    layer = layers.Conv2DTranspose(3, (3, 2), 2, "same", use_bias=False, dtype="float64")
    layer.build(dy.shape)
    layer.set_weights([kernel])
    # The transposed layer gives 8 columns; the convolution saw 7 and a column of padding behind them.
    np.testing.assert_allclose(np.asarray(layer(dy))[:, :, :7], gradient, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("size", "strides", "padding", "output_padding", "extents"),
    [
        (3, 1, "valid", None, (7, 6)),
        (2, 3, "valid", None, (15, 12)),
        (3, 2, "valid", 1, (12, 10)),
        (3, 2, "same", None, (10, 8)),
        (4, 2, "same", None, (10, 8)),
        (5, 3, "same", None, (15, 12)),
        (3, 2, "same", 0, (9, 7)),
        (5, 2, "same", 1, (10, 8)),
    ],
)
def test_a_transposed_convolution_spreads_its_inputs(size, strides, padding, output_padding, extents):
    """Every input adds `kernel * x` at `strides` times its place; "same" cuts the smaller half of what is too much off
    at the beginning."""
    x = rng.normal(size=(2, 5, 4, 3))
    layer = layers.Conv2DTranspose(2, size, strides, padding, output_padding, use_bias=False, dtype="float64")
    y = np.asarray(layer(x))
    assert y.shape == layer.compute_output_shape(x.shape) == (2, *extents, 2)
    (kernel,) = layer.get_weights()
    whole = np.zeros((2, 5 * strides + size, 4 * strides + size, 2))
    for i, j in np.ndindex(5, 4):
        for a, b in np.ndindex(size, size):
            whole[:, i * strides + a, j * strides + b] += x[:, i, j] @ kernel[a, b].T
    too_much = [(n - 1) * strides + size - extent for n, extent in zip((5, 4), extents, strict=True)]
    top, left = (max(0, m) // 2 if padding == "same" else 0 for m in too_much)
    want = whole[:, top : top + extents[0], left : left + extents[1]]
    np.testing.assert_allclose(y, want, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("dilation", [1, 2])
def test_a_separable_convolution_is_two_convolutions(dilation):
    x = rng.normal(size=(2, 7, 6, 3))
    layer = layers.SeparableConv2D(5, 3, depth_multiplier=2, dilation_rate=dilation, activation="tanh", dtype="float64")
    y = layer(x)
    depthwise, pointwise, bias = layer.get_weights()
    inner = layers.DepthwiseConv2D(3, depth_multiplier=2, dilation_rate=dilation, use_bias=False, dtype="float64")
    inner.build(x.shape)
    inner.set_weights([depthwise])
    np.testing.assert_allclose(y, np.tanh(np.asarray(inner(x)) @ pointwise[0, 0] + bias), rtol=1e-12, atol=1e-13)
    assert [w.name for w in layer.weights] == ["depthwise_kernel", "pointwise_kernel", "bias"]


def test_a_grouped_convolution_of_one_channel_each_is_depthwise():
    x = rng.normal(size=(2, 7, 6, 4)).astype("float32")
    depthwise = layers.DepthwiseConv2D(3, padding="same")
    want = depthwise(x)
    grouped = layers.Conv2D(4, 3, padding="same", groups=4)
    grouped.build(x.shape)
    kernel, bias = depthwise.get_weights()
    grouped.set_weights([kernel.transpose(0, 1, 3, 2), bias])
    np.testing.assert_array_equal(grouped(x), want)


def test_regularizers_constraints_and_freezing():
    layer = layers.Conv2D(3, 2, kernel_regularizer="l2", bias_constraint="non_neg", activity_regularizer="l1")
    y = np.asarray(layer(np.ones((4, 3, 3, 2), "float32")))
    # Sums of at most 48 terms in float32.
    np.testing.assert_allclose(float(layer.losses[0]), 0.01 * np.abs(y).sum() / 4, rtol=1e-5)
    np.testing.assert_allclose(float(layer.losses[1]), 0.01 * (layer.get_weights()[0] ** 2).sum(), rtol=1e-5)
    assert layer.bias.constraint is layer.bias_constraint is not None
    layer.trainable = False
    assert layer.trainable_weights == []


def test_other_names():
    assert layers.Convolution2D is layers.Conv2D and layers.Convolution3DTranspose is layers.Conv3DTranspose
    assert layers.SeparableConvolution1D is layers.SeparableConv1D
    by_place = layers.Conv3DTranspose(2, 3, 2, "same", "channels_first", 1, 1, "relu")
    assert (by_place.data_format, by_place.output_padding) == ("channels_first", (1, 1, 1))
    assert layers.SpatialDropout1D(0.5, 1, "drop").name == layers.RandomCrop(1, 1, 0, None, "drop").name == "drop"
    assert layers.Conv1DTranspose(2, 3, name=None).name.startswith("conv1d_transpose")


def test_transposed_arguments_in_keras_order():
    """output_padding and data_format: in this order, in three dimensions in the other one."""
    plane = layers.Conv2DTranspose(2, 3, 2, "same", 1, "channels_first")
    volume = layers.Conv3DTranspose(2, 3, 2, "same", "channels_first", 1)
    for layer in (plane, volume):
        assert (layer.data_format, set(layer.output_padding)) == ("channels_first", {1})
        assert layer.get_config() == type(layer).from_config(layer.get_config()).get_config()


def test_a_small_network_learns_a_direction():
    """Bars that lie or stand: separable by one 3x3 filter, so that a handful of steps must reach every picture."""
    x = rng.normal(size=(64, 8, 8, 1)).astype("float32") * 0.1
    y = np.arange(64) % 2
    for i in range(64):
        place = rng.integers(1, 7)
        x[(i, place) if y[i] else (i, slice(None), place)] += 1
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(2)]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    history = model.fit(x, y, epochs=60, batch_size=16, verbose=0).history
    assert history["accuracy"][-1] == 1.0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: layers.Conv2D(0, 3), r"\[conv2d\] filters must be an integer of at least 1"),
        (lambda: layers.Conv2D(4, 0), r"\[conv2d\] kernel_size must be .*at least 1.*2 of them; got 0"),
        (lambda: layers.Conv2D(4, (3, 3, 3)), "2 of them"),
        (lambda: layers.Conv1D(4, 3, strides="2"), "strides must be an integer"),
        (lambda: layers.Conv2D(4, 3, padding="smae"), "did you mean 'same'"),
        (lambda: layers.Conv2D(4, 3, padding="causal"), "padding must be one of 'valid', 'same'"),
        (lambda: layers.Conv2D(4, 3, strides=2, dilation_rate=2), "may not both exceed 1"),
        (lambda: layers.Conv2D(4, 3, groups=3), "multiple of groups"),
        (lambda: layers.Conv2D(4, 3, data_format="channel_last"), "did you mean 'channels_last'"),
        (lambda: layers.Conv2DTranspose(4, 3, strides=2, output_padding=2), "less than strides"),
        (lambda: layers.DepthwiseConv2D(3, depth_multiplier=0), "depth_multiplier"),
        (
            lambda: layers.Conv2D(4, 3)(np.ones((5, 28, 28), "float32")),
            r"rank 4.*got shape \(5, 28, 28\).*\.\.\., None",
        ),
        (lambda: layers.Conv2D(4, 3, data_format="channels_first")(np.ones((5, 28, 28), "float32")), r":, None"),
        (lambda: layers.Conv2D(4, 3, groups=2)(np.ones((1, 5, 5, 3), "float32")), "3 channels and groups=2"),
        (
            lambda: layers.Conv2D(4, 7)(np.ones((1, 5, 9, 3), "float32")),
            r"does not fit.*\(1, 5, 9, 3\).*padding='same'",
        ),
        (lambda: layers.Conv2D(4, 3).build((None, 5, 5, None)), "number of channels must be known"),
    ],
)
def test_mistakes(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_another_number_of_channels():
    layer = layers.Conv2D(4, 3)
    layer(np.ones((1, 5, 5, 3), "float32"))
    with pytest.raises(ValueError, match=r"expected 3 channels on axis 3, got inputs of shape \(1, 5, 5, 1\)"):
        layer(np.ones((1, 5, 5, 1), "float32"))
