"""`keras.ops`: window functions, vectors that fade towards both ends.

Source: Harris, "On the use of windows for harmonic analysis with the discrete Fourier transform", Proc. IEEE 66, 1978.
"""

import numpy as np

from keraunos import config
from keraunos.graph.trace import as_tensor


def _window(values):
    return as_tensor(values, config.floatx())


def bartlett(x):
    """A triangle of `x` points that begins and ends with 0.

    Args:
        x: number of points, an int.

    >>> from keraunos import ops
    >>> ops.bartlett(5).numpy()
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return _window(np.bartlett(int(x)))


def hanning(x):
    """`0.5 - 0.5 cos(2 pi n / (x - 1))` for n in [0, x).

    Args:
        x: number of points, an int.

    >>> from keraunos import ops
    >>> ops.hanning(5).numpy().round(4)
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return _window(np.hanning(int(x)))


def hamming(x):
    """`0.54 - 0.46 cos(2 pi n / (x - 1))` for n in [0, x).

    Args:
        x: number of points, an int.

    >>> from keraunos import ops
    >>> ops.hamming(3).numpy().round(4)
    array([0.08, 1.  , 0.08], dtype=float32)
    """
    return _window(np.hamming(int(x)))


def blackman(x):
    """`0.42 - 0.5 cos(2 pi n / (x - 1)) + 0.08 cos(4 pi n / (x - 1))` for n in [0, x).

    Args:
        x: number of points, an int.

    >>> from keraunos import ops
    >>> ops.blackman(3).numpy().round(4) + 0.0
    array([0., 1., 0.], dtype=float32)
    """
    return _window(np.blackman(int(x)))


def kaiser(x, beta):
    """`i0(beta sqrt(1 - (2n / (x - 1) - 1)^2)) / i0(beta)` for n in [0, x).

    Args:
        x: number of points, an int.
        beta: a number: 0 is a rectangle; the larger, the narrower.

    >>> from keraunos import ops
    >>> ops.kaiser(3, 2.0).numpy().round(4)
    array([0.4387, 1.    , 0.4387], dtype=float32)
    """
    return _window(np.kaiser(int(x), float(beta)))
