"""Pooling layers: shapes, formats, masks, ties, NaN, errors, and the same bits for any number of threads."""

import keraunos
import numpy as np
import pytest
from keraunos import _cpu, layers, ops

rng = np.random.default_rng(17)
NAMES = [
    f"{before}{kind}Pooling{rank}D"
    for before in ("", "Global", "Adaptive")
    for kind in ("Max", "Average")
    for rank in (1, 2, 3)
]


def made(name, **options):
    needed = {"Adaptive": {"output_size": 3}, "AverageP": {"pool_size": 2}}.get(name[:8], {})
    return getattr(layers, name)(**{**needed, **options})


def shaped(name, channels=2):
    return (2, *(7, 6, 8)[: int(name[-2])], channels)


@pytest.mark.parametrize("name", NAMES)
def test_shape_config_and_float64(name):
    x = rng.standard_normal(shaped(name)).astype("float32")
    layer = made(name)
    y = layer(x)
    assert y.dtype == "float32" and layer.compute_output_shape((None, *x.shape[1:])) == (None, *y.shape[1:])
    again = layers.deserialize(layers.serialize(layer))
    assert again.get_config() == layer.get_config()
    np.testing.assert_array_equal(again(x), y)
    assert made(name, dtype="float64")(x.astype("float64")).dtype == "float64"


@pytest.mark.parametrize("name", NAMES)
def test_channels_first_is_the_same_with_axes_moved(name):
    x = rng.standard_normal(shaped(name)).astype("float32")
    first = np.moveaxis(np.asarray(made(name, data_format="channels_first")(np.moveaxis(x, -1, 1))), 1, -1)
    # Global means add in another order: a few roundings of sums of size 10.
    np.testing.assert_allclose(first, made(name)(x), rtol=0, atol=1e-6 if name.startswith("GlobalA") else 0)
    layer = made(name, data_format="channels_first")
    shape = (None, x.shape[-1], *x.shape[1:-1])
    assert layer.compute_output_shape(shape) == (None, *layer(np.moveaxis(x, -1, 1)).shape[1:])


@pytest.mark.parametrize("name", [n for n in NAMES if not n.startswith(("Global", "Adaptive"))])
def test_padding_and_strides_give_the_announced_shape(name):
    for padding in ("valid", "same"):
        for strides in (1, 2, 3):
            layer = made(name, pool_size=2, strides=strides, padding=padding)
            shape = shaped(name)
            assert layer(np.ones(shape, "float32")).shape == layer.compute_output_shape(shape)


def test_aliases_are_the_same_classes():
    for rank in (1, 2, 3):
        for short, long in (("MaxPool", "MaxPooling"), ("AvgPool", "AveragePooling")):
            for before in ("", "Global"):
                assert getattr(layers, f"{before}{short}{rank}D") is getattr(layers, f"{before}{long}{rank}D")


def test_an_odd_padding_comes_after_the_inputs_and_does_not_count():
    x = ops.convert_to_tensor(np.array([1, 2, 3, 4], "float32").reshape(1, 4, 1))
    np.testing.assert_array_equal(np.ravel(ops.average_pool(x, 2, 1, "same")), [1.5, 2.5, 3.5, 4])
    np.testing.assert_array_equal(np.ravel(ops.max_pool(-x, 2, 1, "same")), [-1, -2, -3, -4])


def test_adaptive_windows_are_those_of_their_definition():
    x = rng.standard_normal((2, 10, 7, 3)).astype("float32")
    average, highest = ops.adaptive_average_pool(x, (4, 3)), ops.adaptive_max_pool(x, (4, 3))
    for i in range(4):
        for j in range(3):
            window = x[:, i * 10 // 4 : -(-(i + 1) * 10 // 4), j * 7 // 3 : -(-(j + 1) * 7 // 3)]
            # Means of means of at most nine numbers: a few roundings of size 1.
            np.testing.assert_allclose(average[:, i, j], window.mean((1, 2)), atol=1e-6)
            np.testing.assert_array_equal(highest[:, i, j], window.max((1, 2)))


def test_the_first_of_equal_maxima_gets_the_gradient_and_nan_wins():
    x = ops.convert_to_tensor(np.array([[[1.0], [5.0], [5.0], [2.0], [np.nan], [7.0]]], "float32"))
    with keraunos.GradientTape() as tape:
        tape.watch(x)
        y = ops.max_pool(x, 3)
    np.testing.assert_array_equal(y, [[[5.0], [np.nan]]])
    np.testing.assert_array_equal(np.ravel(tape.gradient(y, x)), [0, 1, 0, 0, 1, 0])


def test_a_mask_chooses_the_steps_of_a_mean():
    x = rng.standard_normal((2, 4, 3)).astype("float32")
    mask = np.array([[True, True, False, False], [True, True, True, True]])
    y = np.asarray(layers.GlobalAveragePooling1D()(x, mask=ops.convert_to_tensor(mask)))
    np.testing.assert_allclose(y, [x[0, :2].mean(0), x[1].mean(0)], rtol=1e-6, atol=1e-7)


def test_nothing_in_nothing_out():
    assert layers.MaxPooling2D()(np.ones((0, 4, 4, 3), "float32")).shape == (0, 2, 2, 3)
    assert layers.AveragePooling1D(2)(np.ones((2, 4, 0), "float32")).shape == (2, 2, 0)


@pytest.mark.parametrize("batch", [1, 2, 32])
@pytest.mark.parametrize("function", [ops.max_pool, ops.average_pool])
def test_threads_do_not_change_a_bit(function, batch):
    """Batches of one or two are cut into blocks of lines, of inputs where windows overlap too."""
    x = ops.convert_to_tensor(rng.standard_normal((batch, 61, 50, 33)).astype("float32"))

    def run(x):
        with keraunos.GradientTape() as tape:
            tape.watch(x)
            tiles, overlapping = function(x, 2), function(x, 3, 2, "same")
        return [tiles, overlapping, *tape.gradient([tiles, overlapping], [x], [tiles, overlapping])]

    before, results = _cpu.num_threads(), []
    try:
        for threads in (1, 2, 3):
            _cpu.set_num_threads(threads)
            results.append([np.asarray(t) for t in keraunos.function(run)(x)])
    finally:
        _cpu.set_num_threads(before)
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(a, b)
    for a, b in zip(results[0], run(x), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: layers.MaxPooling2D((2, 0)), r"\[max_pooling2d\] pool_size must be an integer of at least 1"),
        (lambda: layers.MaxPooling2D(2, strides=(1, 2, 3)), "strides must be"),
        (lambda: layers.AveragePooling1D(2, padding="full"), "padding must be one of 'valid', 'same'"),
        (lambda: layers.MaxPooling1D(2, data_format="last"), "data_format must be one of"),
        (lambda: layers.MaxPooling2D(5)(np.ones((1, 4, 8, 1), "float32")), r"windows of \(5, 5\) do not fit"),
        (lambda: layers.MaxPooling2D(5).compute_output_shape((None, 4, 8, 1)), r"windows of \(5, 5\) do not fit"),
        (lambda: layers.MaxPooling2D()(np.ones((4, 8, 1), "float32")), r"\[max_pooling2d\].*expected inputs of rank 4"),
        (lambda: layers.GlobalMaxPooling1D()(np.ones((4, 8, 1, 1), "float32")), "expected inputs of rank 3"),
        (lambda: layers.AdaptiveMaxPooling2D(0), "output_size must be"),
        (lambda: ops.max_pool(np.ones((2, 3), "float32"), 2), "one to three spatial axes"),
    ],
)
def test_errors(make, match):
    with pytest.raises(ValueError, match=match):
        make()
