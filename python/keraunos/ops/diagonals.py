"""`keras.ops`: diagonals and triangles of matrices."""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.promotion import countable
from keraunos.ops.shapes import moveaxis, ravel


def diag(x, k=0):
    """Matrix with the vector `x` on diagonal `k`, or diagonal `k` of the matrix `x`.

    Args:
        x: tensor of rank 1 or 2.
        k: which diagonal: 0 the main one, positive ones above it.

    Raises:
        ValueError: for another rank.
    """
    x = as_tensor(x)
    if x.ndim not in (1, 2):
        raise ValueError(f"[diag] expected a vector or a matrix, got shape {x.shape}; use ops.diagonal")
    return diagonal(x, k) if x.ndim == 2 else _diagonal_matrix(x, k)


def diagflat(x, k=0):
    """Matrix with the elements of `x` on diagonal `k`.

    >>> from keraunos import ops
    >>> ops.diagflat([[1, 2]], 1).numpy().tolist()
    [[0, 1, 0], [0, 0, 2], [0, 0, 0]]
    """
    return _diagonal_matrix(ravel(x), k)


def _diagonal_matrix(x, k):
    size = x.size + abs(k)
    rows = np.arange(x.size) + max(-k, 0)
    cells = rows * size + np.arange(x.size) + max(k, 0)
    return p.reshape(p.scatter_add(x, cells.astype(np.int32), size * size), (size, size))


def diagonal(x, offset=0, axis1=0, axis2=1):
    """The diagonals of the matrices in the axes (axis1, axis2), as the last axis.

    Args:
        x: tensor of rank 2 or more.
        offset: which diagonal: 0 the main one, positive ones above it.
        axis1, axis2: the axes of rows and of columns.

    Raises:
        ValueError: for equal axes, or ones that are out of range.

    >>> from keraunos import ops
    >>> ops.diagonal([[1, 2], [3, 4]]).numpy()
    array([1, 4], dtype=int32)
    """
    x = _matrices("diagonal", x, axis1, axis2)
    *leading, rows, columns = x.shape
    cells = np.flatnonzero(np.eye(rows, columns, offset, dtype=bool)).astype(np.int32)
    # Matrices become columns, so that one row of `take` has what all of them have in a cell.
    flat = p.transpose(p.reshape(x, (int(np.prod(leading, dtype=np.int64)), rows * columns)))
    return p.reshape(p.transpose(p.take(flat, cells)), (*leading, cells.size))


def trace(x, offset=0, axis1=0, axis2=1):
    """Sums of the diagonals of the matrices in the axes (axis1, axis2); see `diagonal`."""
    return p.sum(diagonal(countable(x), offset, axis1, axis2), -1)


def _matrices(tag, x, axis1, axis2):
    x = as_tensor(x)
    axes = tuple(p.normalize_axis(tag, a, x.ndim) for a in (axis1, axis2))
    if axes[0] == axes[1]:
        raise ValueError(f"[{tag}] axis1 and axis2 must differ, got {axis1} and {axis2}")
    return moveaxis(x, axes, (-2, -1))


def tril(x, k=0):
    """`x` with zeros above diagonal k."""
    x = as_tensor(x)
    return p.where(np.tri(*x.shape[-2:], k, dtype=bool), x, p.zeros_like_scalar(x))


def triu(x, k=0):
    """`x` with zeros below diagonal k."""
    x = as_tensor(x)
    return p.where(np.tri(*x.shape[-2:], k - 1, dtype=bool), p.zeros_like_scalar(x), x)
