"""`keras.ops`, shapes: moving, turning, repeating and padding axes."""

import builtins

import numpy as np

from keraunos import _arguments
from keraunos.graph import primitives as p
from keraunos.graph.primitives import concatenate, transpose
from keraunos.graph.trace import as_tensor


def ndim(x):
    """Number of axes."""
    return as_tensor(x).ndim


def size(x):
    """Number of elements, an int."""
    return as_tensor(x).size


def copy(x):
    """`x`, as a tensor of its own (tensors never change, so of an array alone is there anything to copy)."""
    return as_tensor(np.array(x) if isinstance(x, np.ndarray) else x)


def ravel(x):
    """`x` with one axis."""
    return reshape(x, (-1,))


def expand_dims(x, axis):
    """`x` with new axes of extent 1 at `axis`."""
    x = as_tensor(x)
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    rank = x.ndim + len(axes)
    axes = {p.normalize_axis("expand_dims", a, rank) for a in axes}
    extents = iter(x.shape)
    return reshape(x, [1 if a in axes else next(extents) for a in range(rank)])


def squeeze(x, axis=None):
    """`x` without axes of extent 1 (all of them, or those given)."""
    x = as_tensor(x)
    axes = (
        [a for a, n in enumerate(x.shape) if n == 1]
        if axis is None
        else [axis]
        if isinstance(axis, int)
        else list(axis)
    )
    axes = {p.normalize_axis("squeeze", a, x.ndim) for a in axes}
    if builtins.any(x.shape[a] != 1 for a in axes):
        raise ValueError(f"[squeeze] axes {sorted(axes)} of shape {x.shape} do not all have extent 1")
    return reshape(x, [n for a, n in enumerate(x.shape) if a not in axes])


def reshape(x, newshape):
    """`x` with another shape of the same size; one extent may be -1, and None is the extent that the axis of that
    number has."""
    x = as_tensor(x)
    extents = newshape if isinstance(newshape, (list, tuple)) else (newshape,)
    return p.reshape(x, [x.shape[axis] if extent is None else extent for axis, extent in enumerate(extents)])


def moveaxis(x, source, destination):
    """`x` with the axes `source` moved to `destination`, ints or tuples of ints."""
    x = as_tensor(x)
    source, destination = (
        [p.normalize_axis("moveaxis", a, x.ndim) for a in _ints(axes)] for axes in (source, destination)
    )
    if len(source) != len(destination):
        raise ValueError(f"[moveaxis] expected as many sources as destinations, got {source} and {destination}")
    order = [a for a in range(x.ndim) if a not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        order.insert(place, axis)
    return transpose(x, order)


def swapaxes(x, axis1, axis2):
    """`x` with two axes exchanged."""
    x = as_tensor(x)
    axis1, axis2 = (p.normalize_axis("swapaxes", a, x.ndim) for a in (axis1, axis2))
    order = [*range(x.ndim)]
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, order)


def flip(x, axis=None):
    """`x` reversed along `axis` (int, tuple of ints, or None: all axes)."""
    x = as_tensor(x)
    axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    axes = {p.normalize_axis("flip", a, x.ndim) for a in axes}
    return x[tuple(builtins.slice(None, None, -1 if a in axes else 1) for a in range(x.ndim))] if axes else x


def fliplr(x):
    """`x` reversed along axis 1.

    >>> from keraunos import ops
    >>> ops.fliplr([[1, 2], [3, 4]]).numpy().tolist()
    [[2, 1], [4, 3]]
    """
    return flip(x, 1)


def flipud(x):
    """`x` reversed along axis 0.

    >>> from keraunos import ops
    >>> ops.flipud([[1, 2], [3, 4]]).numpy().tolist()
    [[3, 4], [1, 2]]
    """
    return flip(x, 0)


def rot90(array, k=1, axes=(0, 1)):
    """`array` turned by `k` times 90 degrees, from the first of `axes` towards the second.

    Args:
        array: tensor of rank 2 or more.
        k: number of quarter turns, an int of either sign.
        axes: the plane, two axes.

    Raises:
        ValueError: for less than two axes, and for equal ones.

    >>> from keraunos import ops
    >>> ops.rot90([[1, 2], [3, 4]]).numpy().tolist()
    [[2, 4], [1, 3]]
    """
    array = as_tensor(array)
    if array.ndim < 2 or len(axes) != 2:
        raise ValueError(f"[rot90] expected a tensor with two axes or more and two axes, got {array.shape} and {axes}")
    first, second = (p.normalize_axis("rot90", a, array.ndim) for a in axes)
    if first == second:
        raise ValueError(f"[rot90] axes must differ, got {axes}")
    quarter = k % 4
    if quarter == 2:
        return flip(array, (first, second))
    if quarter == 0:
        return array
    return (
        swapaxes(flip(array, second), first, second) if quarter == 1 else flip(swapaxes(array, first, second), second)
    )


def roll(x, shift, axis=None):
    """`x` shifted cyclically along `axis`.

    Args:
        x: tensor.
        shift: int, or one per axis.
        axis: int, tuple of ints, or None: flattened.
    """
    x = as_tensor(x)
    if axis is None:
        return reshape(roll(ravel(x), builtins.sum(_ints(shift)), 0), x.shape)
    axes = _ints(axis)
    for places, a in zip(_ints(shift) * (len(axes) if len(_ints(shift)) == 1 else 1), axes, strict=True):
        a = p.normalize_axis("roll", a, x.ndim)
        cut = -places % x.shape[a] if x.shape[a] else 0
        prefix = (builtins.slice(None),) * a
        if cut:
            x = concatenate([x[(*prefix, builtins.slice(cut, None))], x[(*prefix, builtins.slice(None, cut))]], a)
    return x


def _ints(value):
    return [int(value)] if np.ndim(value) == 0 else [int(v) for v in value]


def repeat(x, repeats, axis=None):
    """Each element of `x` repeated along `axis` (None: flattened)."""
    x = ravel(x) if axis is None else as_tensor(x)
    axis = 0 if axis is None else p.normalize_axis("repeat", axis, x.ndim)
    counts = np.broadcast_to(np.asarray(repeats), (x.shape[axis],))
    return _taken(x, np.repeat(np.arange(x.shape[axis], dtype=np.int32), counts), axis)


def _taken(x, places, axis):
    """Slices of `x` at `places`, a vector, along `axis`."""
    order = [axis, *[a for a in range(x.ndim) if a != axis]]
    return transpose(p.take(transpose(x, order), places), np.argsort(order).tolist())


def tile(x, repeats):
    """`x` repeated as a whole, `repeats` times along each axis."""
    x = as_tensor(x)
    repeats = _ints(repeats)
    rank = builtins.max(x.ndim, len(repeats))
    repeats = [1] * (rank - len(repeats)) + repeats
    shape = (1,) * (rank - x.ndim) + x.shape
    interleaved = reshape(x, [n for pair in zip((1,) * rank, shape, strict=True) for n in pair])
    target = [n for pair in zip(repeats, shape, strict=True) for n in pair]
    return reshape(p.broadcast_to(interleaved, target), [r * n for r, n in zip(repeats, shape, strict=True)])


def pad(x, pad_width, mode="constant", constant_values=None):
    """`x` with elements around it.

    Args:
        pad_width: int, (before, after), or one such pair per axis; none negative.
        mode: `"constant"`, `"reflect"` (cb|abc|ba), `"symmetric"` (ba|abc|cb), `"edge"` (aa|abc|cc) or `"wrap"`.
        constant_values: what `"constant"` puts around; default 0.

    Raises:
        ValueError: for negative widths, unknown modes, and `constant_values` of another mode.

    >>> from keraunos import ops
    >>> ops.pad([1, 2, 3], (1, 2), "reflect").numpy()
    array([2, 1, 2, 3, 2, 1], dtype=int32)
    """
    x = as_tensor(x)
    _arguments.one_of("pad", "mode", mode, ("constant", "reflect", "symmetric", "edge", "wrap"))
    widths = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2)).tolist()
    if builtins.min((width for pair in widths for width in pair), default=0) < 0:
        raise ValueError(f"[pad] pad_width must not be negative, got {pad_width}")
    if mode == "constant":
        return p.pad(x, widths, 0.0 if constant_values is None else constant_values)
    if constant_values is not None:
        raise ValueError(f"[pad] constant_values belongs to mode 'constant', got it with {mode!r}")
    for axis, (before, after) in enumerate(widths):
        if before or after:
            places = np.pad(np.arange(x.shape[axis], dtype=np.int32), (before, after), mode=mode)
            x = _taken(x, places, axis)
    return x
