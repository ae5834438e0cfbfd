"""`keras.ops`: parts of tensors read and replaced at places that may be computed."""

import builtins

import numpy as np

from keraunos import _arguments
from keraunos.graph import primitives as p
from keraunos.graph.tensor import Tensor
from keraunos.graph.trace import as_tensor
from keraunos.ops.counting import searchsorted
from keraunos.ops.segments import segment_max, segment_min, segment_prod


def _flat_rows(tag, indices, shape):
    """(places `(n,)` in the first axes of `shape`, how many there are). A place outside gets a number outside."""
    depth = indices.shape[-1] if indices.ndim else 0
    if not 1 <= depth <= len(shape):
        raise ValueError(
            f"[{tag}] expected indices (..., k) with k of 1 to {len(shape)} axes, got shape {indices.shape}"
        )
    extents = shape[:depth]
    count = int(np.prod(extents, dtype=np.int64))
    indices = p.reshape(p.cast(indices, "int64"), (-1, depth))
    inside, flat = None, None
    for axis, extent in enumerate(extents):
        column = indices[:, axis]
        valid = p.logical_and(p.greater_equal(column, 0), p.less(column, extent))
        inside = valid if inside is None else p.logical_and(inside, valid)
        flat = column if flat is None else p.add(p.multiply(flat, extent), column)
    return p.where(inside, flat, count), count


def scatter(indices, values, shape):
    """Zeros of `shape` with `values` added at `indices`.

    Args:
        indices: integers `(..., k)`, places in the first k axes; what lies outside is left out.
        values: `(..., *shape[k:])`.
        shape: shape of the result.

    Raises:
        ValueError: for indices of more axes than the shape has.
    """
    indices, values = as_tensor(indices), as_tensor(values)
    shape = tuple(int(n) for n in shape)
    rows, count = _flat_rows("scatter", indices, shape)
    tail = shape[indices.shape[-1] :]
    updates = p.reshape(values, (rows.size, *tail))
    return p.reshape(p.scatter_add(updates, rows, count), shape)


def scatter_update(inputs, indices, updates, reduction=None):
    """`inputs` with `updates` at `indices`.

    Args:
        inputs: tensor.
        indices: integers `(n, k)`, places in the first k axes; what lies outside is left out.
        updates: `(n, *inputs.shape[k:])`.
        reduction: how updates meet what is there and one another: None replaces it, and the last one wins; `"add"`,
            `"max"`, `"min"` or `"mul"`.

    Raises:
        ValueError: for other reductions, and indices of more axes than the inputs have.

    >>> from keraunos import ops
    >>> ops.scatter_update([0, 0, 0], [[1], [1]], [5, 7]).numpy()
    array([0, 7, 0], dtype=int32)
    """
    if reduction is not None:
        _arguments.one_of("scatter_update", "reduction", reduction, ("add", "max", "min", "mul"))
    inputs = as_tensor(inputs)
    indices = as_tensor(indices)
    rows, count = _flat_rows("scatter_update", indices, inputs.shape)
    tail = inputs.shape[indices.shape[-1] :]
    updates = p.reshape(p.cast(updates, inputs.dtype), (rows.size, *tail))
    there = p.reshape(inputs, (count, *tail))
    return p.reshape(_updated(there, rows, updates, count, reduction), inputs.shape)


def _updated(there, rows, updates, count, reduction):
    if not rows.size:
        return there
    if reduction == "add":
        return p.add(there, p.scatter_add(updates, rows, count))
    if reduction == "mul":
        return p.multiply(there, segment_prod(updates, rows, count))
    if reduction == "max":
        return p.maximum(there, segment_max(updates, rows, count))
    if reduction == "min":
        return p.minimum(there, segment_min(updates, rows, count))
    # argsort is stable: of equal places the last in order is the last update.
    order = p.argsort(rows)
    ordered = p.take(rows, order)
    places = np.arange(count, dtype=np.int64)
    last = p.maximum(p.subtract(searchsorted(ordered, places, side="right"), 1), 0)
    replaced = p.reshape(p.equal(p.take(ordered, last), places), (-1, *[1] * (there.ndim - 1)))
    return p.where(replaced, p.take(updates, p.take(order, last)), there)


def _starts(tag, start_indices, rank):
    """One start per axis: ints, or scalar tensors where they are symbolic."""
    if isinstance(start_indices, Tensor):
        starts = start_indices if start_indices.value is None else start_indices.value.reshape(-1).tolist()
    else:
        starts = start_indices
    starts = [s if isinstance(s, Tensor) and s.value is None else int(s) for s in starts]
    if len(starts) != rank:
        raise ValueError(f"[{tag}] expected one start for each of {rank} axes, got {len(starts)}")
    return starts


def _clamped(start, extent, count):
    """A symbolic start, so that `count` elements fit."""
    return p.maximum(p.minimum(p.cast(p.reshape(start, ()), "int32"), extent - count), 0)


def slice(inputs, start_indices, shape):
    """The part of `inputs` of the given shape that begins at `start_indices`.

    Args:
        inputs: tensor.
        start_indices: one integer per axis; one that a compiled function computes is moved so that the part lies
            inside.
        shape: shape of the part; -1: all that follows the start.

    Raises:
        ValueError: for another number of starts, and parts that do not lie inside.
    """
    inputs = as_tensor(inputs)
    starts = _starts("slice", start_indices, inputs.ndim)
    counts = [n - s if int(c) == -1 else int(c) for s, c, n in zip(starts, shape, inputs.shape, strict=True)]
    known = [s if isinstance(s, int) else 0 for s in starts]
    stops = [s + c if isinstance(t, int) else n for s, t, c, n in zip(known, starts, counts, inputs.shape, strict=True)]
    if builtins.any(s < 0 or c < 0 or e > n for s, c, e, n in zip(known, counts, stops, inputs.shape, strict=True)):
        raise ValueError(f"[slice] a part of shape {tuple(shape)} from {known} does not lie inside {inputs.shape}")
    part = p.slice(inputs, known, stops, [1] * inputs.ndim)
    for axis, (start, count) in enumerate(zip(starts, counts, strict=True)):
        if not isinstance(start, int):
            order = [axis, *[a for a in range(inputs.ndim) if a != axis]]
            places = p.add(_clamped(start, inputs.shape[axis], count), np.arange(count, dtype=np.int32))
            part = p.transpose(p.take(p.transpose(part, order), places), np.argsort(order).tolist())
    return part


def slice_update(inputs, start_indices, updates):
    """`inputs` with `updates` in the place of the part that begins at `start_indices`.

    Args:
        inputs: tensor.
        start_indices: one integer per axis, moved so that the updates lie inside.
        updates: tensor of the rank of `inputs`, no larger along any axis.

    Raises:
        ValueError: for another number of starts, and updates that do not fit.

    >>> from keraunos import ops
    >>> ops.slice_update([0, 0, 0, 0], [1], [5, 7]).numpy()
    array([0, 5, 7, 0], dtype=int32)
    """
    inputs = as_tensor(inputs)
    updates = p.cast(updates, inputs.dtype)
    if updates.ndim != inputs.ndim or builtins.any(u > n for u, n in zip(updates.shape, inputs.shape, strict=True)):
        raise ValueError(f"[slice_update] updates of shape {updates.shape} do not fit into inputs {inputs.shape}")
    starts = _starts("slice_update", start_indices, inputs.ndim)
    inside = None
    for axis, (start, extent, count) in enumerate(zip(starts, inputs.shape, updates.shape, strict=True)):
        if count == extent:
            continue
        if isinstance(start, int):
            start = builtins.max(builtins.min(start, extent - count), 0)
        else:
            start = _clamped(start, extent, count)
        place = p.subtract(np.arange(extent, dtype=np.int32), start)
        order = [axis, *[a for a in range(inputs.ndim) if a != axis]]
        reached = p.minimum(p.maximum(place, 0), builtins.max(count - 1, 0))
        if count:
            updates = p.transpose(p.take(p.transpose(updates, order), reached), np.argsort(order).tolist())
        here = p.logical_and(p.greater_equal(place, 0), p.less(place, count))
        here = p.reshape(here, [-1 if a == axis else 1 for a in range(inputs.ndim)])
        inside = here if inside is None else p.logical_and(inside, here)
    if inside is None:
        return updates
    return p.where(inside, updates, inputs) if updates.shape == inputs.shape else inputs
