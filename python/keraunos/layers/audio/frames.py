"""Spectra of overlapping frames of a signal, by a product with the matrix of the discrete Fourier transform."""

import functools

import numpy as np

from keraunos import _arguments, ops


def window_weights(tag, window, length):
    """`window`, a name or `length` weights or None, as float64 `(length,)`."""
    if window is None:
        return np.ones(length)
    if isinstance(window, str):
        _arguments.one_of(tag, "window", window, ("hann", "hamming"))
        # One period: the point after the last one would be the first again. Of odd lengths symmetric, as in TensorFlow.
        even = length % 2 == 0
        return (np.hanning if window == "hann" else np.hamming)(length + even)[:length]
    weights = np.asarray(window, "float64")
    if weights.shape != (length,):
        raise ValueError(f"[{tag}] expected a window of {length} weights, got shape {weights.shape}")
    return weights


@functools.lru_cache(maxsize=8)
def _matrix(length, fft_length, dtype):
    """Cosines, then sines, `(length, 2 F)`. Whole turns are dropped first, so that angles stay exact."""
    turns = np.outer(np.arange(length), np.arange(fft_length // 2 + 1)) % fft_length / fft_length
    return np.concatenate([np.cos(2 * np.pi * turns), -np.sin(2 * np.pi * turns)], 1).astype(dtype)


def spectra(signals, weights, stride, fft_length):
    """Spectra of frames with their middles at multiples of `stride`, the signal reflected at its ends.

    Args:
        signals: float tensor `(..., samples)`, more than `fft_length // 2` of them.
        weights: window in the middle of a frame.
        stride: samples from one frame to the next.
        fft_length: samples of a frame.

    Returns:
        (real, imaginary), `(..., frames, fft_length // 2 + 1)`, up to a phase per frequency: the first sample of the
        window counts as the first of the frame.
    """
    half, length = fft_length // 2, len(weights)
    leading = tuple(signals.shape[:-1])
    padded = ops.pad(signals, [(0, 0)] * len(leading) + [(half, half)], "reflect")
    frames = (padded.shape[-1] - fft_length) // stride + 1
    start = (fft_length - length) // 2
    read = padded[..., start : start + (frames - 1) * stride + length]
    kernel = _matrix(length, fft_length, signals.dtype) * weights.astype(signals.dtype)[:, None]
    parts = ops.conv(ops.reshape(read, (-1, read.shape[-1], 1)), kernel[:, None], stride, data_format="channels_last")
    parts = ops.reshape(parts, (*leading, frames, kernel.shape[-1]))
    return parts[..., : half + 1], parts[..., half + 1 :]
