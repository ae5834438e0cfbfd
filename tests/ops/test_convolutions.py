"""Convolutions: the accuracy of Winograd's transforms, Keras's paddings, refusals, equal bits for any threads."""

import importlib.util
import pathlib

import keraunos as keras
import numpy as np
import pytest
from keraunos import _cpu, ops
from keraunos.graph.winograd import choose_tile


@pytest.fixture(autouse=True)
def _settings():
    yield
    keras.config.set_winograd(True)


def measurement():
    """docs/make_winograd.py, which writes the table of docs/winograd.md."""
    path = pathlib.Path(__file__).resolve().parents[2] / "docs" / "make_winograd.py"
    spec = importlib.util.spec_from_file_location("make_winograd", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


draw, errors, three_ways = (getattr(measurement(), name) for name in ("draw", "errors", "three_ways"))


@pytest.mark.parametrize("channels", [32, 64, 256])
@pytest.mark.parametrize("kernel", [3, 5])
def test_winograd_is_nearly_as_exact_as_the_direct_path(kernel, channels):
    """The documented bound: rms error at most twice the direct path's, for outputs and both gradients."""
    results = three_ways(kernel, channels, 48)
    for direct, winograd, exact in zip(*(results[n] for n in ("direct", "winograd", "exact")), strict=True):
        assert not np.array_equal(direct, winograd)
        of_direct, of_winograd = errors(direct, exact)[0], errors(winograd, exact)[0]
        # float32 has 6e-8; a direct sum of 288 terms reaches 2.5e-7 at least.
        assert of_winograd <= 2 * max(of_direct, 2.5e-7), (of_winograd, of_direct)


def test_training_curves_are_alike_with_winograd_on_and_off():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(256, 14, 14, 8)).astype("float32")
    y = (x[:, 4:10, 4:10].mean((1, 2)) @ rng.normal(size=(8, 4))).argmax(1)
    curves = {}
    for on in (True, False):
        keras.config.set_winograd(on)
        keras.utils.set_random_seed(9)
        model = keras.Sequential([
            keras.Input((14, 14, 8)),
            keras.layers.Conv2D(32, 3, activation="relu", padding="same"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(4, activation="softmax"),
        ])  # fmt: skip
        model.compile("adam", "sparse_categorical_crossentropy")
        curves[on] = model.fit(x, y, epochs=4, verbose=0).history["loss"]
    assert curves[True][-1] < 0.97 * curves[True][0]
    assert curves[True] != curves[False]
    # Adam's first steps divide by |gradient|: rounding differences of 1e-6 grow, but stay far below 3 % of progress.
    np.testing.assert_allclose(curves[True], curves[False], rtol=2e-3)


def test_an_infinity_stays_in_its_neighbourhood():
    x = draw(1, 24, 24, 32)
    x[0, 9, 9, 0] = np.inf
    w = draw(3, 3, 32, 32)
    y = ops.conv(x, w, padding="same").numpy()
    reached = ~np.isfinite(y).all(-1)[0]
    assert reached[8:11, 8:11].all()
    # Tiles of 4x4 outputs read 6x6 inputs: rows 8 to 12 of the picture belong to tiles that begin at 4, 8 and 12.
    assert not reached[:4].any() and not reached[16:].any() and not reached[:, :4].any() and not reached[:, 16:].any()
    keras.config.set_winograd(False)
    # The same eager call: a Program that was made with the other setting must not be taken again.
    direct = ~np.isfinite(ops.conv(x, w, padding="same").numpy()).all(-1)[0]
    assert reached.sum() > direct.sum() == 9


def test_what_winograd_is_not_for():
    class Problem:
        kernel, strides, dilation = (1, 3, 3), (1, 1, 1), (1, 1, 1)
        groups, input, output, batch, flops = 1, (1, 32, 32), (1, 32, 32), 4, 2 * 4 * 1024 * 9 * 64 * 64
        channels = filters = 64

    assert choose_tile(Problem(), "float32") == 4
    for name, value in [("strides", (1, 2, 2)), ("dilation", (1, 2, 2)), ("groups", 2), ("channels", 3),
                        ("kernel", (1, 1, 3)), ("kernel", (1, 7, 7)), ("channels", 4096)]:  # fmt: skip
        problem = Problem()
        setattr(problem, name, value)
        assert choose_tile(problem, "float32") is None, name
    assert choose_tile(Problem(), "float64") is None


@pytest.mark.parametrize("shape, kernel, options", [
    ((9, 16, 16, 8), (3, 3, 8, 24), {"padding": "same"}),
    ((9, 16, 16, 32), (3, 3, 32, 40), {"padding": "same"}),
    ((2, 16, 16, 32), (3, 3, 32, 40), {}),
    ((9, 17, 15, 6), (5, 5, 6, 9), {"strides": 2, "padding": "same"}),
    ((1, 40, 40, 3), (7, 7, 3, 20), {"strides": 2}),
    ((9, 12, 12, 16), (1, 1, 16, 110), {}),
    ((9, 12, 12, 6), (3, 3, 1, 12), {"padding": "same"}),
    ((9, 50, 6), (5, 6, 12), {"padding": "causal", "dilation_rate": 2}),
])  # fmt: skip
def test_bits_do_not_depend_on_threads(shape, kernel, options):
    x, w = draw(*shape), draw(*kernel, seed=1)

    def step(x, w):
        with keras.GradientTape() as tape:
            tape.watch(x)
            tape.watch(w)
            y = ops.conv(x, w, **options)
            loss = ops.sum(ops.square(y))
        return [y, *tape.gradient(loss, [x, w])]

    before, found = _cpu.num_threads(), {}
    try:
        for threads in (1, 2, 3, 8):
            _cpu.set_num_threads(threads)
            found[threads] = [t.numpy().tobytes() for t in keras.function(step)(x, w)]
    finally:
        _cpu.set_num_threads(before)
    assert all(found[threads] == found[1] for threads in found)


def test_asymmetric_padding_as_keras_has_it():
    """Stride 2 over 4 positions with 3 taps: one zero is needed, and it stands at the end."""
    x = np.arange(1.0, 5.0, dtype="float32").reshape(1, 4, 1)
    y = ops.conv(x, np.ones((3, 1, 1), "float32"), strides=2, padding="same")
    np.testing.assert_array_equal(y.numpy().ravel(), [6.0, 7.0])
    y = ops.conv(x, np.ones((3, 1, 1), "float32"), padding="causal")
    np.testing.assert_array_equal(y.numpy().ravel(), [1.0, 3.0, 6.0, 9.0])


@pytest.mark.parametrize("call, words", [
    (lambda: ops.conv(draw(1, 2, 2, 3), draw(3, 3, 3, 4)), ["does not fit", "(2, 2)", "padding='same'"]),
    (lambda: ops.conv(draw(1, 5, 5, 3), draw(3, 3, 2, 4)), ["2 channels", "divide", "3"]),
    (lambda: ops.conv(draw(1, 5, 5, 4), draw(3, 3, 2, 3)), ["multiple of groups"]),
    (lambda: ops.conv(draw(5, 5), draw(3, 3, 3, 4)), ["rank 3, 4 or 5", "(5, 5)"]),
    (lambda: ops.conv(draw(1, 5, 5, 3), draw(3, 3, 4)), ["rank 4"]),
    (lambda: ops.conv(draw(1, 5, 5, 3), draw(3, 3, 3, 4), padding="full"), ["'valid', 'same' or 'causal'", "full"]),
    (lambda: ops.conv(draw(1, 5, 5, 3), draw(3, 3, 3, 4), strides=0), ["strides", "at least 1"]),
    (lambda: ops.conv_transpose(draw(1, 5, 5, 3), draw(3, 3, 4, 2)), ["filters, 3", "(3, 3, 4, 2)"]),
])  # fmt: skip
def test_mistakes(call, words):
    with pytest.raises(ValueError) as error:
        call()
    assert all(word in str(error.value) for word in words), str(error.value)
    assert str(error.value).startswith("[conv")
