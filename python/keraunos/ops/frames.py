"""`keras.ops`: Fourier transforms of overlapping frames of a signal."""

import numpy as np

from keraunos import _arguments
from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.shapes import pad
from keraunos.ops.signals import extract_sequences, irfft, parts, rfft


def _window(tag, window, sequence_length, fft_length, dtype):
    """`window`, a name or a vector, with zeros on both sides up to `fft_length`."""
    if isinstance(window, str):
        _arguments.one_of(tag, "window", window, ("hann", "hamming"))
        # One period: the point after the last one would be the first again. Of odd lengths symmetric, as in TensorFlow.
        even = sequence_length % 2 == 0
        window = (np.hanning if window == "hann" else np.hamming)(sequence_length + even)[:sequence_length]
    window = p.cast(as_tensor(window), dtype)
    if window.shape != (sequence_length,):
        raise ValueError(f"[{tag}] expected a window of shape ({sequence_length},), got {window.shape}")
    before = (fft_length - sequence_length) // 2
    return p.pad(window, [(before, fft_length - sequence_length - before)])


def _lengths(tag, sequence_length, sequence_stride, fft_length):
    for name, value in (("sequence_length", sequence_length), ("sequence_stride", sequence_stride)):
        _arguments.int_tuple(tag, name, value, 1)
    if fft_length < sequence_length:
        raise ValueError(f"[{tag}] fft_length must be at least sequence_length, got {fft_length} and {sequence_length}")


def stft(x, sequence_length, sequence_stride, fft_length, window="hann", center=True):
    """Short-time Fourier transform: the spectra of frames of a signal.

    Args:
        x: `(..., samples)`, float32 or float64.
        sequence_length: samples of the window.
        sequence_stride: samples from one frame to the next.
        fft_length: samples of a frame, at least `sequence_length`; the window stands in its middle.
        window: `"hann"`, `"hamming"`, a vector of `sequence_length` weights, or None: frames as they are.
        center: whether frames have their middles at multiples of the stride, the signal reflected at its ends.

    Returns:
        (real, imaginary), `(..., frames, fft_length // 2 + 1)`.

    Raises:
        TypeError: for other dtypes.
        ValueError: for lengths and windows that do not fit.

    >>> from keraunos import ops
    >>> real, imaginary = ops.stft(ops.ones(8), 4, 2, 4)
    >>> real.shape
    (5, 3)
    """
    x = as_tensor(x)
    if x.dtype not in ("float32", "float64"):
        raise TypeError(f"[stft] expected float32 or float64, got {x.dtype}; use ops.cast")
    _lengths("stft", sequence_length, sequence_stride, fft_length)
    if center:
        x = pad(x, [(0, 0)] * (x.ndim - 1) + [(fft_length // 2, fft_length // 2)], "reflect")
    frames = extract_sequences(x, fft_length, sequence_stride)
    if window is not None:
        frames = p.multiply(frames, _window("stft", window, sequence_length, fft_length, x.dtype))
    return rfft(frames)


def istft(x, sequence_length, sequence_stride, fft_length, length=None, window="hann", center=True):
    """The signal whose `stft` with the same arguments is `x`.

    Args:
        x: (real, imaginary), float tensors `(..., frames, fft_length // 2 + 1)`.
        sequence_length, sequence_stride, fft_length, window, center: as for `stft`.
        length: samples of the result; default: all that the frames cover.

    Returns:
        `(..., samples)`: the frames' signals, weighted by the window once more and added up, over the sum of the
        squares of the windows. Where windows leave a sample out this is 0.

    Raises:
        ValueError: for what is no pair of float tensors of one shape, and for lengths and windows that do not fit.

    Source: Griffin and Lim, "Signal estimation from modified short-time Fourier transform", IEEE Trans. ASSP 32, 1984.

    >>> from keraunos import ops
    >>> signal = ops.array([1.0, 2.0, 4.0, 3.0, 0.0, 1.0, 5.0, 2.0])
    >>> ops.istft(ops.stft(signal, 4, 2, 4), 4, 2, 4).numpy().round(4)
    array([1., 2., 4., 3., 0., 1., 5., 2.], dtype=float32)
    """
    real, imaginary = parts("istft", x)
    _lengths("istft", sequence_length, sequence_stride, fft_length)
    frames = irfft((real, imaginary), fft_length)
    if window is not None:
        weights = _window("istft", window, sequence_length, fft_length, real.dtype)
        frames = p.multiply(frames, _dual(weights, sequence_stride))
    signal = _added(frames, sequence_stride)
    start = fft_length // 2 if center else 0
    if length is not None:
        return signal[..., start : start + length]
    return signal[..., start : signal.shape[-1] - start]


def _dual(window, stride):
    """`window` over the sum of the squares of all windows that overlap it: with it frames add up to the signal."""
    extent = window.shape[0]
    rows = -(-extent // stride)
    squares = p.reshape(p.pad(p.square(window), [(0, rows * stride - extent)]), (rows, stride))
    total = p.broadcast_to(p.sum(squares, 0, keepdims=True), squares.shape)
    total = p.reshape(total, (rows * stride,))[:extent]
    nothing = p.equal(total, 0)
    return p.where(
        nothing, p.zeros_like_scalar(total), p.divide(window, p.where(nothing, p.scalar(1, total.dtype), total))
    )


def _added(frames, stride):
    """Frames (..., count, extent) laid `stride` apart and added up: blocks of a stride that stand at one place are."""
    *leading, count, extent = frames.shape
    blocks = -(-extent // stride)
    frames = p.pad(frames, [(0, 0)] * (frames.ndim - 1) + [(0, blocks * stride - extent)])
    frames = p.reshape(frames, (*leading, count, blocks, stride))
    total = None
    for block in range(blocks):
        widths = [(0, 0)] * len(leading) + [(block, blocks - 1 - block), (0, 0)]
        shifted = p.pad(frames[..., block, :], widths)
        total = shifted if total is None else p.add(total, shifted)
    total = p.reshape(total, (*leading, (count + blocks - 1) * stride))
    return total[..., : (count - 1) * stride + extent] if count else total[..., :0]
