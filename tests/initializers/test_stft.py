"""The initializer of short-time Fourier transforms: against NumPy's transform, and windows against their formulas."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import initializers, ops
from keraunos.initializers import windows


@pytest.mark.parametrize("scaling", ["density", "spectrum", None])
@pytest.mark.parametrize("window", ["hann", None, np.linspace(0.5, 2, 8)])
def test_kernels_transform_frames(window, scaling):
    signal = np.random.default_rng(3).normal(size=(2, 8, 1))
    parts = []
    for side in ("real", "imag"):
        kernel = initializers.STFT(side, window, scaling)((8, 1, 9), "float64")
        assert kernel.shape == (8, 1, 9) and kernel.dtype == "float64"
        parts.append(ops.conv(signal, kernel, padding="valid").numpy()[:, 0])
    weights = np.hanning(8) if isinstance(window, str) else np.ones(8) if window is None else window
    scale = {"density": np.sqrt((weights**2).sum()), "spectrum": weights.sum(), None: 1.0}[scaling]
    scale = 1.0 if window is None else scale
    want = np.fft.rfft(signal[..., 0] * weights / scale, 16)
    np.testing.assert_allclose(parts[0] + 1j * parts[1], want, atol=1e-13)


# Values by hand, from the formulas of the windows; symmetric ones of 5 and periodic ones of 4 values begin alike.
WINDOWS = {
    "boxcar": [1, 1, 1],
    "hann": [0, 0.5, 1],
    "hamming": [0.08, 0.54, 1],
    "blackman": [0, 0.34, 1],
    "nuttall": [0.0003628, 0.2269824, 1],
    "blackmanharris": [0.00006, 0.21747, 1],
    "flattop": [-0.000421051, -0.05473684, 1],
    "bartlett": [0, 0.5, 1],
    "bohman": [0, 1 / np.pi, 1],
    "barthann": [0, 0.5, 1],
    "lanczos": [0, 2 / np.pi, 1],
    "triang": [1 / 3, 2 / 3, 1],
    "parzen": [2 * 0.2**3, 1 - 6 * 0.4**2 * 0.6, 1],
    "cosine": [np.sin(np.pi / 10), np.sin(3 * np.pi / 10), 1],
}


def test_windows():
    assert set(WINDOWS) == set(windows.NAMES)
    for name, half in WINDOWS.items():
        np.testing.assert_allclose(windows.window(name, 5, False), [*half, *half[1::-1]], atol=1e-8, err_msg=name)
        np.testing.assert_allclose(windows.window(name, 4, True), [*half, half[1]], atol=1e-8, err_msg=name)
        assert windows.window(name, 1, False).tolist() == [1]
        assert windows.window(name, 0, True).tolist() == []
    # An even number of values: the triangle ends half a step outside.
    np.testing.assert_allclose(windows.window("triang", 4, False), [0.25, 0.75, 0.75, 0.25])
    np.testing.assert_allclose(windows.window("hann", 4, False), np.hanning(4), atol=1e-15)
    np.testing.assert_allclose(windows.window("blackman", 7, False), np.blackman(7), atol=1e-15)


def test_names_saving_and_errors():
    for name in ("stft", "STFT", "STFTInitializer"):
        assert type(initializers.get(name)) is initializers.STFT
    assert initializers.stft is initializers.STFTInitializer is initializers.STFT
    for window in ("hamming", None, np.array([1.0, 2.0, 3.0])):
        made = initializers.STFT("imag", window, "spectrum", periodic=True)
        again = initializers.deserialize(initializers.serialize(made))
        np.testing.assert_array_equal(again((3, 1, 4)), made((3, 1, 4)))
    periodic = initializers.STFT("real", "hann", None, periodic=True)((4, 1, 3))
    np.testing.assert_allclose(periodic[:, 0, 0], [0, 0.5, 1, 0.5], atol=1e-7)
    layer = keras.layers.Conv1D(5, 8, kernel_initializer="stft")
    layer.build((None, 20, 1))
    np.testing.assert_allclose(layer.kernel.numpy(), initializers.STFT()((8, 1, 5)))
    for bad in [{"side": "left"}, {"window": "kaiser"}, {"scaling": "sum"}]:
        with pytest.raises(ValueError, match="stft initializer"):
            initializers.STFT(**bad)
    for shape, window in [((8, 2, 5), "hann"), ((8, 5), "hann"), ((8, 1, 5), np.ones(7))]:
        with pytest.raises(ValueError, match="stft initializer"):
            initializers.STFT(window=window)(shape)
