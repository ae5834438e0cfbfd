"""Running combinations along an axis, such as products: log2(n) steps that each combine elements twice as far apart.

Source: Hillis and Steele, "Data parallel algorithms", CACM 29, 1986.
"""

from keraunos.graph import primitives as p


def running(combine, x, axis, neutral):
    """Every element of `x` combined with all before it along `axis`.

    Args:
        combine: associative function of two tensors of equal shape, the earlier elements first.
        x: tensor.
        axis: axis, not negative.
        neutral: number that `combine` leaves everything alone with.
    """
    distance = 1
    while distance < x.shape[axis]:
        x = combine(shifted(x, axis, distance, neutral), x)
        distance *= 2
    return x


def shifted(x, axis, distance, fill):
    """`x` moved by `distance` places along `axis`, towards the end for positive ones; `fill` where it becomes free."""
    start, stop, widths = [0] * x.ndim, list(x.shape), [(0, 0)] * x.ndim
    count = min(abs(distance), x.shape[axis])
    if distance > 0:
        stop[axis] -= count
        widths[axis] = (count, 0)
    else:
        start[axis] = count
        widths[axis] = (0, count)
    return p.pad(p.slice(x, start, stop, [1] * x.ndim), widths, fill)


def products_of_others(x, axis):
    """For every element the product of all others along `axis`; no division, so that zeros do no harm."""
    axes = [slice(None)] * x.ndim
    axes[axis] = slice(None, None, -1)
    before = running(p.multiply, shifted(x, axis, 1, 1.0), axis, 1.0)
    after = running(p.multiply, shifted(p.getitem(x, tuple(axes)), axis, 1, 1.0), axis, 1.0)
    return p.multiply(before, p.getitem(after, tuple(axes)))
