"""`keras.ops`: averages, spreads, correlations, differences along an axis."""

from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.diagonals import diagonal
from keraunos.ops.promotion import floating, precise
from keraunos.ops.shapes import moveaxis


def average(x, axis=None, weights=None):
    """Weighted mean along `axis`.

    Args:
        x: tensor.
        axis: int, tuple of ints, or None for all.
        weights: tensor in the shape of `x`, or a vector along `axis`; None: all equal.
    """
    if weights is None:
        return p.mean(x, axis)
    x, weights = p.meet(as_tensor(x), as_tensor(weights), floats=True)
    if weights.ndim == 1 and x.ndim > 1:
        weights = p.reshape(weights, [-1 if a == axis % x.ndim else 1 for a in range(x.ndim)])
    weights = p.broadcast_to(weights, x.shape)
    return p.divide(p.sum(p.multiply(x, weights), axis), p.sum(weights, axis))


def var(x, axis=None, keepdims=False):
    """Population variance along `axis`, of the centred values."""
    x = floating(x)
    wide = p.widen(x)
    centred = p.subtract(wide, p.mean(wide, axis, keepdims=True))
    return p.cast(p.mean(p.square(centred), axis, keepdims), x.dtype)


def std(x, axis=None, keepdims=False):
    """Population standard deviation along `axis`."""
    return p.sqrt(var(x, axis, keepdims))


def corrcoef(x):
    """Correlation coefficients of all pairs of rows.

    Args:
        x: `(rows, observations)`, or a vector of observations, which correlates with itself.

    Raises:
        ValueError: for another rank.

    >>> from keraunos import ops
    >>> ops.corrcoef([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]).numpy().round(4)
    array([[ 1., -1.],
           [-1.,  1.]], dtype=float32)
    """
    (x,) = precise(as_tensor(x))
    if x.ndim not in (1, 2):
        raise ValueError(f"[corrcoef] expected a vector or a matrix, got shape {x.shape}")
    rows = p.reshape(x, (1, x.size)) if x.ndim == 1 else x
    centred = p.subtract(rows, p.mean(rows, -1, keepdims=True))
    products = p.matmul(centred, centred, transpose_b=True)
    deviation = p.sqrt(diagonal(products))
    found = p.divide(p.divide(products, p.reshape(deviation, (-1, 1))), p.reshape(deviation, (1, -1)))
    found = p.minimum(p.maximum(found, -1), 1)
    return p.reshape(found, ()) if x.ndim == 1 else found


def diff(a, n=1, axis=-1):
    """n-th difference along `axis`; of bools whether neighbours differ.

    Args:
        a: tensor of rank 1 or more.
        n: how often differences are taken, 0 or more.
        axis: int.

    Raises:
        ValueError: for a negative `n`, and for scalars.
    """
    a = as_tensor(a)
    if n < 0 or a.ndim == 0:
        raise ValueError(f"[diff] expected n of at least 0 and a tensor with an axis, got n={n} and shape {a.shape}")
    prefix = (slice(None),) * p.normalize_axis("diff", axis, a.ndim)
    take_away = p.not_equal if a.dtype == "bool" else p.subtract
    for _ in range(n):
        a = take_away(a[(*prefix, slice(1, None))], a[(*prefix, slice(None, -1))])
    return a


def trapezoid(y, x=None, dx=1.0, axis=-1):
    """Integral along `axis` by the trapezoidal rule.

    Args:
        y: values.
        x: their places, a tensor that broadcasts against `y` or a vector along `axis`; None: `dx` apart.
        dx: distance of places.
        axis: int.

    >>> from keraunos import ops
    >>> float(ops.trapezoid([1.0, 2.0, 3.0], dx=2.0))
    8.0
    """
    y = moveaxis(floating(y), axis, -1)
    heights = p.multiply(p.add(y[..., 1:], y[..., :-1]), 0.5)
    if x is None:
        return p.sum(p.multiply(heights, p.cast(dx, y.dtype)), -1)
    x = p.cast(x, y.dtype)
    widths = diff(x if x.ndim == 1 else moveaxis(x, axis, -1))
    return p.sum(p.multiply(heights, widths), -1)
