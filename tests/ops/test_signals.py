"""Fourier transforms of keras.ops: against NumPy and by what defines them, with gradients."""

import keraunos as keras
import numpy as np
import pytest
from derivative_checks import RNG, both, check_gradient
from keraunos import ops

# Radices 2 to 31, mixed; 37 and 74 go by convolution.
SIZES = [1, 2, 3, 8, 12, 31, 37, 60, 74, 101, 128]


def bound(dtype, n, passes=8):
    """Each pass adds up to 31 numbers; the convolution has three transforms of up to 4 n and factors of size 1."""
    return 31 * passes * np.finfo(dtype).eps * np.sqrt(n)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n", SIZES)
def test_transforms(n, dtype):
    real, imaginary = RNG.normal(size=(2, 3, n)).astype(dtype), RNG.normal(size=(2, 3, n)).astype(dtype)
    got = both(lambda a, b: ops.fft((a, b)), real, imaginary, rtol=bound(dtype, n))
    want = np.fft.fft(real.astype("float64") + 1j * imaginary)
    assert got[0].dtype == got[1].dtype == dtype
    np.testing.assert_allclose(got[0].numpy() + 1j * got[1].numpy(), want, atol=bound(dtype, n))
    half = ops.rfft(real)
    np.testing.assert_allclose(half[0].numpy() + 1j * half[1].numpy(), np.fft.rfft(real), atol=bound(dtype, n))
    np.testing.assert_allclose(ops.irfft(half, n), real, atol=bound(dtype, n))
    planes = ops.fft2((real, imaginary))
    np.testing.assert_allclose(planes[0].numpy() + 1j * planes[1].numpy(), np.fft.fft2(real + 1j * imaginary),
                               atol=2 * bound(dtype, 3 * n))  # fmt: skip
    for part, back in zip((real, imaginary), ops.ifft2(planes), strict=True):
        np.testing.assert_allclose(back, part, atol=2 * bound(dtype, 3 * n))


def test_a_long_row_needs_work_outside_of_scratch():
    n = 1 << 19
    x = RNG.normal(size=(1, n))
    real, imaginary = ops.fft((x, 0 * x))
    want = np.fft.fft(x)
    np.testing.assert_allclose(real, want.real, atol=bound("float64", n, 10))
    np.testing.assert_allclose(imaginary, want.imag, atol=bound("float64", n, 10))


@pytest.mark.parametrize("length", [1, 4, 7, 8, 9, 20])
def test_lengths(length):
    x = RNG.normal(size=(2, 8))
    got = ops.rfft(x, length)
    np.testing.assert_allclose(got[0].numpy() + 1j * got[1].numpy(), np.fft.rfft(x, length), atol=1e-13)
    # The imaginary parts that have no partner are not read.
    spectrum = RNG.normal(size=(2, 2, 6))
    np.testing.assert_allclose(both(lambda a, b: ops.irfft((a, b), length), *spectrum),
                               np.fft.irfft(spectrum[0] + 1j * spectrum[1], length), atol=1e-13)  # fmt: skip


@pytest.mark.parametrize("n", [6, 37])
def test_gradients(n):
    x, y = RNG.normal(size=(2, n)), RNG.normal(size=(2, n))
    check_gradient(lambda t: ops.fft((t, y)), x)
    check_gradient(lambda t: ops.fft((x, t)), y)
    check_gradient(lambda t: ops.fft((x, t))[1], y)
    check_gradient(lambda t: ops.ifft2((t, y)), x)
    check_gradient(ops.rfft, x)
    check_gradient(lambda t: ops.irfft((t, y)), x)
    check_gradient(lambda t: ops.irfft((x, t), n), y)
    # A gradient of a gradient: of the power spectrum.
    power = lambda t: ops.sum(ops.square(ops.square(ops.fft((t, y))[0])))  # noqa: E731
    check_gradient(keras.grad(power), x, rtol=1e-5, atol=1e-4)


def reference_stft(x, length, stride, fft_length, window, center):
    half = fft_length // 2
    x = np.pad(x, [(0, 0), (half, half)], "reflect") if center else x
    before = (fft_length - length) // 2
    weights = np.pad(window, (before, fft_length - length - before))
    frames = [x[:, i : i + fft_length] * weights for i in range(0, x.shape[1] - fft_length + 1, stride)]
    return np.fft.rfft(np.stack(frames, 1))


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize(("length", "stride", "fft_length"), [(8, 4, 8), (8, 2, 16), (6, 3, 10)])
def test_frames(length, stride, fft_length, center):
    x = RNG.normal(size=(2, 48))
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    arguments = (length, stride, fft_length)
    for window, weights in [("hann", hann), ("hamming", 0.08 + 0.92 * hann), (hann + 0.3, hann + 0.3)]:
        want = reference_stft(x, *arguments, weights, center)
        got = both(lambda t, w=window: ops.stft(t, *arguments, w, center), x)
        np.testing.assert_allclose(got[0].numpy() + 1j * got[1].numpy(), want, atol=1e-13)
        back = ops.istft(got, *arguments, window=window, center=center).numpy()
        # At the ends windows leave something out, unless frames are centred and as long as the window.
        inner = slice(None) if center and length == fft_length else slice(fft_length, -fft_length)
        np.testing.assert_allclose(back[:, inner], x[:, : back.shape[1]][:, inner], atol=1e-12)
        assert ops.istft(got, *arguments, 13, window, center).shape == (2, 13)
    check_gradient(lambda t: ops.stft(t, length, stride, fft_length, center=center), x[:1, :24])
    check_gradient(lambda t: ops.istft((t, 2 * t), length, stride, fft_length, center=center), got[0].numpy()[:1])


def test_frames_without_a_window():
    x = np.arange(12.0)
    frames = ops.stft(x, 4, 4, 4, window=None, center=False)
    np.testing.assert_allclose(frames[0], np.fft.rfft(x.reshape(3, 4)).real)
    np.testing.assert_allclose(ops.istft(frames, 4, 4, 4, window=None, center=False), x)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ops.fft(np.ones(4)), r"\[fft\].*tuple of two tensors"),
        (lambda: ops.fft((np.ones(4), np.ones(5))), r"\[fft\].*one shape"),
        (lambda: ops.fft((np.ones(4, int), np.ones(4, int))), r"\[fft\].*float parts"),
        (lambda: ops.fft2((np.ones(4), np.ones(4))), r"\[fft2\].*two axes"),
        (lambda: ops.rfft(np.ones(4), 0), r"\[rfft\] fft_length"),
        (lambda: ops.stft(np.ones(4, int), 4, 2, 4), r"\[stft\].*float32"),
        (lambda: ops.stft(np.ones(9), 4, 2, 3), r"\[stft\] fft_length"),
        (lambda: ops.stft(np.ones(9), 4, 2, 4, "blackman"), r"\[stft\] window"),
        (lambda: ops.stft(np.ones(9), 4, 2, 4, np.ones(3)), r"\[stft\].*shape \(4,\)"),
        (lambda: ops.istft((np.ones((2, 3)), np.ones((2, 3))), 4, 0, 4), r"\[istft\] sequence_stride"),
    ],
)
def test_mistakes(call, words):
    with pytest.raises((ValueError, TypeError), match=words):
        call()


def test_nothing_is_transformed():
    assert [part.shape for part in ops.fft((np.zeros((0, 4)), np.zeros((0, 4))))] == [(0, 4), (0, 4)]
