"""Windows of signal processing by name: weights that fall off towards the ends of a frame.

Source: Harris, "On the use of windows for harmonic analysis with the discrete Fourier transform", Proc. IEEE 66, 1978;
names and conventions as in `scipy.signal.get_window`.
"""

import numpy as np

# Coefficients a_k of windows sum_k (-1)^k a_k cos(2 pi k t / (n - 1)).
_COSINES = {
    "boxcar": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "nuttall": (0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
    "flattop": (0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
}


def _triangle(x):
    return 1 - x


def _bohman(x):
    return (1 - x) * np.cos(np.pi * x) + np.sin(np.pi * x) / np.pi


def _barthann(x):
    return 0.62 - 0.24 * x + 0.38 * np.cos(np.pi * x)


def _parzen(x):
    return np.where(x <= 0.5, 1 - 6 * x**2 * (1 - x), 2 * (1 - x) ** 3)


def _cosine(x):
    return np.cos(np.pi / 2 * x)


# Windows as functions of the distance from the centre, 1 at the end: of frames of n - 1 steps, or a little beyond.
_AT_THE_ENDS = {"bartlett": _triangle, "bohman": _bohman, "barthann": _barthann, "lanczos": np.sinc}
_BEYOND_THE_ENDS = {"triang": _triangle, "parzen": _parzen, "cosine": _cosine}

NAMES = (*_COSINES, *_AT_THE_ENDS, *_BEYOND_THE_ENDS)


def window(name, length, periodic):
    """The window `name` of `length` values, float64 `(length,)`.

    Args:
        name: one of `NAMES`.
        length: number of values.
        periodic: whether the value after the last equals the first; otherwise the window is symmetric.
    """
    if length <= 1:
        return np.ones(length)
    count = length + 1 if periodic else length
    t = np.arange(count)
    if name in _COSINES:
        angle = 2 * np.pi * t / (count - 1)
        values = sum((-1) ** k * a * np.cos(k * angle) for k, a in enumerate(_COSINES[name]))
    else:
        distance = np.abs(2 * t - (count - 1))
        if name in _AT_THE_ENDS:
            values = _AT_THE_ENDS[name](distance / (count - 1))
        else:
            # A triangle over an odd number of values reaches 0 a whole step outside, everything else half a step.
            steps = count + 1 if name == "triang" and count % 2 else count
            values = _BEYOND_THE_ENDS[name](distance / steps)
    return values[:length]
