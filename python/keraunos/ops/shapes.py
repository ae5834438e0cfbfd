"""`keras.ops`, shapes: joining, cutting, moving and repeating axes."""

import builtins

import numpy as np

from keraunos import _arguments
from keraunos.graph import primitives as p
from keraunos.graph.primitives import (
    add,
    broadcast_to,
    concatenate,
    less,
    multiply,
    subtract,
    transpose,
    where,
)
from keraunos.graph.trace import as_tensor
from keraunos.ops.creation import arange

__all__ = [
    "append",
    "broadcast_to",
    "concatenate",
    "copy",
    "diff",
    "expand_dims",
    "flip",
    "get_item",
    "hstack",
    "moveaxis",
    "ndim",
    "pad",
    "ravel",
    "repeat",
    "reshape",
    "roll",
    "size",
    "split",
    "squeeze",
    "stack",
    "swapaxes",
    "take",
    "take_along_axis",
    "tile",
    "transpose",
    "tril",
    "triu",
    "vstack",
]


def ndim(x):
    """Number of axes."""
    return as_tensor(x).ndim


def reshape(x, newshape):
    """`x` with another shape of the same size; one extent may be -1, and None is the extent that the axis of that
    number has."""
    x = as_tensor(x)
    extents = newshape if isinstance(newshape, (list, tuple)) else (newshape,)
    return p.reshape(x, [x.shape[axis] if extent is None else extent for axis, extent in enumerate(extents)])


def get_item(x, key):
    """`x[key]`: integers, slices, None, Ellipsis, an integer tensor on the first axis."""
    return as_tensor(x)[key]


def size(x):
    """Number of elements."""
    return as_tensor(x).size


def copy(x):
    """`x`, as a tensor of its own (tensors never change, so of an array alone is there anything to copy)."""
    return as_tensor(np.array(x) if isinstance(x, np.ndarray) else x)


def ravel(x):
    """`x` with one axis."""
    return p.reshape(x, (-1,))


def expand_dims(x, axis):
    """`x` with new axes of extent 1 at `axis`."""
    x = as_tensor(x)
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    rank = x.ndim + len(axes)
    axes = {p.normalize_axis("expand_dims", a, rank) for a in axes}
    extents = iter(x.shape)
    return p.reshape(x, [1 if a in axes else next(extents) for a in range(rank)])


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
    return p.reshape(x, [n for a, n in enumerate(x.shape) if a not in axes])


def moveaxis(x, source, destination):
    """`x` with the axes `source` moved to `destination`."""
    x = as_tensor(x)
    source = [s % x.ndim for s in ([source] if isinstance(source, int) else source)]
    destination = [d % x.ndim for d in ([destination] if isinstance(destination, int) else destination)]
    order = [a for a in range(x.ndim) if a not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        order.insert(place, axis)
    return transpose(x, order)


def swapaxes(x, axis1, axis2):
    """`x` with two axes exchanged."""
    x = as_tensor(x)
    order = [*range(x.ndim)]
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, order)


def stack(x, axis=0):
    """Tensors joined along a new axis."""
    return concatenate([expand_dims(t, axis) for t in x], axis)


def hstack(xs):
    """Tensors joined along axis 1 (axis 0 of vectors)."""
    xs = [as_tensor(x) for x in xs]
    return concatenate(xs, 0 if xs[0].ndim == 1 else 1)


def vstack(xs):
    """Tensors joined along axis 0, vectors as rows."""
    return concatenate([expand_dims(x, 0) if as_tensor(x).ndim == 1 else x for x in xs], 0)


def append(x1, x2, axis=None):
    """`x1` followed by `x2` along `axis` (None: both flattened)."""
    return concatenate([ravel(x1), ravel(x2)]) if axis is None else concatenate([x1, x2], axis)


def split(x, indices_or_sections, axis=0):
    """List of parts of `x`: that many equal ones, or cut before the given indices."""
    x = as_tensor(x)
    axis = p.normalize_axis("split", axis, x.ndim)
    extent = x.shape[axis]
    if isinstance(indices_or_sections, int):
        if extent % indices_or_sections:
            raise ValueError(
                f"[split] axis {axis} with {extent} elements cannot be cut into {indices_or_sections} equal parts"
            )
        width = extent // indices_or_sections
        cuts = [width * i for i in range(1, indices_or_sections)]
    else:
        cuts = [int(i) for i in indices_or_sections]
    prefix = (builtins.slice(None),) * axis
    return [x[(*prefix, builtins.slice(a, b))] for a, b in zip([0, *cuts], [*cuts, extent], strict=True)]


def flip(x, axis=None):
    """`x` reversed along `axis` (None: all axes)."""
    x = as_tensor(x)
    axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    axes = {a % x.ndim for a in axes}
    return x[tuple(builtins.slice(None, None, -1 if a in axes else 1) for a in range(x.ndim))] if axes else x


def roll(x, shift, axis=None):
    """`x` shifted cyclically along `axis` (None: flattened)."""
    x = as_tensor(x)
    if axis is None:
        return p.reshape(roll(ravel(x), shift, 0), x.shape)
    extent = x.shape[axis]
    shift = shift % extent if extent else 0
    parts = split(x, [extent - shift], axis)
    return concatenate(parts[::-1], axis)


def repeat(x, repeats, axis=None):
    """Each element of `x` repeated along `axis` (None: flattened)."""
    x = ravel(x) if axis is None else as_tensor(x)
    axis = 0 if axis is None else axis % x.ndim
    counts = np.broadcast_to(np.asarray(repeats), (x.shape[axis],))
    return take(x, np.repeat(np.arange(x.shape[axis], dtype=np.int32), counts), axis)


def tile(x, repeats):
    """`x` repeated as a whole, `repeats` times along each axis."""
    x = as_tensor(x)
    repeats = [repeats] if isinstance(repeats, int) else list(repeats)
    rank = builtins.max(x.ndim, len(repeats))
    repeats = [1] * (rank - len(repeats)) + repeats
    shape = (1,) * (rank - x.ndim) + x.shape
    interleaved = p.reshape(x, [n for pair in zip((1,) * rank, shape, strict=True) for n in pair])
    target = [n for pair in zip(repeats, shape, strict=True) for n in pair]
    return p.reshape(p.broadcast_to(interleaved, target), [r * n for r, n in zip(repeats, shape, strict=True)])


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
            x = take(x, places, axis)
    return x


def diff(a, n=1, axis=-1):
    """n-th difference along `axis`."""
    a = as_tensor(a)
    prefix = (builtins.slice(None),) * (axis % a.ndim)
    for _ in range(n):
        a = subtract(a[(*prefix, builtins.slice(1, None))], a[(*prefix, builtins.slice(None, -1))])
    return a


def take(x, indices, axis=None):
    """Elements of `x` at `indices` along `axis` (None: of the flattened tensor)."""
    x = ravel(x) if axis is None else as_tensor(x)
    axis = 0 if axis is None else p.normalize_axis("take", axis, x.ndim)
    indices = as_tensor(indices)
    order = [axis, *[a for a in range(x.ndim) if a != axis]]
    found = p.take(transpose(x, order), indices)
    rank = indices.ndim
    return transpose(found, [*range(rank, rank + axis), *range(rank), *range(rank + axis, found.ndim)])


def take_along_axis(x, indices, axis=None):
    """`x[..., indices, ...]` with one index per element of the result."""
    if axis is None:
        return take(x, ravel(indices))
    x, indices = as_tensor(x), p.cast(indices, "int32")
    axis = p.normalize_axis("take_along_axis", axis, x.ndim)
    order = [*[a for a in range(x.ndim) if a != axis], axis]
    moved, places = transpose(x, order), transpose(indices, order)
    columns = moved.shape[-1]
    places = where(less(places, 0), add(places, columns), places)
    rows = p.reshape(arange(moved.size // columns if columns else 0), (*moved.shape[:-1], 1))
    found = p.take(ravel(moved), add(places, multiply(rows, columns)))
    return transpose(found, np.argsort(order).tolist())


def tril(x, k=0):
    """`x` with zeros above diagonal k."""
    x = as_tensor(x)
    return where(np.tri(*x.shape[-2:], k, dtype=bool), x, p.zeros_like_scalar(x))


def triu(x, k=0):
    """`x` with zeros below diagonal k."""
    x = as_tensor(x)
    return where(np.tri(*x.shape[-2:], k - 1, dtype=bool), p.zeros_like_scalar(x), x)
