"""`keras.ops`: reductions of the rows that have the same segment number."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.scans import shifted
from keraunos.graph.trace import as_tensor
from keraunos.ops.counting import searchsorted
from keraunos.ops.promotion import whole


def segment_sum(data, segment_ids, num_segments=None, sorted=False):
    """Sums of the rows of `data` with equal segment number; 0 for a segment without rows.

    Args:
        data: `(n, ...)`.
        segment_ids: integers `(n,)`; rows with a number outside [0, num_segments) are left out.
        num_segments: extent of the result; default: one more than the largest number. Inside a compiled function it
            must be given, because the shape of the result depends on it.
        sorted: whether the numbers ascend; the result is the same.

    Returns:
        `(num_segments, ...)` in the dtype of `data`.

    Raises:
        ValueError: for segment numbers of another shape than `(n,)`.
        TypeError: for symbolic numbers without `num_segments`.

    >>> from keraunos import ops
    >>> ops.segment_sum([1.0, 2.0, 3.0], [0, 2, 0]).numpy()
    array([4., 0., 2.], dtype=float32)
    """
    data, ids, count = _operands("segment_sum", data, segment_ids, num_segments)
    return p.scatter_add(data, ids, count)


def segment_max(data, segment_ids, num_segments=None, sorted=False):
    """The largest of the rows of `data` with equal segment number, elementwise; the least number of the dtype for a
    segment without rows. Equals share the gradient evenly.

    Args:
        data, segment_ids, num_segments, sorted: as for `segment_sum`.

    >>> from keraunos import ops
    >>> ops.segment_max([1, 2, 3], [0, 1, 0]).numpy()
    array([3, 2], dtype=int32)
    """
    return _extreme("segment_max", p.maximum, 0, data, segment_ids, num_segments)


def segment_min(data, segment_ids, num_segments=None, sorted=False):
    """The smallest of the rows of `data` with equal segment number, elementwise; the largest number of the dtype for a
    segment without rows. Equals share the gradient evenly.

    Args:
        data, segment_ids, num_segments, sorted: as for `segment_sum`.

    >>> from keraunos import ops
    >>> ops.segment_min([1, 2, 3], [0, 1, 0]).numpy()
    array([1, 2], dtype=int32)
    """
    return _extreme("segment_min", p.minimum, 1, data, segment_ids, num_segments)


def segment_prod(data, segment_ids, num_segments=None, sorted=False):
    """Products of the rows of `data` with equal segment number; 1 for a segment without rows.

    Args:
        data, segment_ids, num_segments, sorted: as for `segment_sum`.

    >>> from keraunos import ops
    >>> ops.segment_prod([1, 2, 3], [0, 1, 0]).numpy()
    array([3, 2], dtype=int32)
    """
    data, ids, count = _operands("segment_prod", data, segment_ids, num_segments)
    return _combined(p.multiply, 1, data, ids, count)


def _operands(tag, data, segment_ids, num_segments):
    data, ids = as_tensor(data), as_tensor(segment_ids)
    if data.ndim < 1 or ids.shape != data.shape[:1]:
        raise ValueError(
            f"[{tag}] expected segment_ids of shape {data.shape[:1]} for data {data.shape}, got {ids.shape}"
        )
    if num_segments is None:
        if ids.value is None:
            raise TypeError(
                f"[{tag}] num_segments must be given inside a compiled function: the result's shape depends on it"
            )
        num_segments = int(ids.value.max()) + 1 if ids.size else 0
    # scatter_add would count negative numbers from the end.
    ids = p.cast(ids, "int64")
    return data, p.where(p.less(ids, 0), num_segments, ids), int(num_segments)


def _extreme(tag, combine, which, data, segment_ids, num_segments):
    data, ids, count = _operands(tag, data, segment_ids, num_segments)
    found = _combined(combine, _limits(data.dtype)[which], p.stop_gradient(data), ids, count)
    if whole(data):
        return found
    # The value is the extreme itself; the mean of its equals, less its own value, brings the gradient.
    chosen = p.cast(p.equal(data, p.take(found, p.minimum(ids, count - 1))), data.dtype) if count else data
    equals = p.scatter_add(chosen, ids, count)
    share = p.divide(p.scatter_add(p.where(p.greater(chosen, 0), data, 0), ids, count), p.maximum(equals, 1))
    return p.add(found, p.subtract(share, p.stop_gradient(share)))


def _limits(dtype):
    if dtypes.is_float(dtype):
        return dtypes.limits(dtype)
    return (False, True) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)


def _combined(combine, neutral, data, ids, count):
    """Rows of equal number combined: brought together, then combined with rows twice as far away in each step, unless
    those belong to another segment."""
    rows = data.shape[0]
    order = p.argsort(ids)
    ids, data = p.take(ids, order), p.take(data, order)
    per_row = (-1, *[1] * (data.ndim - 1))
    distance = 1
    while distance < rows:
        same = p.reshape(p.equal(shifted(ids, 0, distance, -1), ids), per_row)
        data = combine(p.where(same, shifted(data, 0, distance, 0), p.scalar(neutral, data.dtype)), data)
        distance *= 2
    # The last row of a segment holds all of them; a segment without rows has none.
    numbers = np.arange(count, dtype=np.int64)
    ends = searchsorted(ids, numbers, side="right")
    last = p.maximum(p.subtract(ends, 1), 0)
    if not rows:
        return p.broadcast_to(p.scalar(neutral, data.dtype), (count, *data.shape[1:]))
    there = p.logical_and(p.greater(ends, 0), p.equal(p.take(ids, last), numbers))
    return p.where(p.reshape(there, per_row), p.take(data, last), p.scalar(neutral, data.dtype))
