"""`keras.ops`: counting, searching and sets of values."""

import numpy as np

from keraunos import _arguments
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.creation import linspace
from keraunos.ops.promotion import floating, whole
from keraunos.ops.selection import concrete


def searchsorted(sorted_sequence, values, side="left"):
    """Where to insert `values` so that the sequence stays in order, int32.

    Args:
        sorted_sequence: ascending vector; NaN counts as the largest number.
        values: tensor of any shape.
        side: `"left"`: before equal elements; `"right"`: after them.

    Raises:
        ValueError: for a sequence that is no vector, and other sides.

    >>> from keraunos import ops
    >>> ops.searchsorted([1, 3, 3, 5], [3, 9], side="right").numpy()
    array([3, 4], dtype=int32)
    """
    _arguments.one_of("searchsorted", "side", side, ("left", "right"))
    sequence, values = p.meet(as_tensor(sorted_sequence), as_tensor(values))
    if sequence.ndim != 1:
        raise ValueError(f"[searchsorted] expected a vector as sorted_sequence, got shape {sequence.shape}")
    low = p.broadcast_to(p.scalar(0, "int32"), values.shape)
    high = p.broadcast_to(p.scalar(sequence.size, "int32"), values.shape)
    # Bisection: an interval of n + 1 places is a single one after this many steps.
    for _ in range(int(sequence.size).bit_length()):
        middle = p.floor_divide(p.add(low, high), 2)
        after = p.logical_and(_comes_before(p.take(sequence, middle), values, side == "right"), p.less(low, high))
        low, high = p.where(after, p.add(middle, 1), low), p.where(after, high, middle)
    return low


def _comes_before(a, b, or_equal):
    """a < b (or a <= b) in the order of sorting, in which NaN comes last."""
    found = (p.less_equal if or_equal else p.less)(a, b)
    if whole(a):
        return found
    last = p.is_nan(b)
    return p.logical_or(found, last if or_equal else p.logical_and(last, p.logical_not(p.is_nan(a))))


def digitize(x, bins):
    """Numbers of the bins that the elements of `x` belong to, int32: bin i is [bins[i - 1], bins[i]).

    Args:
        x: tensor.
        bins: ascending vector of edges.

    >>> from keraunos import ops
    >>> ops.digitize([0.0, 1.0, 5.0], [1.0, 2.0]).numpy()
    array([0, 1, 2], dtype=int32)
    """
    x, bins = as_tensor(x), floating(bins)
    return searchsorted(p.cast(bins, "float64"), p.cast(x, "float64"), side="right")


def bincount(x, weights=None, minlength=0, sparse=False):
    """How often each number from 0 on occurs in `x`. Not inside a compiled function: the length depends on values.

    Args:
        x: integers that are not negative, `(n,)`, or `(rows, n)` for a count per row.
        weights: what an occurrence counts, in the shape of `x`; default 1.
        minlength: least extent of the result.
        sparse: must be False.

    Returns:
        `(length,)` or `(rows, length)`, int32, or the dtype in which `x` and `weights` meet.

    Raises:
        TypeError: for a symbolic `x`.
        ValueError: for negative numbers, another rank, weights of another shape, and `sparse=True`.

    >>> from keraunos import ops
    >>> ops.bincount([1, 1, 3]).numpy()
    array([0, 2, 0, 1], dtype=int32)
    """
    if sparse:
        raise ValueError("[bincount] sparse=True is not supported; use sparse=False")
    x = as_tensor(x)
    numbers = concrete("bincount", x, "use ops.segment_sum with num_segments").astype(np.int64)
    if numbers.ndim not in (1, 2) or (numbers.size and numbers.min() < 0):
        raise ValueError(f"[bincount] expected numbers >= 0 of rank 1 or 2, got shape {numbers.shape}")
    counted = p.scalar(1, "int32") if weights is None else as_tensor(weights)
    if weights is not None and counted.shape != x.shape:
        raise ValueError(f"[bincount] expected weights of shape {x.shape}, got {counted.shape}")
    dtype = "int32" if weights is None else dtypes.promote([x.dtype, counted.dtype])
    length = max(int(numbers.max()) + 1 if numbers.size else 0, minlength)
    rows = len(numbers) if numbers.ndim == 2 else 1
    places = (numbers.reshape(rows, -1) + np.arange(rows)[:, None] * length).reshape(-1)
    counted = p.cast(counted, dtype if dtype not in ("bool", "uint8") else "int32")
    found = p.scatter_add(p.reshape(p.broadcast_to(counted, x.shape), (-1,)), places, rows * length)
    return p.cast(p.reshape(found, (rows, length) if numbers.ndim == 2 else (length,)), dtype)


def histogram(x, bins=10, range=None):
    """How many elements lie in each of `bins` intervals of equal width.

    Args:
        x: vector; what lies outside `range` is left out.
        bins: number of intervals, an int.
        range: (least, largest value); default: those of `x`.

    Returns:
        (counts `(bins,)`, edges `(bins + 1,)`), both in the dtype of `x`.

    Raises:
        ValueError: for another rank, a `bins` that is no int above 0, and a range whose end lies below its beginning.

    >>> from keraunos import ops
    >>> counts, edges = ops.histogram([0.0, 1.0, 1.5, 4.0], bins=2)
    >>> counts.numpy(), edges.numpy()
    (array([3., 1.], dtype=float32), array([0., 2., 4.], dtype=float32))
    """
    x = as_tensor(x)
    if x.ndim != 1 or isinstance(bins, bool) or not isinstance(bins, int) or bins < 1:
        raise ValueError(f"[histogram] expected a vector and an int of at least 1 as bins, got {x.shape} and {bins!r}")
    if range is not None and (len(range) != 2 or range[1] < range[0]):
        raise ValueError(f"[histogram] expected range=(least, largest), got {range!r}")
    least, most = (p.min(x), p.max(x)) if range is None else (p.cast(v, x.dtype) for v in range)
    edges = p.cast(linspace(least, most, bins + 1, dtype="float64"), x.dtype)
    inside = p.logical_and(p.greater_equal(x, least), p.less_equal(x, most))
    # The last interval has both its ends. What lies outside goes to one more, which is dropped.
    places = p.where(inside, searchsorted(edges[1:-1], x, side="right"), bins)
    ones = p.broadcast_to(p.scalar(1, "int32"), x.shape)
    return p.cast(p.scatter_add(ones, places, bins + 1)[:bins], x.dtype), edges


def isin(x1, x2, assume_unique=False, invert=False):
    """Whether elements of `x1` occur in `x2`.

    Args:
        x1: tensor.
        x2: tensor of the values to look for.
        assume_unique: accepted for compatibility.
        invert: whether to return the opposite.

    >>> from keraunos import ops
    >>> ops.isin([1, 2, 3], [3, 1]).numpy()
    array([ True, False,  True])
    """
    x1, x2 = p.meet(as_tensor(x1), as_tensor(x2))
    if x2.size:
        ordered = p.sort(p.reshape(x2, (-1,)))
        found = p.equal(p.take(ordered, p.minimum(searchsorted(ordered, x1), x2.size - 1)), x1)
    else:
        found = p.broadcast_to(p.scalar(False, "bool"), x1.shape)
    return p.logical_not(found) if invert else found
