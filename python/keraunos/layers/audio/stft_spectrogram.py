"""STFTSpectrogram: spectra of short frames of a signal, by convolution."""

import warnings

import numpy as np

from keraunos import _arguments, config, initializers, ops
from keraunos.graph import dtypes
from keraunos.layers.input_spec import InputSpec
from keraunos.layers.spatial import SpatialLayer
from keraunos.saving import serialization

_MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


class STFTSpectrogram(SpatialLayer):
    """Short-time Fourier transform with kernels that may be trained: every frame of a signal is weighted by a window
    and multiplied with cosines and sines.

    Args:
        mode: what to return of the spectrum `r + i s`: `"magnitude"` sqrt(r^2 + s^2), `"log"` its logarithm, `"psd"`
            the power r^2 + s^2, counted twice where a frequency stands for its negative too, `"real"` r, `"imag"` s,
            `"angle"` arctan2(s, r), `"stft"` all r, then all s.
        frame_length: samples of a frame.
        frame_step: samples from one frame to the next, at most `frame_length`; default half of that.
        fft_length: samples of the transform, at least `frame_length`; default the next power of two. There are
            `F = fft_length // 2 + 1` frequencies.
        window: weights of a frame: the name of a window (`"hann"`, `"hamming"`, `"blackman"`, ...), `frame_length`
            values, or None for ones.
        periodic: whether the named window is one period of a periodic function; otherwise it is symmetric.
        scaling: what the window is divided by: `"density"` `sqrt(sum(w^2))`, `"spectrum"` `sum(|w|)`, None 1.
        padding: `"valid"`: whole frames alone; `"same"`: zeros at both ends, so that a frame starts every
            `frame_step` samples.
        expand_dims: whether frequencies get an axis of their own, as in images.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: inputs `(N, samples, C)`, output `(N, frames, C * F)`, with `expand_dims` `(N, frames, F, C)`. Channels
        first: inputs `(N, C, samples)`, output `(N, C * F, frames)`, with `expand_dims` `(N, C, frames, F)`. The mode
        `"stft"` has 2 F for F. Kernels are `(frame_length, 1, F)`.

    Raises:
        ValueError: for arguments out of these bounds and signals shorter than a frame.
        TypeError: for integer inputs.

    Source: https://keras.io/api/layers/preprocessing_layers/audio_preprocessing/

    Example:

    >>> import keraunos as keras, numpy as np
    >>> layer = keras.layers.STFTSpectrogram("magnitude", frame_length=8, window=None, scaling=None)
    >>> tone = np.cos(2 * np.pi * np.arange(8) / 4).astype("float32")
    >>> layer(tone[None, :, None]).numpy().round(1)
    array([[[0., 0., 4., 0., 0.]]], dtype=float32)
    """

    rank = 1

    def __init__(
        self,
        mode="log",
        frame_length=256,
        frame_step=None,
        fft_length=None,
        window="hann",
        periodic=False,
        scaling="density",
        padding="valid",
        expand_dims=False,
        data_format=None,
        **kwargs,
    ):
        super().__init__(data_format, **kwargs)
        self.mode = _arguments.one_of(self._tag, "mode", mode, _MODES)
        (self.frame_length,) = _arguments.int_tuple(self._tag, "frame_length", frame_length, 1)
        self.frame_step = frame_step
        default = max(self.frame_length // 2, 1)
        (self._step,) = _arguments.int_tuple(self._tag, "frame_step", default if frame_step is None else frame_step, 1)
        self.fft_length = fft_length
        default = 1 << (self.frame_length - 1).bit_length()
        (length,) = _arguments.int_tuple(self._tag, "fft_length", default if fft_length is None else fft_length, 1)
        if self._step > self.frame_length or length < self.frame_length:
            raise ValueError(
                "[stft_spectrogram] frame_length must be at least frame_step and at most fft_length; got "
                f"frame_length={frame_length}, frame_step={frame_step}, fft_length={fft_length}"
            )
        if length & (length - 1):
            warnings.warn(f"[stft_spectrogram] fft_length should be a power of two, got {length}", stacklevel=2)
        self._frequencies = length // 2 + 1
        self.window = window = serialization.deserialize_keras_object(window) if isinstance(window, dict) else window
        self.periodic = periodic
        self.scaling = scaling
        self._sides = [mode] if mode in ("real", "imag") else ["real", "imag"]
        self._initializers = [initializers.STFT(side, window, scaling, periodic) for side in self._sides]
        self.padding = _arguments.one_of(self._tag, "padding", padding, ("valid", "same"))
        self.expand_dims = expand_dims
        self.input_spec = InputSpec(ndim=3)

    def build(self, input_shape):
        shape = (self.frame_length, 1, self._frequencies)
        self._kernels = [
            self.add_weight(shape, initializer, name=f"{side}_kernel")
            for side, initializer in zip(self._sides, self._initializers, strict=True)
        ]

    def call(self, inputs):
        if not dtypes.is_float(inputs.dtype):
            raise TypeError(
                f'[stft_spectrogram] layer "{self.name}": expected floats, got {inputs.dtype}; use ops.cast'
            )
        self._frames(inputs.shape[self.spatial_axes[0]])
        first = self.data_format == "channels_first"
        signals = inputs if first else ops.swapaxes(inputs, 1, 2)
        channels, samples = signals.shape[1:]
        # One product for both parts: a frame is read once.
        kernel = ops.concatenate(self._kernels, -1) if len(self._kernels) > 1 else self._kernels[0]
        spectra = ops.conv(
            ops.reshape(signals, (-1, samples, 1)),
            ops.cast(kernel, inputs.dtype),
            self._step,
            self.padding,
            "channels_last",
        )
        frames = spectra.shape[1]
        spectra = self._of_mode(ops.reshape(spectra, (-1, channels, frames, spectra.shape[-1])))
        if first and self.expand_dims:
            return spectra
        if self.expand_dims:
            return ops.transpose(spectra, (0, 2, 3, 1))
        if first:
            return ops.reshape(ops.swapaxes(spectra, 2, 3), (-1, channels * spectra.shape[-1], frames))
        return ops.reshape(ops.swapaxes(spectra, 1, 2), (-1, frames, channels * spectra.shape[-1]))

    def _of_mode(self, spectra):
        """What `mode` asks for of `(..., F)` or, real parts first, `(..., 2 F)`."""
        if self.mode in ("real", "imag", "stft"):
            return spectra
        real, imaginary = spectra[..., : self._frequencies], spectra[..., self._frequencies :]
        if self.mode == "angle":
            return ops.arctan2(imaginary, real)
        power = ops.square(real) + ops.square(imaginary)
        if self.mode == "psd":
            times = np.full(self._frequencies, 2, power.dtype)
            times[[0, -1]] = 1
            return power * times
        magnitude = ops.sqrt(ops.maximum(power, config.epsilon()))
        return magnitude if self.mode == "magnitude" else ops.log(ops.maximum(magnitude, config.epsilon()))

    def _frames(self, samples):
        """How many frames a signal has."""
        if samples is None:
            return None
        if self.padding == "same":
            return -(-samples // self._step)
        if samples < self.frame_length:
            raise ValueError(
                f'[stft_spectrogram] layer "{self.name}": a frame of {self.frame_length} samples does not fit into a '
                f"signal of {samples}; use padding='same' or a shorter frame"
            )
        return (samples - self.frame_length) // self._step + 1

    def compute_output_shape(self, input_shape):
        self.check_rank(input_shape)
        batch, channels = input_shape[0], input_shape[self.channel_axis]
        frames = self._frames(input_shape[self.spatial_axes[0]])
        features = self._frequencies * (2 if self.mode == "stft" else 1)
        first = self.data_format == "channels_first"
        if self.expand_dims:
            return (batch, channels, frames, features) if first else (batch, frames, features, channels)
        together = None if channels is None else channels * features
        return (batch, together, frames) if first else (batch, frames, together)

    def get_config(self):
        return {
            **super().get_config(),
            "mode": self.mode,
            "frame_length": self.frame_length,
            "frame_step": self.frame_step,
            "fft_length": self.fft_length,
            "window": serialization.serialize_keras_object(self.window),
            "periodic": self.periodic,
            "scaling": self.scaling,
            "padding": self.padding,
            "data_format": self.data_format,
            "expand_dims": self.expand_dims,
        }
