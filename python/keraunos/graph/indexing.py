"""Indexing of tensors by NumPy's rules: basic indexing as one slice and one reshape, arrays as one gather."""

import math

import numpy as np

from keraunos.graph import primitives as p


def getitem(x, key):
    """`x[key]` for integers, slices, None, Ellipsis, and arrays or tensors of integers or (concrete) bools."""
    items = [_item(i) for i in (key if isinstance(key, tuple) else (key,))]
    items = _without_masks(x, _without_ellipsis(items, x.ndim))
    start, stop, step, shape = [], [], [], []
    arrays, chosen = (
        [],
        [],
    )  # (index array, its axis among those of the slice); places in the key of arrays and integers
    axis = 0
    for place, item in enumerate(items):
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
        elif isinstance(item, int):
            if not -extent <= item < extent:
                raise IndexError(f"[index] {item} is out of range for axis {axis} with {extent} elements")
            start.append(item % extent)
            stop.append(item % extent + 1)
            step.append(1)
            chosen.append(place)
        else:
            arrays.append((item, len(shape)))
            start.append(0)
            stop.append(extent)
            step.append(1)
            shape.append(extent)
            chosen.append(place)
        axis += 1
    whole = all(a == 0 and b == n and s == 1 for a, b, s, n in zip(start, stop, step, x.shape, strict=True))
    result = p.reshape(x if whole else p.slice(x, start, stop, step), shape)
    if not arrays:
        return result
    # The axes of the arrays stand where the arrays stood, or first when something stood between them.
    adjacent = chosen[-1] - chosen[0] + 1 == len(chosen)
    return _gathered(result, arrays, arrays[0][1] if adjacent else 0)


def _gathered(x, arrays, place):
    """Elements of `x` by index arrays of some of its axes, whose own axes come to stand at `place`."""
    axes = [axis for _, axis in arrays]
    rest = [axis for axis in range(x.ndim) if axis not in axes]
    extents = [x.shape[axis] for axis in axes]
    lines = p.transpose(x, [*axes, *rest])
    index = arrays[0][0]
    if len(arrays) > 1:
        index = _flat([array for array, _ in arrays], extents)
        lines = p.reshape(lines, (math.prod(extents), *lines.shape[len(axes) :]))
    found, rank = p.take(lines, index), index.ndim
    return p.transpose(found, [*range(rank, rank + place), *range(rank), *range(rank + place, found.ndim)])


def _flat(arrays, extents):
    """Index arrays of several axes as numbers of elements; one behind the last where one of them is out of range."""
    try:
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
    except ValueError:
        raise IndexError(f"[index] index arrays of shapes {[a.shape for a in arrays]} do not fit together") from None
    number, inside = None, None
    for array, extent in zip(arrays, extents, strict=True):
        array = p.cast(array, "int64")
        known = p.logical_and(p.greater_equal(array, -extent), p.less(array, extent))
        array = p.where(p.less(array, 0), p.add(array, extent), array)
        number = array if number is None else p.add(p.multiply(number, extent), array)
        inside = known if inside is None else p.logical_and(inside, known)
    return p.broadcast_to(p.where(inside, number, math.prod(extents)), shape)


def _item(item):
    """An item of a key: None, Ellipsis, a slice, an int, or a tensor of integers or bools."""
    if item is None or item is Ellipsis or isinstance(item, slice):
        return item
    if isinstance(item, (int, np.integer)) and not isinstance(item, bool):
        return int(item)
    array = p.as_tensor(item)
    if array.dtype == "float32" and array.size == 0:
        array = p.cast(array, "int32")  # an empty list
    if array.dtype not in ("int32", "int64", "uint8") and not (array.dtype == "bool" and array.ndim):
        raise IndexError(f"[index] expected integers, slices, None or an array of integers or bools, got {item!r}")
    return array


def _is_array(item):
    return not (item is None or item is Ellipsis or isinstance(item, (int, slice)))


def _axes(item):
    """How many axes an item stands for."""
    if item is None or item is Ellipsis:
        return 0
    return item.ndim if _is_array(item) and item.dtype == "bool" else 1


def _without_ellipsis(items, rank):
    used = sum(map(_axes, items))
    if used > rank:
        raise IndexError(f"[index] {used} indices for a tensor of rank {rank}")
    fill = [slice(None)] * (rank - used)
    places = [i for i, item in enumerate(items) if item is Ellipsis]
    if len(places) > 1:
        raise IndexError("[index] expected one Ellipsis at most")
    if not places:
        return items + fill
    return items[: places[0]] + fill + items[places[0] + 1 :]


def _without_masks(x, items):
    """`items` with an index array per axis in place of every mask."""
    found, axis = [], 0
    for item in items:
        if not (_is_array(item) and item.dtype == "bool"):
            found.append(item)
            axis += _axes(item)
            continue
        if item.value is None:
            raise IndexError("[index] a symbolic boolean mask gives a shape that is not known; use ops.where")
        extents = x.shape[axis : axis + item.ndim]
        if item.shape != extents:
            raise IndexError(f"[index] a mask of shape {item.shape} does not fit axes of extents {extents}")
        found += [p.as_tensor(places.astype(np.int32)) for places in np.nonzero(np.asarray(item))]
        axis += item.ndim
    return found
