"""Factorizations and triangular systems of stacks of matrices (..., m, n), and the few functions that they and their
gradients are written with."""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.applying import _apply, apply_all


def transposed(x):
    """Matrices with rows and columns exchanged."""
    return p.transpose(x, (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


def lower(x, k=0):
    """Matrices with zeros above diagonal k."""
    return p.where(np.tri(*x.shape[-2:], k, dtype=bool), x, p.zeros_like_scalar(x))


def upper(x, k=0):
    """Matrices with zeros below diagonal k."""
    return p.where(np.tri(*x.shape[-2:], k - 1, dtype=bool), p.zeros_like_scalar(x), x)


def diagonal(x):
    """The main diagonals of matrices, (..., min(m, n))."""
    rows, columns = x.shape[-2:]
    least = min(rows, columns)
    flat = p.reshape(x[..., :least, :], (*x.shape[:-2], least * columns))
    return flat[..., :: columns + 1]


def as_diagonal(x):
    """Square matrices with vectors (..., n) on their diagonals."""
    eye = p.as_tensor(np.eye(x.shape[-1]), x.dtype)
    return p.multiply(p.reshape(x, (*x.shape, 1)), eye)


def identity(like, extent):
    """An identity matrix in the dtype and with the leading axes of `like`."""
    return p.broadcast_to(p.as_tensor(np.eye(extent), like.dtype), (*like.shape[:-2], extent, extent))


def symmetric(x):
    """(x + x^T) / 2"""
    return p.multiply(p.add(x, transposed(x)), 0.5)


def together(a, b, kept_a=2, kept_b=2):
    """`a` and `b` with equal leading axes: all but the last `kept_a` of `a` and `kept_b` of `b` broadcast."""
    leading = np.broadcast_shapes(a.shape[: a.ndim - kept_a], b.shape[: b.ndim - kept_b])
    a = p.broadcast_to(a, (*leading, *a.shape[a.ndim - kept_a :]))
    return a, p.broadcast_to(b, (*leading, *b.shape[b.ndim - kept_b :]))


def rows_at(x, order):
    """The rows of matrices `x` (..., n, k) that `order` (..., n) names, in that order."""
    *leading, rows, columns = x.shape
    count = int(np.prod(leading, dtype=np.int64))
    offsets = (np.arange(count, dtype=np.int64) * rows).reshape(*leading, 1)
    return p.take(p.reshape(x, (count * rows, columns)), p.add(p.cast(order, "int64"), offsets))


def cholesky(x):
    """The lower triangles L with L L^T = x; NaN where x is not positive definite. The upper triangle of x is not
    read."""
    return _apply("cholesky", (x,))


def triangular_solve(triangle, b, lower=True, transposed=False, unit_diagonal=False):
    """X with T X = b, or T^T X = b if `transposed`, for triangles T (..., n, n) and b (..., n, k); leading axes
    broadcast."""
    triangle, b = together(triangle, b)
    return _apply("triangular_solve", (triangle, b), lower=bool(lower), transposed=bool(transposed),
                  unit_diagonal=bool(unit_diagonal))  # fmt: skip


def lu(x):
    """(L and U in one matrix, numbers of the rows of x that they are in order, 1 or -1: the parity of that order)."""
    if 0 in x.shape[-2:]:  # nothing is to be computed, not even a parity
        order = p.broadcast_to(np.arange(x.shape[-2], dtype=np.int32), x.shape[:-1])
        return x, order, p.broadcast_to(p.scalar(1, x.dtype), x.shape[:-2])
    return apply_all("lu", (x,))


def qr(x, full=False):
    """(Q, R); Q has as many columns as the smaller extent, or as rows if `full`."""
    return apply_all("qr", (x,), full=bool(full))


def eigh(x):
    """(eigenvalues ascending, eigenvectors in columns) of symmetric matrices; the upper triangle of x is not read."""
    return apply_all("eigh", (x,))


def svd(x):
    """(U, singular values descending, V^T) with as many columns, values and rows as the smaller extent."""
    return apply_all("svd", (x,))
