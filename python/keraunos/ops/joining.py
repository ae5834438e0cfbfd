"""`keras.ops`: tensors joined and cut along an axis."""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.shapes import expand_dims, ravel


def concatenate(xs, axis=0):
    """Tensors joined along an existing axis."""
    return p.concatenate(xs, axis)


def stack(x, axis=0):
    """Tensors joined along a new axis."""
    return p.concatenate([expand_dims(t, axis) for t in x], axis)


def hstack(xs):
    """Tensors joined along axis 1 (axis 0 of vectors)."""
    xs = [_at_least(t, 1) for t in xs]
    return p.concatenate(xs, 0 if xs[0].ndim == 1 else 1)


def vstack(xs):
    """Tensors joined along axis 0, vectors as rows."""
    return p.concatenate([_at_least(t, 2) for t in xs], 0)


def dstack(xs):
    """Tensors joined along axis 2; vectors (N,) count as (1, N, 1), matrices (M, N) as (M, N, 1).

    >>> from keraunos import ops
    >>> ops.dstack([[1.0, 2.0], [3.0, 4.0]]).numpy().tolist()
    [[[1.0, 3.0], [2.0, 4.0]]]
    """
    return p.concatenate([_at_least(t, 3) for t in xs], 2)


def _at_least(x, rank):
    """`x` with at least `rank` axes, as NumPy's `atleast_2d` and `atleast_3d` add them."""
    x = as_tensor(x)
    if x.ndim == 0:
        return p.reshape(x, (1,) * rank)
    if x.ndim == 1 and rank > 1:
        return p.reshape(x, (1, x.size, 1)[:rank])
    return expand_dims(x, -1) if x.ndim < rank else x


def append(x1, x2, axis=None):
    """`x1` followed by `x2` along `axis` (None: both flattened)."""
    return p.concatenate([ravel(x1), ravel(x2)]) if axis is None else p.concatenate([x1, x2], axis)


def unstack(x, num=None, axis=0):
    """List of the slices of `x` along `axis`.

    Args:
        x: tensor.
        num: the axis's extent, if it is to be checked.
        axis: int.

    Raises:
        ValueError: when `num` is not the axis's extent.
    """
    x = as_tensor(x)
    axis = p.normalize_axis("unstack", axis, x.ndim)
    if num is not None and num != x.shape[axis]:
        raise ValueError(f"[unstack] axis {axis} of shape {x.shape} does not have num={num} elements")
    front = p.transpose(x, [axis, *[a for a in range(x.ndim) if a != axis]])
    return [front[i] for i in range(front.shape[0])]


def split(x, indices_or_sections, axis=0):
    """List of parts of `x`: that many equal ones, or cut before the given indices.

    Args:
        x: tensor.
        indices_or_sections: int, or ascending ints.
        axis: int.

    Raises:
        ValueError: when the parts cannot be equal.
    """
    x = as_tensor(x)
    axis = p.normalize_axis("split", axis, x.ndim)
    if not _is_count(indices_or_sections):
        return _cut(x, [int(i) for i in indices_or_sections], axis)
    sections = int(indices_or_sections)
    if sections < 1 or x.shape[axis] % sections:
        raise ValueError(
            f"[split] axis {axis} with {x.shape[axis]} elements cannot be cut into {sections} equal parts; "
            "use ops.array_split"
        )
    width = x.shape[axis] // sections
    return _cut(x, [width * i for i in range(1, sections)], axis)


def array_split(x, indices_or_sections, axis=0):
    """List of parts of `x` whose extents differ by at most one, longer ones first, or cut before the given indices.

    Args:
        x: tensor.
        indices_or_sections: int, or ascending ints.
        axis: int.

    Raises:
        ValueError: for less than one part.

    >>> from keraunos import ops
    >>> [part.shape for part in ops.array_split(ops.ones(5), 2)]
    [(3,), (2,)]
    """
    x = as_tensor(x)
    axis = p.normalize_axis("array_split", axis, x.ndim)
    if not _is_count(indices_or_sections):
        return _cut(x, [int(i) for i in indices_or_sections], axis)
    sections = int(indices_or_sections)
    if sections < 1:
        raise ValueError(f"[array_split] expected at least one part, got {sections}")
    width, longer = divmod(x.shape[axis], sections)
    return _cut(x, [width * i + min(i, longer) for i in range(1, sections)], axis)


def hsplit(x, indices_or_sections):
    """Parts of `x` along axis 1 (axis 0 of vectors); see `split`.

    >>> from keraunos import ops
    >>> [part.shape for part in ops.hsplit(ops.ones((2, 4)), 2)]
    [(2, 2), (2, 2)]
    """
    return split(x, indices_or_sections, 0 if as_tensor(x).ndim == 1 else 1)


def vsplit(x, indices_or_sections):
    """Parts of `x` along axis 0; see `split`.

    >>> from keraunos import ops
    >>> [part.shape for part in ops.vsplit(ops.ones((4, 2)), 2)]
    [(2, 2), (2, 2)]
    """
    return split(x, indices_or_sections, 0)


def dsplit(x, indices_or_sections):
    """Parts of `x` along axis 2; see `split`.

    >>> from keraunos import ops
    >>> [part.shape for part in ops.dsplit(ops.ones((1, 2, 4)), [1])]
    [(1, 2, 1), (1, 2, 3)]
    """
    return split(x, indices_or_sections, 2)


def _is_count(value):
    return isinstance(value, (int, np.integer)) or getattr(value, "shape", None) == ()


def _cut(x, cuts, axis):
    prefix = (slice(None),) * axis
    return [x[(*prefix, slice(a, b))] for a, b in zip([0, *cuts], [*cuts, x.shape[axis]], strict=True)]
