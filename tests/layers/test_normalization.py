"""Normalizing layers: statistics, modes, masks, formats, errors, and the same bits for any number of threads."""

import keraunos
import numpy as np
import pytest
from keraunos import _cpu, layers, ops
from keraunos.graph.ir import Graph
from keraunos.graph.trace import Trace, tracing

rng = np.random.default_rng(23)

EXAMPLES = [
    (lambda: layers.BatchNormalization(), (6, 5)),
    (lambda: layers.BatchNormalization(axis=1, center=False), (3, 4, 5)),
    (lambda: layers.BatchNormalization(renorm=True, renorm_clipping={"rmax": 2.0}), (6, 5)),
    (lambda: layers.LayerNormalization(), (4, 5)),
    (lambda: layers.LayerNormalization(axis=(1, 2), scale=False), (4, 5, 3)),
    (lambda: layers.LayerNormalization(axis=1), (4, 5, 3)),
    (lambda: layers.GroupNormalization(2), (4, 3, 6)),
    (lambda: layers.GroupNormalization(-1, axis=1), (4, 3, 6)),
    (lambda: layers.RMSNormalization(), (4, 5)),
    (lambda: layers.UnitNormalization(axis=(1, 2)), (4, 5, 2)),
    (lambda: layers.SpectralNormalization(layers.Dense(3)), (4, 5)),
]


@pytest.mark.parametrize(("make", "shape"), EXAMPLES)
def test_shape_config_and_float64(make, shape):
    x = rng.standard_normal(shape).astype("float32")
    layer = make()
    y = layer(x)
    assert tuple(layer.compute_output_shape((None, *shape[1:]))) == (None, *y.shape[1:])
    again = layers.deserialize(layers.serialize(layer))
    assert again.get_config() == layer.get_config()
    again(x)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(x), y)
    config = {**layer.get_config(), "dtype": "float64"}
    if isinstance(layer, layers.SpectralNormalization):
        config["layer"]["config"]["dtype"] = "float64"
    assert type(layer).from_config(config)(x.astype("float64")).dtype == "float64"


@pytest.mark.parametrize("shape", [(64, 3), (5, 7, 3), (16, 12, 12, 20), (2, 40, 30, 3), (1, 3)])
def test_batches_get_mean_0_and_deviation_1(shape):
    x = (rng.standard_normal(shape) * 3 + 30).astype("float32")
    layer = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
    y = np.asarray(layer(x, training=True), "float64")
    axes, exact = tuple(range(x.ndim - 1)), x.astype("float64")
    mean, variance = exact.mean(axes), exact.var(axes)
    # x is exact to 30 eps, in units of a deviation of 3: 1e-6; a constant batch divides what is left by sqrt(epsilon).
    bound = 1e-5 if x.size > 3 else 30 * 6e-8 / 1e-5**0.5
    np.testing.assert_allclose(y, (exact - mean) / np.sqrt(variance + 1e-5), atol=bound)
    np.testing.assert_allclose(layer.moving_mean, 0.1 * mean, rtol=1e-6)
    np.testing.assert_allclose(layer.moving_variance, 0.9 + 0.1 * variance, rtol=1e-5)


def test_inference_uses_and_keeps_the_moving_averages():
    x = rng.standard_normal((8, 4)).astype("float32")
    layer = layers.BatchNormalization()
    layer(x, training=True)
    before = layer.get_weights()
    for frozen in (False, True):
        layer.trainable = not frozen
        y = np.asarray(layer(x, training=frozen))
        want = (x - before[2]) / np.sqrt(before[3] + 1e-3)
        np.testing.assert_allclose(y, want, rtol=1e-5, atol=1e-6)
        for a, b in zip(before, layer.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
    assert layer.trainable_weights == [] or not layer.trainable


def test_inference_is_one_multiplication_and_one_addition_of_vectors():
    layer = layers.BatchNormalization()
    layer.build((None, 4, 4, 3))
    trace = Trace()
    with tracing(trace):
        x = trace.placeholder((2, 4, 4, 3), "float32")
        graph = Graph.from_trace(trace, [layer(x)])
    add = graph.nodes[-1]
    multiply = add.inputs[0].node
    assert (add.op.name, multiply.op.name) == ("add", "multiply") and multiply.inputs[0] is x
    assert add.inputs[1].shape == multiply.inputs[1].shape == (3,)
    assert [n.op.name for n in graph.nodes if n.outputs[0].shape == x.shape] == ["placeholder", "multiply", "add"]


def test_masked_steps_take_no_part():
    x = rng.standard_normal((4, 5, 3)).astype("float32")
    mask = rng.random((4, 5)) < 0.6
    hidden = x.copy()
    hidden[~mask] = 1e6
    first, second = (layers.BatchNormalization() for _ in range(2))
    shown = [
        np.asarray(b(v, training=True, mask=ops.convert_to_tensor(mask)))[mask]
        for b, v in ((first, x), (second, hidden))
    ]
    np.testing.assert_array_equal(*shown)
    np.testing.assert_array_equal(first.moving_variance, second.moving_variance)
    np.testing.assert_allclose(first.moving_mean, 0.01 * x[mask].mean(0), rtol=1e-4)


def test_nan_stays_in_its_channel_or_row():
    x = rng.standard_normal((40, 33)).astype("float32")
    x[3, 5] = np.nan
    columns = np.isnan(np.asarray(layers.BatchNormalization()(x, training=True)))
    rows = np.isnan(np.asarray(layers.LayerNormalization()(x)))
    assert columns[:, 5].all() and columns.sum() == 40 and rows[3].all() and rows.sum() == 33


def test_empty_batches():
    assert layers.BatchNormalization()(np.ones((0, 3), "float32")).shape == (0, 3)
    assert layers.LayerNormalization()(np.ones((0, 3), "float32")).shape == (0, 3)
    assert layers.LayerNormalization()(np.ones((2, 0), "float32")).shape == (2, 0)


def small_network():
    return keraunos.Sequential(
        [
            keraunos.Input((18, 18, 5)),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(),
            layers.LayerNormalization(),
            layers.AveragePooling2D(3, 2),
            layers.Flatten(),
            layers.Dense(24, activation="relu"),
            layers.BatchNormalization(),
            layers.Dense(4, activation="softmax"),
        ]
    )


def test_training_has_the_same_bits_for_any_number_of_threads():
    x = rng.standard_normal((90, 18, 18, 5)).astype("float32")
    labels = rng.integers(0, 4, 90)
    before, weights = _cpu.num_threads(), []
    try:
        for threads in (1, 2, 3):
            _cpu.set_num_threads(threads)
            keraunos.utils.set_random_seed(3)
            model = small_network()
            model.compile("adam", "sparse_categorical_crossentropy")
            model.fit(x, labels, batch_size=32, epochs=2, verbose=0)
            weights.append([*model.get_weights(), model.predict(x[:1], verbose=0)])
    finally:
        _cpu.set_num_threads(before)
    for other in weights[1:]:
        for a, b in zip(weights[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_compiled_training_agrees_with_eager():
    x = rng.standard_normal((64, 18, 18, 5)).astype("float32")
    labels = rng.integers(0, 4, 64)
    weights = []
    for eagerly in (False, True):
        keraunos.utils.set_random_seed(3)
        model = small_network()
        model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=eagerly)
        model.fit(x, labels, batch_size=32, epochs=1, verbose=0, shuffle=False)
        weights.append(model.get_weights())
    # Two steps; fused steps round differently, by a few eps of numbers up to a few units.
    for a, b in zip(*weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: layers.BatchNormalization(axis=3)(np.ones((2, 2), "float32")), "axis 3 must exist"),
        (lambda: layers.BatchNormalization(renorm=True, renorm_clipping={"min": 1.0}), "got 'min'"),
        (
            lambda: layers.BatchNormalization(renorm=True, renorm_clipping={"rmax": 1, "rmin": 2}),
            "rmax must be at least",
        ),
        (lambda: layers.BatchNormalization(renorm=True, renorm_clipping={"dmax": -1}), "dmax must not be negative"),
        (
            lambda: layers.BatchNormalization()(np.ones((2, 3, 4), "float32"), mask=np.ones((2,), bool)),
            "expected a mask of rank 2",
        ),
        (lambda: layers.LayerNormalization(axis=(1, 4))(np.ones((2, 2), "float32")), "axis 4 must exist"),
        (lambda: layers.GroupNormalization(0), "positive integer or -1"),
        (lambda: layers.GroupNormalization(3)(np.ones((2, 4), "float32")), "must be a multiple of groups=3"),
        (lambda: layers.SpectralNormalization(layers.Dense(2), 0), "power_iterations must be at least 1"),
        (lambda: layers.SpectralNormalization(layers.ReLU())(np.ones((2, 2), "float32")), "got ReLU"),
    ],
)
def test_errors(make, match):
    with pytest.raises(ValueError, match=match):
        make()


@pytest.mark.parametrize("make", [lambda: layers.LayerNormalization("last"), lambda: layers.UnitNormalization(None),
                                  lambda: layers.SpectralNormalization("dense")])  # fmt: skip
def test_wrong_types(make):
    with pytest.raises(TypeError):
        make()


@pytest.mark.parametrize("call", [
    lambda x: layers.RMSNormalization(axis=5)(x),
    lambda x: ops.rms_normalization(x, axis=5),
    lambda x: ops.layer_normalization(x, axis=-4),
    lambda x: ops.batch_normalization(x, np.ones(4), np.ones(4), axis=7),
])  # fmt: skip
def test_an_axis_out_of_range(call):
    with pytest.raises(ValueError, match=r"normalization\].*axis (5|-4|7)"):
        call(np.ones((2, 3, 4), "float32"))


def test_one_hot_cuts_off_fractions():
    np.testing.assert_array_equal(ops.one_hot([1.0, 0.5], 2).numpy(), [[0, 1], [1, 0]])
