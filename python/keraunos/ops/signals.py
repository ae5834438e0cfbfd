"""`keras.ops`: discrete Fourier transforms. There are no complex tensors: a complex one is a tuple of its real and
imaginary parts.

Source of the transform of lengths with large prime factors: Bluestein, "A linear filtering approach to the computation
    of
discrete Fourier transform", IEEE Trans. Audio Electroacoust. 18, 1970.
"""

import functools

import numpy as np

from keraunos import _arguments
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.fourier import radices, roots
from keraunos.graph.trace import as_tensor
from keraunos.ops.promotion import floating
from keraunos.ops.selection import take
from keraunos.ops.shapes import swapaxes


def parts(tag, x):
    """The real and imaginary parts of a complex argument, tensors of one shape and float dtype.

    Raises:
        ValueError: for what is no pair of these.
    """
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ValueError(
            f"[{tag}] expected a tuple of two tensors, the real and imaginary parts, got {type(x).__name__}"
        )
    real, imaginary = (as_tensor(part) for part in x)
    if real.shape != imaginary.shape or not (dtypes.is_float(real.dtype) and dtypes.is_float(imaginary.dtype)):
        raise ValueError(
            f"[{tag}] expected float parts of one shape, got {real.dtype} {real.shape} and {imaginary.dtype} "
            f"{imaginary.shape}"
        )
    return p.meet(real, imaginary)


def transform(real, imaginary):
    """The transform of the last axis of two parts, unscaled; that of exchanged parts is the inverse one."""
    n = real.shape[-1]
    if not real.size:
        return real, imaginary
    if radices(n) is None:
        return _by_convolution(real, imaginary)
    return tuple(p.apply_all("fft", (real, imaginary, _constant(roots, n, real.dtype))))


def _constant(table, n, dtype):
    return p.as_tensor(table(n, dtypes.compute(dtype)), dtype)


def _by_convolution(real, imaginary):
    """Bluestein's transform: with i k = (i^2 + k^2 - (k - i)^2) / 2 it is a convolution with a chirp, which transforms
    of a power of two compute."""
    n, dtype = real.shape[-1], real.dtype
    length = 1 << (2 * n - 2).bit_length()
    chirp, filtered = _constant(_chirp, n, dtype), _constant(_filter, n, dtype)
    real, imaginary = _times(real, imaginary, chirp[0], chirp[1])
    widths = [(0, 0)] * (real.ndim - 1) + [(0, length - n)]
    real, imaginary = transform(p.pad(real, widths), p.pad(imaginary, widths))
    real, imaginary = _times(real, imaginary, filtered[0], filtered[1])
    imaginary, real = transform(imaginary, real)
    return _times(real[..., :n], imaginary[..., :n], chirp[0], chirp[1])


def _times(real, imaginary, factor_real, factor_imaginary):
    return (
        p.subtract(p.multiply(real, factor_real), p.multiply(imaginary, factor_imaginary)),
        p.add(p.multiply(real, factor_imaginary), p.multiply(imaginary, factor_real)),
    )


def _chirp_in_double(n):
    # k^2 modulo 2 n keeps the angle small, and with it its rounding.
    return np.exp(-1j * np.pi / n * (np.arange(n, dtype=np.int64) ** 2 % (2 * n)))


@functools.lru_cache(maxsize=64)
def _chirp(n, dtype):
    """exp(-pi i k^2 / n)"""
    chirp = _chirp_in_double(n)
    return np.stack([chirp.real, chirp.imag]).astype(dtype)


@functools.lru_cache(maxsize=64)
def _filter(n, dtype):
    """The transform of the conjugate chirp on both sides of 0, divided by its length."""
    length = 1 << (2 * n - 2).bit_length()
    around = np.zeros(length, complex)
    around[:n] = np.conj(_chirp_in_double(n))
    around[length - n + 1 :] = around[1:n][::-1]
    filtered = np.fft.fft(around) / length
    return np.stack([filtered.real, filtered.imag]).astype(dtype)


def fft(x):
    """The discrete Fourier transform of the last axis: `sum over i of x[i] exp(-2 pi i k / n)`.

    Args:
        x: (real, imaginary), float tensors `(..., n)`.

    Returns:
        (real, imaginary) in the shape of the parts.

    Raises:
        ValueError: for what is no pair of float tensors of one shape.

    >>> from keraunos import ops
    >>> real, imaginary = ops.fft((ops.array([1.0, 0.0, 0.0, 0.0]), ops.zeros(4)))
    >>> real.numpy()
    array([1., 1., 1., 1.], dtype=float32)
    """
    return transform(*parts("fft", x))


def _transform2(real, imaginary):
    real, imaginary = transform(real, imaginary)
    turned = transform(swapaxes(real, -1, -2), swapaxes(imaginary, -1, -2))
    return tuple(swapaxes(part, -1, -2) for part in turned)


def _planes(tag, x):
    real, imaginary = parts(tag, x)
    if real.ndim < 2:
        raise ValueError(f"[{tag}] expected parts with two axes or more, got shape {real.shape}")
    return real, imaginary


def fft2(x):
    """The discrete Fourier transform of the last two axes.

    Args:
        x: (real, imaginary), float tensors `(..., m, n)`.

    Returns:
        (real, imaginary) in the shape of the parts.

    Raises:
        ValueError: for what is no pair of float tensors of one shape and of rank 2 or more.

    >>> from keraunos import ops
    >>> real, imaginary = ops.fft2((ops.ones((2, 2)), ops.zeros((2, 2))))
    >>> real.numpy().tolist()
    [[4.0, 0.0], [0.0, 0.0]]
    """
    return _transform2(*_planes("fft2", x))


def ifft2(x):
    """The inverse of `fft2`.

    Args:
        x: (real, imaginary), float tensors `(..., m, n)`.

    Returns:
        (real, imaginary) in the shape of the parts.

    Raises:
        ValueError: for what is no pair of float tensors of one shape and of rank 2 or more.

    >>> from keraunos import ops
    >>> real, imaginary = ops.ifft2(ops.fft2((ops.ones((2, 2)), ops.zeros((2, 2)))))
    >>> real.numpy().tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    real, imaginary = _planes("ifft2", x)
    scale = 1 / max(real.shape[-1] * real.shape[-2], 1)
    imaginary, real = _transform2(imaginary, real)
    return p.multiply(real, scale), p.multiply(imaginary, scale)


def resized(x, length):
    """The first `length` elements of the last axis, with zeros behind it where it has fewer."""
    extent = x.shape[-1]
    return x[..., :length] if length <= extent else p.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, length - extent)])


def rfft(x, fft_length=None):
    """The discrete Fourier transform of real numbers: its first half, of which the second is the conjugate.

    Args:
        x: tensor `(..., n)`; integers count as floats.
        fft_length: cut or fill the last axis with zeros to this length first.

    Returns:
        (real, imaginary), `(..., fft_length // 2 + 1)`.

    Raises:
        ValueError: for a length below 1.

    >>> from keraunos import ops
    >>> real, imaginary = ops.rfft([1.0, 0.0, -1.0, 0.0])
    >>> real.numpy(), imaginary.numpy() + 0.0
    (array([0., 2., 0.], dtype=float32), array([0., 0., 0.], dtype=float32))
    """
    x = floating(x)
    if fft_length is not None:
        x = resized(x, *_arguments.int_tuple("rfft", "fft_length", fft_length, 1))
    half = x.shape[-1] // 2 + 1
    real, imaginary = transform(x, p.broadcast_to(p.zeros_like_scalar(x), x.shape))
    return real[..., :half], imaginary[..., :half]


def irfft(x, fft_length=None):
    """The real numbers whose `rfft` is `x`.

    Args:
        x: (real, imaginary), float tensors `(..., k)`. The imaginary part of the first element, and for an even length
            of the last one, is not read.
        fft_length: how many numbers; default 2 (k - 1). `x` is cut or filled with zeros accordingly.

    Returns:
        `(..., fft_length)`.

    Raises:
        ValueError: for what is no pair of float tensors of one shape, and a length below 1.

    >>> from keraunos import ops
    >>> ops.irfft(ops.rfft([1.0, 2.0, 4.0, 3.0])).numpy().round(4)
    array([1., 2., 4., 3.], dtype=float32)
    """
    real, imaginary = parts("irfft", x)
    length = 2 * (real.shape[-1] - 1) if fft_length is None else fft_length
    (length,) = _arguments.int_tuple("irfft", "fft_length", length, 1)
    half = length // 2 + 1
    # Every element but the first and, of an even length, the last stands for its conjugate too. The real part of
    # the sum is what both give together.
    weights = np.full(half, 2 / length)
    weights[0] = 1 / length
    if length % 2 == 0:
        weights[-1] = 1 / length
    weights = p.as_tensor(weights, real.dtype)
    real, imaginary = (resized(p.multiply(resized(part, half), weights), length) for part in (real, imaginary))
    return transform(imaginary, real)[1]


def extract_sequences(x, sequence_length, sequence_stride):
    """Windows of the last axis.

    Args:
        x: `(..., samples)`.
        sequence_length: samples of a window.
        sequence_stride: samples from one window to the next.

    Returns:
        `(..., windows, sequence_length)`; samples after the last whole window are left out.

    Raises:
        ValueError: for lengths and strides below 1.

    >>> from keraunos import ops
    >>> ops.extract_sequences(ops.arange(6), 3, 2).numpy()
    array([[0, 1, 2],
           [2, 3, 4]], dtype=int32)
    """
    x = as_tensor(x)
    (length,) = _arguments.int_tuple("extract_sequences", "sequence_length", sequence_length, 1)
    (stride,) = _arguments.int_tuple("extract_sequences", "sequence_stride", sequence_stride, 1)
    windows = max(0, (x.shape[-1] - length) // stride + 1)
    places = np.arange(windows, dtype=np.int32)[:, None] * stride + np.arange(length, dtype=np.int32)
    return take(x, places, -1)
