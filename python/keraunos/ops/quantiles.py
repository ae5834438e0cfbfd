"""`keras.ops`: medians, quantiles and percentiles, with NaN as a result or left out."""

import numpy as np

from keraunos import _arguments
from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.promotion import floating
from keraunos.ops.reductions import axes_of

METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


def quantile(x, q, axis=None, method="linear", keepdims=False):
    """The value below which a share `q` of the elements along `axis` lies; NaN where one is NaN.

    Args:
        x: tensor.
        q: share or shares, in [0, 1]; the axes of the result begin with those of `q`.
        axis: int, tuple of ints, or None for all.
        method: what a share between two elements gives: `"linear"` between them, the `"lower"`, the `"higher"`, their
            `"midpoint"`, the `"nearest"`.
        keepdims: whether reduced axes stay with extent 1.

    Raises:
        ValueError: for unknown methods, and axes out of range.

    >>> from keraunos import ops
    >>> ops.quantile([0.0, 10.0, 20.0], [0.25, 0.5]).numpy()
    array([ 5., 10.], dtype=float32)
    """
    return _quantile("quantile", x, _shares(q), axis, method, keepdims, skip_nan=False)


def percentile(x, q, axis=None, method="linear", keepdims=False):
    """`quantile` with `q` in percent.

    Args:
        x: tensor.
        q: percentage or percentages, in [0, 100].
        axis, method, keepdims: as for `quantile`.

    >>> from keraunos import ops
    >>> float(ops.percentile([0.0, 10.0, 20.0], 25))
    5.0
    """
    return _quantile("percentile", x, p.divide(_shares(q), 100.0), axis, method, keepdims, skip_nan=False)


def median(x, axis=None, keepdims=False):
    """Median along `axis` (int, tuple of ints, or None for all); NaN where one element is NaN."""
    return _quantile("median", x, _shares(0.5), axis, "linear", keepdims, skip_nan=False)


def nanquantile(x, q, axis=None, method="linear", keepdims=False):
    """`quantile` of the elements that are not NaN; NaN where there are none.

    Args:
        x, q, axis, method, keepdims: as for `quantile`.

    >>> from keraunos import ops
    >>> float(ops.nanquantile([0.0, float("nan"), 20.0], 0.5))
    10.0
    """
    return _quantile("nanquantile", x, _shares(q), axis, method, keepdims, skip_nan=True)


def nanpercentile(x, q, axis=None, method="linear", keepdims=False):
    """`percentile` of the elements that are not NaN; NaN where there are none.

    Args:
        x, q, axis, method, keepdims: as for `percentile`.

    >>> from keraunos import ops
    >>> float(ops.nanpercentile([0.0, float("nan"), 20.0], 50))
    10.0
    """
    return _quantile("nanpercentile", x, p.divide(_shares(q), 100.0), axis, method, keepdims, skip_nan=True)


def nanmedian(x, axis=None, keepdims=False):
    """Median of the elements along `axis` that are not NaN; NaN where there are none.

    >>> from keraunos import ops
    >>> float(ops.nanmedian([0.0, float("nan"), 20.0]))
    10.0
    """
    return _quantile("nanmedian", x, _shares(0.5), axis, "linear", keepdims, skip_nan=True)


def _shares(q):
    """float64: float32 would choose other elements of long axes."""
    return p.cast(as_tensor(q, "float64") if not hasattr(q, "dtype") else as_tensor(q), "float64")


def _quantile(tag, x, q, axis, method, keepdims, skip_nan):
    _arguments.one_of(tag, "method", method, METHODS)
    x = floating(x)
    axes = axes_of(tag, axis, x.ndim)
    kept = [a for a in range(x.ndim) if a not in axes]
    leading = tuple(x.shape[a] for a in kept)
    count, rows = (int(np.prod([x.shape[a] for a in group], dtype=np.int64)) for group in (axes, kept))
    if not count:
        raise ValueError(f"[{tag}] of no elements has no value: shape {x.shape}, axis {axis}")
    ordered = p.sort(p.reshape(p.transpose(x, kept + axes), (rows, count)))  # NaN last
    missing = p.is_nan(ordered)
    known = p.subtract(count, p.sum(missing, -1, keepdims=True)) if skip_nan else p.scalar(count, "int32")
    place = p.multiply(p.cast(p.maximum(p.subtract(known, 1), 0), "float64"), p.reshape(q, (1, -1)))
    found = _between(ordered, p.broadcast_to(place, (rows, q.size)), method)
    nothing = p.equal(known, 0) if skip_nan else p.reshape(missing[:, -1], (-1, 1))
    found = p.where(nothing, p.scalar(float("nan"), x.dtype), found)
    shape = tuple(1 if a in axes else n for a, n in enumerate(x.shape)) if keepdims else leading
    return p.reshape(p.transpose(found), q.shape + shape)


def _between(rows, place, method):
    """Elements of sorted rows (R, n) at places (R, q) that may lie between two of them."""
    lower = p.floor(place)
    share = p.subtract(place, lower)
    offsets = np.arange(rows.shape[0], dtype=np.int64).reshape(-1, 1) * rows.shape[1]

    def at(columns):
        columns = p.minimum(p.maximum(p.cast(columns, "int64"), 0), rows.shape[1] - 1)
        return p.take(p.reshape(rows, (-1,)), p.add(columns, offsets))

    if method in ("lower", "higher", "nearest"):
        return at({"lower": p.floor, "higher": p.ceil, "nearest": p.round}[method](place))
    below, above = at(lower), at(p.ceil(place))
    share = p.scalar(0.5, rows.dtype) if method == "midpoint" else p.cast(share, rows.dtype)
    mixed = p.add(p.multiply(below, p.subtract(1, share)), p.multiply(above, share))
    # An element itself: 0 times the infinity beside it would be NaN.
    return p.where(p.equal(below, above), below, p.where(p.equal(share, 0), below, mixed))
