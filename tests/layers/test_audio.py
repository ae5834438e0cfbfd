"""Spectrograms: against sums over frames in double precision, shapes, gradients, files."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers

RNG = np.random.default_rng(5)
MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")
# A product of T terms of magnitude 1 in float32 errs by at most T 2^-24 times their sum; T is 32 here, so 1e-5 of the
# largest value leaves a factor of 5.
RELATIVE = 1e-5


def spectrum(x, length, step, fft_length, weights):
    """(N, C, frames, F) complex, of `x` (N, samples, C) padded as it should be."""
    starts = range(0, x.shape[1] - length + 1, step)
    frames = np.stack([x[:, s : s + length] for s in starts], 1) * weights[:, None]
    return np.fft.rfft(frames, fft_length, axis=2).transpose(0, 3, 1, 2)


def both(layer, x):
    """What a layer makes of `x`, eagerly; asserts that it makes the same compiled."""
    eager = layer(x).numpy()
    np.testing.assert_allclose(keras.function(layer)(x), eager, rtol=1e-4, atol=1e-4 * np.abs(eager).max())
    assert eager.shape == layer.compute_output_shape(x.shape)
    return eager


def of_mode(mode, spectra):
    magnitude = np.sqrt(np.maximum(np.abs(spectra) ** 2, 1e-7))
    doubled = np.full(spectra.shape[-1], 2)
    doubled[[0, -1]] = 1
    return {
        "log": np.log(np.maximum(magnitude, 1e-7)),
        "magnitude": magnitude,
        "psd": np.abs(spectra) ** 2 * doubled,
        "real": spectra.real,
        "imag": spectra.imag,
        "angle": np.angle(spectra),
        "stft": np.concatenate([spectra.real, spectra.imag], -1),
    }[mode]


@pytest.mark.parametrize("expand", [False, True])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("mode", MODES)
def test_stft(mode, padding, expand):
    x = RNG.normal(size=(2, 75, 3)).astype("float32")
    weights = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(32) / 31)
    frames = 15 if padding == "same" else 9
    total = (frames - 1) * 5 + 32 - 75 if padding == "same" else 0
    padded = np.pad(x.astype(float), ((0, 0), (total // 2, total - total // 2), (0, 0)))
    wanted = of_mode(mode, spectrum(padded, 32, 5, 64, weights / np.sqrt((weights**2).sum())))
    last = wanted.transpose(0, 2, 3, 1) if expand else wanted.transpose(0, 2, 1, 3).reshape(2, frames, -1)
    first = wanted if expand else wanted.transpose(0, 1, 3, 2).reshape(2, -1, frames)

    for layout, inputs, answer in (("channels_last", x, last), ("channels_first", x.transpose(0, 2, 1), first)):
        layer = layers.STFTSpectrogram(
            mode, 32, 5, 64, padding=padding, expand_dims=expand, data_format=layout, trainable=False
        )
        found = both(layer, np.ascontiguousarray(inputs))
        if mode in ("log", "angle"):  # a small spectrum has a large relative error
            found, answer = (
                np.exp(1j * found if mode == "angle" else found),
                np.exp(1j * answer if mode == "angle" else answer),
            )
            clear = np.abs(of_mode("magnitude", spectrum(padded, 32, 5, 64, weights))) > 1e-2
            assert clear.mean() > 0.95
            assert not np.quantile(np.abs(found - answer), 0.95) > 1e-4
        else:
            np.testing.assert_allclose(found, answer, rtol=1e-4, atol=RELATIVE * np.abs(answer).max())


def test_stft_windows_scalings_and_lengths():
    x = RNG.normal(size=(1, 40, 1)).astype("float32")
    own = np.arange(1.0, 13.0)
    periodic = 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(12) / 12)
    for window, is_periodic, scaling, weights in (
        (None, False, "density", np.ones(12)),
        (own, False, None, own),
        (own, False, "spectrum", own / 78),
        ("hamming", True, "spectrum", periodic / periodic.sum()),
    ):
        layer = layers.STFTSpectrogram("real", 12, window=window, periodic=is_periodic, scaling=scaling)
        wanted = spectrum(x.astype(float), 12, 6, 16, weights).real[:, 0]
        np.testing.assert_allclose(both(layer, x), wanted, rtol=1e-4, atol=RELATIVE * np.abs(wanted).max())
    with pytest.warns(UserWarning, match="power of two"):
        assert layers.STFTSpectrogram("real", 12, fft_length=13)(x).shape == (1, 5, 7)
    assert layers.STFTSpectrogram("psd", 1)(x).shape == (1, 40, 1)


def test_stft_kernels():
    """Names and order as in Keras; the mode's alone; trained like any others."""
    names = {mode: [w.name for w in _built(mode).weights] for mode in MODES}
    both_parts = ["real_kernel", "imag_kernel"]
    assert names == {m: {"real": both_parts[:1], "imag": both_parts[1:]}.get(m, both_parts) for m in MODES}
    model = keras.Sequential([layers.STFTSpectrogram("magnitude", 8), layers.GlobalAveragePooling1D(), layers.Dense(1)])
    model.compile("adam", "mse")
    x, y = RNG.normal(size=(16, 32, 1)).astype("float32"), RNG.normal(size=(16, 1)).astype("float32")
    model.evaluate(x, y, verbose=0)
    before = model.layers[0].weights[1].numpy()
    model.fit(x, y, verbose=0)
    assert (model.layers[0].weights[1].numpy() != before).mean() > 0.5
    assert not _built("log", trainable=False).trainable_weights


def _built(mode, **arguments):
    layer = layers.STFTSpectrogram(mode, 8, **arguments)
    layer.build((None, None, 2))
    return layer


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_stft_in_other_dtypes(dtype):
    x = RNG.normal(size=(1, 16, 1))
    wanted = layers.STFTSpectrogram("real", 8, dtype="float64")(x).numpy()
    found = layers.STFTSpectrogram("real", 8, dtype=dtype)(x)
    assert found.dtype == dtype
    # Windowed sums of 8 terms that were rounded twice, to 11, 8 and 53 bits.
    np.testing.assert_allclose(
        np.asarray(found.numpy(), float), wanted, atol={"float16": 5e-3, "bfloat16": 4e-2, "float64": 1e-12}[dtype]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mode": "loud"}, "mode"),
        ({"scaling": "half"}, "scaling"),
        ({"padding": "causal"}, "padding"),
        ({"window": "door"}, "window"),
        ({"frame_length": 0}, "frame_length"),
        ({"frame_step": 0}, "frame_step"),
        ({"frame_length": 8, "frame_step": 9}, "at least frame_step"),
        ({"frame_length": 8, "fft_length": 4}, "at most fft_length"),
        ({"data_format": "last"}, "data_format"),
    ],
)
def test_stft_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        layers.STFTSpectrogram(**arguments)


def test_stft_refuses_inputs():
    layer = layers.STFTSpectrogram(frame_length=8)
    with pytest.raises(ValueError, match="ndim"):
        layer(np.ones((2, 16), "float32"))
    with pytest.raises(TypeError, match="int32"):
        layer(np.ones((2, 16, 1), "int32"))
    with pytest.raises(ValueError, match="does not fit"):
        layer(np.ones((2, 7, 1), "float32"))
    with pytest.raises(ValueError, match="8 values"):
        layers.STFTSpectrogram(frame_length=8, window=np.ones(7))(np.ones((2, 16, 1), "float32"))


def mel_reference(x, fft_length, stride, length, weights, rate, bands, low, high):
    """Power in bands (..., bands, frames), by definition."""
    half, start = fft_length // 2, (fft_length - length) // 2
    padded = np.pad(x.astype(float), [(0, 0)] * (x.ndim - 1) + [(half, half)], mode="reflect")
    window = np.zeros(fft_length)
    window[start : start + length] = weights
    starts = range(0, padded.shape[-1] - fft_length + 1, stride)
    power = np.abs(np.fft.rfft(np.stack([padded[..., s : s + fft_length] * window for s in starts], -2))) ** 2

    def mel(f):
        return 2595 * np.log10(1 + f / 700)

    edges = np.linspace(mel(low), mel(high), bands + 2)
    frequencies = mel(np.arange(half + 1) * rate / fft_length)
    triangles = np.stack([np.interp(frequencies, edges[b : b + 3], [0, 1, 0]) for b in range(bands)], 1)
    return np.swapaxes(power @ triangles, -1, -2)


def decibels(power, top=80.0):
    found = 10 * np.log10(np.maximum(power, 1e-10))
    return np.maximum(found, found.max() - top)


@pytest.mark.parametrize("shape", [(900,), (3, 900)])
@pytest.mark.parametrize(
    ("length", "window"), [(None, "hann"), (40, "hamming"), (31, "hann"), (31, None), (4, [1.0, 2.0, 3.0, 1.0])]
)
@pytest.mark.falls_back("fft")
def test_mel(length, window, shape):
    x = RNG.normal(size=shape).astype("float32")
    extent = 128 if window is None else length or 128  # without a window the whole frame counts
    t = 2 * np.pi * np.arange(extent) / (extent - extent % 2)  # of odd lengths symmetric, as in TensorFlow
    weights = {"hann": 0.5 - 0.5 * np.cos(t), "hamming": 0.54 - 0.46 * np.cos(t)}.get(str(window), window)
    arguments = {"fft_length": 128, "sequence_stride": 48, "sequence_length": length, "window": window}
    layer = layers.MelSpectrogram(sampling_rate=8000, num_mel_bins=10, **arguments)
    power = mel_reference(x, 128, 48, extent, np.ones(extent) if window is None else weights, 8000, 10, 20, 4000)
    # Powers err by 1e-5 of the largest; an error of e relatively is one of 4.34 e decibels.
    errors = 4.4 * RELATIVE * power.max() / power
    assert not (np.abs(both(layer, x) - decibels(power)) > errors).any()
    layer = layers.MelSpectrogram(sampling_rate=8000, num_mel_bins=10, power_to_db=False, **arguments)
    np.testing.assert_allclose(both(layer, x), power, rtol=1e-3, atol=RELATIVE * power.max())


@pytest.mark.falls_back("fft")
def test_mel_scales():
    x = RNG.normal(size=(2, 400)).astype("float32")
    x[1] *= 1e-3
    power = mel_reference(x, 64, 64, 64, 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(64) / 64), 16000, 5, 100, 5000)
    settings = {"fft_length": 64, "sequence_stride": 64, "num_mel_bins": 5, "min_freq": 100.0, "max_freq": 5000.0}
    # top_db counts from the loudest of all signals: the quiet one is cut off.
    found = both(layers.MelSpectrogram(top_db=20.0, **settings), x)
    np.testing.assert_allclose(found, decibels(power, 20.0), atol=0.02)
    assert (found[1] == found[1].min()).all()
    found = both(layers.MelSpectrogram(ref_power=-4.0, **settings), x)
    np.testing.assert_allclose(found, decibels(power) - 10 * np.log10(4), atol=0.02)
    found = both(layers.MelSpectrogram(min_power=1.0, power_to_db=True, **settings), x)
    np.testing.assert_allclose(found, np.maximum(10 * np.log10(power), 0), atol=0.02)
    bands = layers.MelSpectrogram().linear_to_mel_weight_matrix(5, 33, 16000, 100.0, 5000.0)
    assert bands.shape == (33, 5) and bands.dtype == "float32"
    magnitudes = layers.MelSpectrogram(mag_exp=1.0, power_to_db=False, window=None, **settings)(x).numpy()
    squares = layers.MelSpectrogram(power_to_db=False, window=None, **settings)(x).numpy()
    assert not (magnitudes**2 > squares * bands.numpy().sum(0)[:, None] * (1 + 1e-5)).any()  # Cauchy and Schwarz


@pytest.mark.parametrize("samples", [33, 64, 65, 100, 127, 128])
@pytest.mark.falls_back("fft")
def test_mel_shapes(samples):
    for fft_length in (63, 64):
        layer = layers.MelSpectrogram(fft_length, 16, num_mel_bins=3)
        assert layer(np.ones((2, samples), "float32")).shape == layer.compute_output_shape((2, samples))
    assert layer.compute_output_shape((None, None)) == (None, 3, None)


@pytest.mark.falls_back("fft")
def test_mel_dtypes():
    """Integers as recorded, and halves: computed as float32, returned as the layer's dtype."""
    x = RNG.integers(-3000, 3000, 500).astype("int16")
    settings = {"fft_length": 64, "num_mel_bins": 4}
    wanted = layers.MelSpectrogram(**settings, dtype="float64")(x.astype(float)).numpy()
    for dtype, tolerance in (("float64", 1e-9), ("float32", 0.02), ("float16", 0.05)):
        found = layers.MelSpectrogram(**settings, dtype=dtype)(x)
        assert found.dtype == dtype
        np.testing.assert_allclose(found.numpy(), wanted, atol=tolerance)
    loud = layers.MelSpectrogram(**settings, dtype="float16")(x * np.float32(1000))  # more than the 65504 of float16
    np.testing.assert_allclose(loud.numpy(), wanted + 60, atol=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fft_length": 8, "sequence_length": 9}, "at most fft_length"),
        ({"sequence_stride": 0}, "sequence_stride"),
        ({"num_mel_bins": 0}, "num_mel_bins"),
    ],
)
def test_mel_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        layers.MelSpectrogram(**arguments)


def test_mel_refuses_inputs():
    layer = layers.MelSpectrogram(fft_length=64)
    with pytest.raises(ValueError, match="more than"):
        layer(np.ones(32, "float32"))
    with pytest.raises(ValueError, match="expected"):
        layer(np.ones((1, 2, 64), "float32"))
    for window in ("door", np.ones(3)):
        with pytest.raises(ValueError, match="window"):
            layers.MelSpectrogram(fft_length=64, window=window)(np.ones(100, "float32"))


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.STFTSpectrogram("stft", 16, 4, window=np.arange(1.0, 17.0), expand_dims=True),
        lambda: layers.STFTSpectrogram(frame_length=16, padding="same", trainable=False),
        lambda: layers.MelSpectrogram(32, 16, num_mel_bins=4, window=np.hanning(32)),
        lambda: layers.MelSpectrogram(32, 16, num_mel_bins=4),
    ],
)
@pytest.mark.falls_back("fft")
def test_models_and_files(make, tmp_path):
    layer = make()
    shape = (None,) if isinstance(layer, layers.MelSpectrogram) else (None, 1)
    inputs = keras.Input(shape)
    model = keras.Model(inputs, layer(inputs))
    x = RNG.normal(size=(2, 40, 1)[: len(shape) + 1]).astype("float32")
    wanted = model.predict(x, verbose=0)
    np.testing.assert_allclose(wanted, layer(x), rtol=1e-4, atol=1e-4)
    model.save(tmp_path / "sound.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "sound.keras").predict(x, verbose=0), wanted)


@pytest.mark.falls_back("fft")
def test_in_a_pipeline():
    x = RNG.normal(size=(6, 100)).astype("float32")
    layer = layers.MelSpectrogram(32, 16, num_mel_bins=4, power_to_db=False)
    batches = list(keras.data.Dataset.from_tensor_slices(x).batch(4).map(layer))
    np.testing.assert_allclose(np.concatenate(batches), layer(x), rtol=1e-5)


@pytest.mark.falls_back("fft")
def test_gradients():
    """Directional derivatives in double precision; central differences with h = 1e-6 err by 1e-9 relatively."""
    x, along = RNG.normal(size=(2, 1, 40, 1))
    for layer in (
        layers.STFTSpectrogram("stft", 16, dtype="float64"),
        layers.STFTSpectrogram("psd", 16, dtype="float64"),
        layers.STFTSpectrogram("log", 16, dtype="float64"),
    ):
        check_gradient(layer, x, along)
    layer = layers.MelSpectrogram(32, 8, num_mel_bins=4, dtype="float64")
    check_gradient(layer, x[..., 0], along[..., 0])


def check_gradient(layer, x, along):
    weights = RNG.normal(size=layer(x).shape)

    def value(t):
        return keras.ops.sum(layer(t) * weights)

    slope = (float(value(x + 1e-6 * along)) - float(value(x - 1e-6 * along))) / 2e-6
    variable = keras.Variable(x, dtype="float64")
    with keras.GradientTape() as tape:
        total = value(variable)
    np.testing.assert_allclose(np.sum(tape.gradient(total, variable).numpy() * along), slope, rtol=1e-5)
