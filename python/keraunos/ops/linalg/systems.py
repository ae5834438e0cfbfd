"""`keras.ops.linalg`: systems of linear equations and inverses."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import matrices as m
from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.derivatives import custom_gradient
from keraunos.ops.linalg.operands import matrices, refuse
from keraunos.ops.promotion import floating


def _system(tag, a, b):
    """(a, b with columns, whether b was vectors)."""
    a, b = p.meet(as_tensor(a), as_tensor(b), floats=True)
    a = matrices(tag, a, square=True)
    vectors = b.ndim == a.ndim - 1
    if vectors:
        b = p.reshape(b, (*b.shape, 1))
    if b.ndim < 2 or b.shape[-2] != a.shape[-1]:
        raise ValueError(f"[{tag}] a right-hand side of shape {b.shape} does not fit matrices {a.shape}")
    return a, b, vectors


def _back(x, vectors):
    return p.reshape(x, x.shape[:-1]) if vectors else x


def _lu_solve(tag, a, b):
    factors, order, _ = m.lu(a)
    refuse(tag, p.equal(m.diagonal(factors), 0), "the matrix is singular")
    order, b = m.together(order, b, kept_a=1)
    y = m.triangular_solve(factors, m.rows_at(b, order), unit_diagonal=True)
    return m.triangular_solve(factors, y, lower=False)


def solve(a, b):
    """x with a x = b, by LU decomposition with partial pivoting.

    Args:
        a: square matrices `(..., M, M)`.
        b: `(..., M, N)`, or vectors `(..., M)` with as many leading axes as `a` has.

    Returns:
        In the shape of `b`; leading axes broadcast.

    Raises:
        ValueError: for shapes that do not fit, and singular matrices (inside a compiled function: infinities or NaN).

    >>> from keraunos import ops
    >>> ops.solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 4.0]).numpy()
    array([1., 1.], dtype=float32)
    """
    a, b, vectors = _system("solve", a, b)
    return _back(_lu_solve("solve", a, b), vectors)


def solve_triangular(a, b, lower=False):
    """x with a x = b for triangles.

    Args:
        a: triangles `(..., M, M)`; the other triangle is not read.
        b: `(..., M, N)`, or vectors `(..., M)` with as many leading axes as `a` has.
        lower: whether the lower triangle of `a` is meant.

    Returns:
        In the shape of `b`; leading axes broadcast.

    Raises:
        ValueError: for shapes that do not fit, and zeros on the diagonal (inside a compiled function: infinities or
            NaN).

    >>> from keraunos import ops
    >>> ops.solve_triangular([[1.0, 1.0], [0.0, 2.0]], [3.0, 4.0]).numpy()
    array([1., 2.], dtype=float32)
    """
    a, b, vectors = _system("solve_triangular", a, b)
    refuse("solve_triangular", p.equal(m.diagonal(a), 0), "the triangle has a zero on its diagonal")
    return _back(m.triangular_solve(a, b, lower=lower), vectors)


def inv(x):
    """Inverses of square matrices.

    Args:
        x: `(..., M, M)`.

    Raises:
        ValueError: for matrices that are not square, and singular ones (inside a compiled function: infinities or NaN).

    >>> from keraunos import ops
    >>> ops.inv([[2.0, 0.0], [0.0, 4.0]]).numpy()
    array([[0.5 , 0.  ],
           [0.  , 0.25]], dtype=float32)
    """
    x = matrices("inv", x, square=True)
    return _lu_solve("inv", x, m.identity(x, x.shape[-1]))


def cholesky_inverse(x, upper=False):
    """The inverse of the matrix whose Cholesky factor is `x`.

    Args:
        x: triangles `(..., M, M)`, as `cholesky` returns them.
        upper: whether they are upper triangles.

    Returns:
        `(..., M, M)`: (L L^T)^-1, or (U^T U)^-1.

    Raises:
        ValueError: for matrices that are not square.

    >>> from keraunos import ops
    >>> ops.cholesky_inverse([[2.0, 0.0], [0.0, 1.0]]).numpy()
    array([[0.25, 0.  ],
           [0.  , 1.  ]], dtype=float32)
    """
    x = matrices("cholesky_inverse", x, square=True)
    inverse = m.triangular_solve(x, m.identity(x, x.shape[-1]), lower=not upper)
    if upper:
        return p.matmul(inverse, inverse, transpose_b=True)
    return p.matmul(m.transposed(inverse), inverse)


def _epsilon(dtype):
    return float(np.finfo(dtypes.compute(dtype)).eps)


def _pseudo_inverse(x, cutoff):
    """V diag(1 / s) U^T without singular values up to `cutoff` times the largest. Its gradient needs no vectors, which
    equal singular values leave open. Source: Golub and Pereyra, "The differentiation of pseudo-inverses and nonlinear
    least squares problems whose variables separate", SIAM J. Numer. Anal. 10, 1973."""

    @custom_gradient
    def inverse(x):
        u, values, vt = m.svd(x)
        kept = p.greater(values, p.multiply(p.max(values, -1, keepdims=True), cutoff))
        inverted = p.where(kept, p.divide(1.0, p.where(kept, values, p.scalar(1, values.dtype))), 0.0)
        found = p.matmul(
            p.multiply(m.transposed(vt), p.reshape(inverted, (*inverted.shape[:-1], 1, -1))), m.transposed(u)
        )

        def gradient(upstream):
            up, t = m.transposed(upstream), m.transposed(found)
            beside_rows = p.subtract(m.identity(x, x.shape[-2]), p.matmul(x, found))
            beside_columns = p.subtract(m.identity(x, x.shape[-1]), p.matmul(found, x))
            inner = p.negative(p.matmul(p.matmul(t, upstream), t))
            left = p.matmul(p.matmul(p.matmul(beside_rows, up), found), t)
            right = p.matmul(p.matmul(p.matmul(t, found), up), beside_columns)
            return p.add(inner, p.add(left, right))

        return found, gradient

    return inverse(x)


def pinv(x, rcond=None):
    """Moore-Penrose pseudo-inverses.

    Args:
        x: matrices `(..., M, N)`.
        rcond: singular values up to this share of the largest count as zero; default 10 max(M, N) times the rounding
            of the dtype.

    Returns:
        `(..., N, M)`.

    Raises:
        ValueError: for what is no matrix.

    >>> from keraunos import ops
    >>> ops.pinv([[2.0, 0.0], [0.0, 0.0], [0.0, 4.0]]).numpy().round(4)
    array([[0.5 , 0.  , 0.  ],
           [0.  , 0.  , 0.25]], dtype=float32)
    """
    x = matrices("pinv", x)
    if not x.size:
        return m.transposed(x)
    return _pseudo_inverse(x, 10.0 * max(x.shape[-2:]) * _epsilon(x.dtype) if rcond is None else rcond)


def lstsq(a, b, rcond=None):
    """The shortest x for which the length of a x - b is least.

    Args:
        a: matrix `(M, N)`.
        b: `(M,)` or `(M, K)`.
        rcond: singular values of `a` up to this share of the largest count as zero; default max(M, N) times the
            rounding of the dtype.

    Returns:
        `(N,)` or `(N, K)`.

    Raises:
        ValueError: for shapes that do not fit.

    >>> from keraunos import ops
    >>> ops.lstsq([[1.0], [1.0]], [1.0, 3.0]).numpy().round(4)
    array([2.], dtype=float32)
    """
    a, b = p.meet(as_tensor(a), as_tensor(b), floats=True)
    a, b = floating(a), floating(b)
    if a.ndim != 2 or b.ndim not in (1, 2) or b.shape[0] != a.shape[0]:
        raise ValueError(f"[lstsq] expected a (M, N) and b (M,) or (M, K), got shapes {a.shape} and {b.shape}")
    columns = p.reshape(b, (b.shape[0], 1)) if b.ndim == 1 else b
    cutoff = max(a.shape) * _epsilon(a.dtype) if rcond is None else rcond if rcond >= 0 else _epsilon(a.dtype)
    return _back(p.matmul(_pseudo_inverse(a, cutoff), columns), b.ndim == 1)
