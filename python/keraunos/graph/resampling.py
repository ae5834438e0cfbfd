"""Interpolation tables: which input rows make up an output row of a resized image, and with what weights.

Conventions are those of `tf.image.resize`, which Keras calls: half-pixel centres (output row i lies at (i + 1/2) scale
in the input, scale = extent / size); taps outside the image are dropped and the rest is renormalised; antialiasing
widens the kernel by the scale when shrinking. Keys' cubic kernel has a = -1/2 (IEEE TASSP 29, 1981).
"""

import functools

import numpy as np

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area")


def _triangle(x):
    return np.maximum(1 - x, 0)


def _keys(x):
    near = ((1.5 * x - 2.5) * x) * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def _lanczos(radius):
    return lambda x: np.where(x < radius, np.sinc(x) * np.sinc(x / radius), 0)


_KERNELS = {"bilinear": _triangle, "bicubic": _keys, "lanczos3": _lanczos(3), "lanczos5": _lanczos(5)}


@functools.lru_cache(maxsize=256)
def matrix(extent, size, interpolation, antialias):
    """The (size, extent) float64 matrix that takes the rows of an image to those of the resized one."""
    scale = extent / size
    if interpolation == "nearest":
        # In float32, as the reference does: it decides ties such as (1 + 1/2) 2/3.
        centres = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * np.float32(scale)
        return np.eye(extent)[np.minimum(np.floor(centres).astype(int), extent - 1)]
    places = np.arange(extent)
    if interpolation == "area":
        low, high = np.arange(size)[:, None] * scale, np.arange(1, size + 1)[:, None] * scale
        weights = np.maximum(np.minimum(places + 1, high) - np.maximum(places, low), 0)
    else:
        width = max(scale, 1.0) if antialias else 1.0
        centres = (np.arange(size)[:, None] + 0.5) * scale - 0.5
        if interpolation == "bicubic" and not antialias:
            # The reference keeps its kernel in a table of 1024 steps; results without these differ in the third digit.
            whole = np.floor(centres)
            centres = whole + np.rint((centres - whole) * 1024) / 1024
        weights = _KERNELS[interpolation](np.abs(places - centres) / width)
    return weights / weights.sum(axis=1, keepdims=True)


@functools.lru_cache(maxsize=256)
def spans(extent, size, interpolation, antialias, transpose):
    """`matrix` (or its transpose) without the zeros around the taps of a row.

    Returns:
        (spans, weights): int32 (rows, 2), the first input row and the number of rows; float64 (rows, taps), zeros
        behind the last tap.
    """
    full = matrix(extent, size, interpolation, antialias)
    full = full.T if transpose else full
    nonzero = full != 0
    any_tap = nonzero.any(axis=1)
    first = np.where(any_tap, nonzero.argmax(axis=1), 0)
    last = np.where(any_tap, full.shape[1] - nonzero[:, ::-1].argmax(axis=1), 0)
    counts = last - first
    taps = max(1, int(counts.max(initial=1)))
    columns = np.minimum(first[:, None] + np.arange(taps), full.shape[1] - 1)
    inside = np.arange(taps) < counts[:, None]
    weights = np.where(inside, np.take_along_axis(full, columns, axis=1), 0)
    return np.stack([first, counts], axis=1).astype(np.int32), weights
