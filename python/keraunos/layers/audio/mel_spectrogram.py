"""MelSpectrogram: the power of a signal in bands as wide as the ear hears them."""

import numpy as np

from keraunos import _arguments, ops
from keraunos.layers.layer import Layer
from keraunos.saving import serialization


class MelSpectrogram(Layer):
    """Spectra of overlapping frames of a signal, summed up in triangular bands that are equally wide on the mel scale,
    in decibels.

    Args:
        fft_length: samples of a frame's transform.
        sequence_stride: samples from one frame to the next. Frames have their middles at its multiples; the signal is
            reflected at its ends.
        sequence_length: samples of the window, in the middle of the frame; default `fft_length`.
        window: `"hann"`, `"hamming"`, `sequence_length` weights, or None: whole frames as they are.
        sampling_rate: samples per second.
        num_mel_bins: number of bands.
        min_freq: frequency in Hz at which the first band starts.
        max_freq: frequency in Hz at which the last band ends; default half the `sampling_rate`.
        power_to_db: whether to return decibels, `10 log10(power / ref_power)`.
        top_db: how far below the largest value of all signals of the call the smallest may lie, in decibels.
        mag_exp: power to which magnitudes are raised: 1 for magnitudes, 2 for the power.
        min_power: smaller powers, of bands and of `ref_power`, count as this.
        ref_power: the power that has 0 decibels.

    Shapes: inputs `(samples,)` or `(N, samples)`, output `(num_mel_bins, frames)` or `(N, num_mel_bins, frames)`.

    Raises:
        ValueError: for a `sequence_length` greater than `fft_length`, signals of half an `fft_length` or less, and
            windows that do not fit.

    Source: O'Shaughnessy, "Speech communication", 1987, for the scale `1127 ln(1 + f / 700)`; the Hidden Markov Model
    Toolkit for the bands; https://keras.io/api/layers/preprocessing_layers/audio_preprocessing/mel_spectrogram/.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> layer = keras.layers.MelSpectrogram(fft_length=256, sequence_stride=128, sampling_rate=8000, num_mel_bins=8)
    >>> layer(np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)).shape
    (8, 63)
    """

    def __init__(
        self,
        fft_length=2048,
        sequence_stride=512,
        sequence_length=None,
        window="hann",
        sampling_rate=16000,
        num_mel_bins=128,
        min_freq=20.0,
        max_freq=None,
        power_to_db=True,
        top_db=80.0,
        mag_exp=2.0,
        min_power=1e-10,
        ref_power=1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        tag = "mel_spectrogram"
        (self.fft_length,) = _arguments.int_tuple(tag, "fft_length", fft_length, 1)
        (self.sequence_stride,) = _arguments.int_tuple(tag, "sequence_stride", sequence_stride, 1)
        (self.sequence_length,) = _arguments.int_tuple(tag, "sequence_length", sequence_length or fft_length, 1)
        if self.sequence_length > self.fft_length:
            raise ValueError(
                f"[{tag}] sequence_length must be at most fft_length, got {sequence_length} and {fft_length}"
            )
        self.window = serialization.deserialize_keras_object(window) if isinstance(window, dict) else window
        self.sampling_rate = sampling_rate
        (self.num_mel_bins,) = _arguments.int_tuple(tag, "num_mel_bins", num_mel_bins, 1)
        self.min_freq = min_freq
        self.max_freq = max_freq or int(sampling_rate / 2)
        self.power_to_db = power_to_db
        self.top_db = top_db
        self.mag_exp = mag_exp
        self.min_power = min_power
        self.ref_power = ref_power
        self.autocast = False  # a float16 signal has too few digits for decibels; call() casts

    def call(self, inputs):
        if len(inputs.shape) not in (1, 2):
            raise ValueError(
                f'[mel_spectrogram] layer "{self.name}": expected (samples,) or (N, samples), got shape '
                f"{tuple(inputs.shape)}"
            )
        self._frames(inputs.shape[-1])
        signals = ops.cast(inputs, self.compute_dtype if self.compute_dtype == "float64" else "float32")
        real, imaginary = ops.stft(signals, self.sequence_length, self.sequence_stride, self.fft_length, self.window)
        power = ops.square(real) + ops.square(imaginary)
        if self.mag_exp != 2:
            power = ops.power(power, self.mag_exp / 2)
        bands = _bands(self.num_mel_bins, power.shape[-1], self.sampling_rate, self.min_freq, self.max_freq)
        power = ops.matmul(power, bands.astype(power.dtype))
        if self.power_to_db:
            power = self._decibels(power)
        return ops.cast(ops.swapaxes(power, -1, -2), self.compute_dtype)

    def _decibels(self, power):
        decibels = 10 * ops.log10(ops.maximum(power, self.min_power))
        decibels = decibels - 10 * np.log10(max(abs(self.ref_power), self.min_power))
        return ops.maximum(decibels, ops.max(decibels) - self.top_db)

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins=20,
        num_spectrogram_bins=129,
        sampling_rate=8000,
        lower_edge_hertz=125.0,
        upper_edge_hertz=3800.0,
        dtype="float32",
    ):
        """The weights of frequencies in bands, triangles with the peak 1.

        Args:
            num_mel_bins: number of bands.
            num_spectrogram_bins: number of frequencies, evenly from 0 to half the `sampling_rate`.
            sampling_rate: samples per second.
            lower_edge_hertz: frequency at which the first band starts.
            upper_edge_hertz: frequency at which the last band ends.
            dtype: dtype of the result.

        Returns:
            Tensor `(num_spectrogram_bins, num_mel_bins)`.
        """
        bands = _bands(num_mel_bins, num_spectrogram_bins, sampling_rate, lower_edge_hertz, upper_edge_hertz)
        return ops.convert_to_tensor(bands, dtype)

    def _frames(self, samples):
        """How many frames a signal has."""
        if samples is None:
            return None
        half = self.fft_length // 2
        if samples <= half:
            raise ValueError(
                f'[mel_spectrogram] layer "{self.name}": a signal needs more than fft_length // 2 = {half} samples, '
                f"got {samples}; pad it"
            )
        return (samples + 2 * half - self.fft_length) // self.sequence_stride + 1

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.num_mel_bins, self._frames(input_shape[-1]))

    def get_config(self):
        return {
            **super().get_config(),
            "fft_length": self.fft_length,
            "sequence_stride": self.sequence_stride,
            "sequence_length": self.sequence_length,
            "window": serialization.serialize_keras_object(self.window),
            "sampling_rate": self.sampling_rate,
            "num_mel_bins": self.num_mel_bins,
            "min_freq": self.min_freq,
            "max_freq": self.max_freq,
            "power_to_db": self.power_to_db,
            "top_db": self.top_db,
            "mag_exp": self.mag_exp,
            "min_power": self.min_power,
            "ref_power": self.ref_power,
        }


def _mel(hertz):
    return 1127 * np.log(1 + np.asarray(hertz) / 700)


def _bands(count, frequencies, sampling_rate, lowest, highest):
    """Weights (frequencies, count), float64: triangles over the mels of their edges."""
    mels = _mel(np.linspace(0, sampling_rate / 2, frequencies))[:, None]
    edges = np.linspace(_mel(lowest), _mel(highest), count + 2)
    lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
    return np.maximum(0, np.minimum((mels - lower) / (centre - lower), (upper - mels) / (upper - centre)))
