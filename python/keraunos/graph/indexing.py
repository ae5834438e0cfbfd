"""Indexing of tensors: basic NumPy indexing as one slice and one reshape, plus integer arrays on one axis."""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.tensor import Tensor


def getitem(x, key):
    """`x[key]` for integers, slices, None, Ellipsis, and at most one integer array or tensor."""
    key = key if isinstance(key, tuple) else (key,)
    key = _expand_ellipsis(key, x.ndim)
    start, stop, step, shape = [], [], [], []
    array, array_axis = None, None
    axis = 0
    for item in key:
        if item is None:
            shape.append(1)
            continue
        extent = x.shape[axis]
        if isinstance(item, slice):
            first, last, stride = item.indices(extent)
            count = len(range(first, last, stride))
            start.append(first if count else 0)
            stop.append(last if count else 0)
            step.append(stride if count else 1)
            shape.append(count)
        elif isinstance(item, (int, np.integer)) and not isinstance(item, bool):
            if not -extent <= item < extent:
                raise IndexError(f"[index] {item} is out of range for axis {axis} with {extent} elements")
            start.append(int(item) % extent)
            stop.append(int(item) % extent + 1)
            step.append(1)
        else:
            if array is not None:
                raise IndexError("[index] at most one index array is supported; use ops.take step by step")
            array, array_axis = _index_array(item, axis, extent), len(shape)
            start.append(0)
            stop.append(extent)
            step.append(1)
            shape.append(extent)
        axis += 1
    whole = all(a == 0 and b == n and s == 1 for a, b, s, n in zip(start, stop, step, x.shape, strict=True))
    result = p.reshape(x if whole else p.slice(x, start, stop, step), shape)
    if array is None:
        return result
    front = [array_axis, *[a for a in range(len(shape)) if a != array_axis]]
    gathered = p.take(p.transpose(result, front), array)
    rank = array.ndim
    order = [*range(rank, rank + array_axis), *range(rank), *range(rank + array_axis, gathered.ndim)]
    return p.transpose(gathered, order)


def _index_array(item, axis, extent):
    array = p.as_tensor(item)
    if array.dtype == "float32" and array.size == 0:
        array = p.cast(array, "int32")  # an empty list
    if array.dtype == "bool" and array.ndim:
        if array.value is None:
            raise IndexError("[index] a symbolic boolean mask gives a shape that is not known; use ops.where")
        if array.shape != (extent,):
            raise IndexError(f"[index] a mask of shape {array.shape} does not fit axis {axis} with {extent} elements")
        array = p.as_tensor(np.flatnonzero(array.value).astype(np.int32))
    if array.dtype not in ("int32", "int64", "uint8"):
        raise IndexError(f"[index] expected integers, slices, None or an integer array, got {item!r}")
    return array


def _expand_ellipsis(key, rank):
    used = sum(item is not None and item is not Ellipsis for item in key)
    if used > rank:
        raise IndexError(f"[index] {used} indices for a tensor of rank {rank}")
    ellipses = [i for i, item in enumerate(key) if item is Ellipsis and not isinstance(item, Tensor)]
    fill = (slice(None),) * (rank - used)
    if not ellipses:
        return key + fill
    first = ellipses[0]
    return key[:first] + fill + key[first + 1 :]
