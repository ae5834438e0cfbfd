"""`keras.ops`: the distinct values of a tensor."""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.shapes import moveaxis


def unique(x, sorted=True, return_index=False, return_inverse=False, return_counts=False, axis=None, size=None,
           fill_value=None):  # fmt: skip
    """The distinct values of `x`.

    Args:
        x: tensor.
        sorted: whether they ascend; else they stand in the order in which they appear.
        return_index: whether to return where each appears first.
        return_inverse: whether to return which of them each element of `x` is.
        return_counts: whether to return how often each appears.
        axis: int: distinct slices along that axis, in the order of their elements; None: of the flattened tensor.
        size: how many there are to be: the rest is left out, or `fill_value` put in. Inside a compiled function it
            must be given, because the shape of the result depends on values.
        fill_value: default 0. In the places filled, indices are 1 and counts 0, as in Keras.

    Returns:
        The values, or a tuple: values, indices, inverse, counts, those that were asked for; int32 but for the values.
        The inverse has the shape of `x`, or `(extent of axis,)`.

    Raises:
        TypeError: for a symbolic tensor without `size`.

    >>> from keraunos import ops
    >>> values, counts = ops.unique([3, 1, 3], return_counts=True)
    >>> values.numpy(), counts.numpy()
    (array([1, 3], dtype=int32), array([1, 2], dtype=int32))
    """
    x = as_tensor(x)
    if size is None and x.value is None:
        raise TypeError(
            "[unique] the shape of the result depends on values, which a compiled function does not know; give size"
        )
    place = None if axis is None else p.normalize_axis("unique", axis, x.ndim)
    slices = p.reshape(x, (-1,)) if place is None else moveaxis(x, place, 0)
    extent = slices.shape[0]
    keys = p.reshape(slices, (extent, int(np.prod(slices.shape[1:], dtype=np.int64))))
    order = _order(keys)
    new = _first_of_equals(p.take(keys, order))
    group = p.subtract(p.cumsum(p.cast(new, "int32")), 1)  # of each element in order
    count = p.sum(p.cast(new, "int32"))
    index = _per_group(p.where(new, order, 0), group, extent)
    counts = _per_group(p.broadcast_to(p.scalar(1, "int32"), (extent,)), group, extent)
    inverse = _per_group(group, order, extent)
    if not sorted:
        appearing = p.argsort(p.where(p.less(np.arange(extent, dtype=np.int32), count), index, extent))
        index, counts = p.take(index, appearing), p.take(counts, appearing)
        inverse = p.take(p.argsort(appearing), inverse)
    total = int(count) if size is None else size
    there = p.less(np.arange(total, dtype=np.int32), count)
    first = _resized(index, total)
    values = p.take(slices, first) if extent else p.broadcast_to(p.scalar(0, x.dtype), (total, *slices.shape[1:]))
    fill = p.scalar(0 if fill_value is None else fill_value, x.dtype)
    values = p.where(p.reshape(there, (total, *[1] * (values.ndim - 1))), values, fill)
    found = [values if place is None else moveaxis(values, 0, place)]
    if return_index:
        found.append(p.where(there, first, 1))
    if return_inverse:
        found.append(p.reshape(inverse, x.shape) if place is None else inverse)
    if return_counts:
        found.append(p.where(there, _resized(counts, total), 0))
    return found[0] if len(found) == 1 else tuple(found)


def _order(keys):
    """The order of rows by their first element, equals by the second, ...: stable sorts from the last one on."""
    order = p.as_tensor(np.arange(keys.shape[0], dtype=np.int32))
    for column in reversed(range(keys.shape[1])):
        order = p.take(order, p.argsort(p.take(keys[:, column], order)))
    return order


def _first_of_equals(rows):
    """Whether rows, in order, differ from the row before."""
    if not rows.shape[0]:
        return p.as_tensor(np.zeros(0, bool))
    if not rows.shape[1]:
        return p.as_tensor(np.arange(rows.shape[0]) == 0)
    changed = p.max(p.not_equal(rows[1:], rows[:-1]), -1)
    return p.concatenate([p.as_tensor(np.ones(1, bool)), changed])


def _per_group(values, places, extent):
    return p.scatter_add(values, places, extent)


def _resized(x, size):
    """The first `size` elements of a vector, with zeros where it has fewer."""
    return x[:size] if size <= x.size else p.pad(x, [(0, size - x.size)], 0)
