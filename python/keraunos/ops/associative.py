"""`keras.ops`: running combinations by an associative function."""

from keraunos._structure import flatten, map_leaves, pack
from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.shapes import flip, moveaxis


def associative_scan(f, elems, reverse=False, axis=0):
    """Every slice of `elems` combined with all before it, in a number of steps that grows with the logarithm.

    Args:
        f: associative function of two (structures of) tensors of equal shapes, the earlier slices first; it works on
            many slices at a time.
        elems: (structure of) tensors of equal extent along `axis`.
        reverse: whether to combine every slice with all after it, the last slices first.
        axis: int.

    Returns:
        The structure of `elems`, in its shapes.

    Raises:
        TypeError: when `f` is no function.
        ValueError: for different extents.

    Source: Blelloch, "Prefix sums and their applications", 1990: neighbours are combined, the scan of these pairs gives
    every second result, and one more combination the others.

    >>> from keraunos import ops
    >>> ops.associative_scan(lambda a, b: a * b, ops.array([1.0, 2.0, 3.0, 4.0])).numpy()
    array([ 1.,  2.,  6., 24.], dtype=float32)
    """
    if not callable(f):
        raise TypeError(f"[associative_scan] f must be a function, got {f!r}")
    elems = map_leaves(elems, as_tensor)
    leaves = flatten(elems)
    if not leaves:
        raise ValueError("[associative_scan] expected at least one tensor")
    axes = [p.normalize_axis("associative_scan", axis, t.ndim) for t in leaves]
    if len({t.shape[a] for t, a in zip(leaves, axes, strict=True)}) != 1:
        raise ValueError(
            f"[associative_scan] expected equal extents along axis {axis}, got {[t.shape for t in leaves]}"
        )

    def combine(earlier, later):
        back = lambda parts: pack(elems, iter([moveaxis(t, 0, a) for t, a in zip(parts, axes, strict=True)]))  # noqa: E731
        found = flatten(f(back(earlier), back(later)))
        return [moveaxis(as_tensor(t), a, 0) for t, a in zip(found, axes, strict=True)]

    lines = [moveaxis(t, a, 0) for t, a in zip(leaves, axes, strict=True)]
    lines = _scan(combine, [flip(t, 0) for t in lines] if reverse else lines)
    lines = [flip(t, 0) for t in lines] if reverse else lines
    return pack(elems, iter([moveaxis(t, 0, a) for t, a in zip(lines, axes, strict=True)]))


def _scan(combine, lines):
    """The scan of tensors along axis 0."""
    count = lines[0].shape[0]
    if count < 2:
        return lines
    pairs = combine([t[: count - 1 : 2] for t in lines], [t[1::2] for t in lines])
    odd = _scan(combine, pairs)
    first = [t[:1] for t in lines]
    if count == 2:
        even = first
    else:
        later = [t[2::2] for t in lines]
        even = combine([t[: later[0].shape[0]] for t in odd], later)
        even = [p.concatenate([a, b], 0) for a, b in zip(first, even, strict=True)]
    return [_interleaved(a, b) for a, b in zip(even, odd, strict=True)]


def _interleaved(even, odd):
    """even[0], odd[0], even[1], ...; `even` may have one more."""
    count = odd.shape[0]
    shape = (count, 1, *odd.shape[1:])
    pairs = p.concatenate([p.reshape(even[:count], shape), p.reshape(odd, shape)], 1)
    pairs = p.reshape(pairs, (2 * count, *odd.shape[1:]))
    return p.concatenate([pairs, even[count:]], 0) if even.shape[0] > count else pairs
