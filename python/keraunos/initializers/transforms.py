"""The initializer whose weights compute short-time Fourier transforms."""

import numpy as np

from keraunos import config, ops
from keraunos.initializers import windows
from keraunos.initializers.initializer import Initializer
from keraunos.saving import serialization

_SCALINGS = {"density": lambda w: np.sqrt(np.sum(w**2)), "spectrum": lambda w: np.sum(np.abs(w)), None: lambda w: 1.0}


class STFT(Initializer):
    """Convolution kernels `(T, 1, F)` that give the short-time Fourier transform of a signal:
    `w[t] cos(-2 pi t f / (2 (F - 1))) / s` for its real part and the sine for its imaginary one.

    Args:
        side: `"real"` or `"imag"`.
        window: w, by name (`"hann"`, `"hamming"`, `"blackman"`, ...), as `T` values, or None for ones.
        scaling: s: `"density"` for `sqrt(sum(w^2))`, `"spectrum"` for `sum(|w|)`, None for 1.
        periodic: whether the named window is one period of a periodic function; otherwise it is symmetric.

    Raises:
        ValueError: for unknown names; when called, for a shape other than `(T, 1, F)` and a window of other than T
            values.

    Source: https://keras.io/api/layers/initializers/ (STFTInitializer).

    Example:

    >>> import keraunos as keras
    >>> keras.initializers.STFT("real", None, None)((4, 1, 3)).numpy()[:, 0, 1].round(3) + 0
    array([ 1.,  0., -1.,  0.], dtype=float32)
    """

    def __init__(self, side="real", window="hann", scaling="density", periodic=False):
        if side not in ("real", "imag"):
            raise ValueError(f'[stft initializer] side must be "real" or "imag", got {side!r}')
        if isinstance(window, str) and window not in windows.NAMES:
            raise ValueError(
                f"[stft initializer] window must be one of {', '.join(windows.NAMES)}, got {window!r}; pass the values "
                "of another window"
            )
        if scaling not in _SCALINGS:
            raise ValueError(f'[stft initializer] scaling must be "density", "spectrum" or None, got {scaling!r}')
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def __call__(self, shape, dtype=None):
        if len(shape) != 3 or shape[1] != 1:
            raise ValueError(f"[stft initializer] expected a shape (T, 1, F), got {tuple(shape)}")
        length, _, count = shape
        # Whole turns are dropped before the division, so that angles stay small and exact.
        turns = np.outer(np.arange(length), np.arange(count)) % max(2 * (count - 1), 1) / max(2 * (count - 1), 1)
        kernel = (np.cos if self.side == "real" else np.sin)(-2 * np.pi * turns)
        if self.window is not None:
            named = isinstance(self.window, str)
            weights = windows.window(self.window, length, self.periodic) if named else np.asarray(self.window, float)
            if weights.shape != (length,):
                raise ValueError(f"[stft initializer] expected a window of {length} values, got {weights.shape}")
            kernel *= weights[:, None] / _SCALINGS[self.scaling](weights)
        return ops.convert_to_tensor(kernel[:, None, :], dtype or config.floatx())

    def get_config(self):
        window = serialization.serialize_keras_object(self.window)
        return {"side": self.side, "window": window, "periodic": self.periodic, "scaling": self.scaling}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "window": serialization.deserialize_keras_object(config["window"])})
