"""What a discrete Fourier transform is made of: the radices of its passes and its roots of unity."""

import functools

import numpy as np

MOST_PASSES, LARGEST_RADIX = 48, 31  # kMaxPasses, kMaxRadix of cpp/kernels/params.h


@functools.lru_cache(maxsize=256)
def radices(n):
    """The radices of the passes of a transform of n numbers, or None when a prime factor is too large for a pass: it
    costs as many operations per number as it is large."""
    found = []
    for radix in (4, 2, 3, *range(5, LARGEST_RADIX + 1, 2)):
        while n > 1 and n % radix == 0:
            found.append(radix)
            n //= radix
    return tuple(found) if n <= 1 else None


@functools.lru_cache(maxsize=64)
def roots(n, dtype):
    """(2, n): real and imaginary parts of exp(-2 pi i k / n)."""
    turns = np.arange(n, dtype=np.longdouble) * (-2 * _PI / max(n, 1))
    found = np.stack([np.cos(turns), np.sin(turns)]).astype(dtype)
    found.flags.writeable = False
    return found


_PI = np.arccos(np.longdouble(-1))
