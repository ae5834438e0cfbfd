"""`keras.ops.linalg`: determinants, ranks and norms."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import matrices as m
from keraunos.graph import primitives as p
from keraunos.ops.linalg.operands import matrices
from keraunos.ops.promotion import floating
from keraunos.ops.shapes import moveaxis


def det(x):
    """Determinants of square matrices.

    Args:
        x: `(..., M, M)`.

    Raises:
        ValueError: for matrices that are not square.

    >>> from keraunos import ops
    >>> float(ops.det([[1.0, 2.0], [4.0, 4.0]]))
    -4.0
    """
    factors, _, parity = m.lu(matrices("det", x, square=True))
    return p.multiply(p.prod(m.diagonal(factors), -1), parity)


def slogdet(x):
    """Signs and logarithms of the absolute values of determinants.

    Args:
        x: square matrices `(..., M, M)`.

    Returns:
        (signs `(...)`: 1, -1 or 0; logarithms `(...)`: minus infinity for singular matrices).

    Raises:
        ValueError: for matrices that are not square.

    >>> from keraunos import ops
    >>> [f"{float(part):.4f}" for part in ops.slogdet([[1.0, 2.0], [3.0, 4.0]])]
    ['-1.0000', '0.6931']
    """
    factors, _, parity = m.lu(matrices("slogdet", x, square=True))
    pivots = m.diagonal(factors)
    sign = p.multiply(p.prod(p.sign(pivots), -1), parity)
    return sign, p.sum(p.log(p.absolute(pivots)), -1)


def logdet(x):
    """Logarithms of the determinants of symmetric positive definite matrices.

    Args:
        x: `(..., M, M)`; the part above the diagonal is not read.

    Returns:
        `(...)`; NaN for matrices that are not positive definite.

    Raises:
        ValueError: for matrices that are not square.

    >>> from keraunos import ops
    >>> round(float(ops.logdet([[4.0, 2.0], [2.0, 5.0]])), 4)
    2.7726
    """
    factor = m.cholesky(matrices("logdet", x, square=True))
    return p.multiply(p.sum(p.log(m.diagonal(factor)), -1), 2.0)


def matrix_rank(x, tol=None):
    """Numbers of singular values above a bound.

    Args:
        x: matrices `(..., M, N)`.
        tol: the bound; default: the largest singular value times max(M, N) times the rounding of the dtype.

    Returns:
        int32 `(...)`.

    Raises:
        ValueError: for what is no matrix.

    >>> from keraunos import ops
    >>> int(ops.matrix_rank([[1.0, 2.0], [2.0, 4.0]]))
    1
    """
    x = matrices("matrix_rank", x)
    values = m.svd(x)[1]
    if tol is None:
        share = max(x.shape[-2:]) * float(np.finfo(dtypes.compute(x.dtype)).eps)
        tol = p.multiply(p.max(values, -1, keepdims=True), share)
    return p.sum(p.cast(p.greater(values, tol), "int32"), -1)


def norm(x, ord=None, axis=None, keepdims=False):
    """Norms of vectors or matrices.

    Args:
        x: tensor.
        ord: of vectors: a number n, `(sum |x|^n)^(1/n)`, 2 by default; 0, the number of elements that are not 0;
            infinity or minus infinity, the largest or smallest `|x|`. Of matrices: `"fro"` (default), the root of the
            sum of squares; `"nuc"`, the sum of singular values; 2 or -2, the largest or smallest of them; 1 or -1, the
            largest or smallest sum of a column's `|x|`; infinity or minus infinity, those of a row.
        axis: int: the axis of vectors; two: the axes of rows and columns of matrices; None: all: of a matrix for rank
            2, of the flattened tensor for another.
        keepdims: whether reduced axes stay with extent 1.

    Raises:
        ValueError: for an `ord` that vectors or matrices do not have, and other axes.

    >>> from keraunos import ops
    >>> float(ops.norm([3.0, 4.0])), float(ops.norm([[1.0, -7.0], [2.0, 3.0]], 1))
    (5.0, 10.0)
    """
    x = floating(x)
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
    axes = tuple(p.normalize_axis("norm", a, x.ndim) for a in axes)
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) != 2):
        return p.sqrt(p.sum(p.square(x), axes, keepdims))
    if len(axes) == 2:
        return _matrix_norm(x, ord, axes, keepdims)
    if len(axes) != 1 and axis is not None:
        raise ValueError(f"[norm] expected one axis of vectors or two of matrices, got {axis}")
    return _vector_norm(x, ord, axes, keepdims)


def _vector_norm(x, ord, axes, keepdims):
    if isinstance(ord, str):
        raise ValueError(f"[norm] vectors have no norm {ord!r}; expected a number")
    size = p.absolute(x)
    if ord == 0:
        return p.sum(p.cast(p.not_equal(x, 0), x.dtype), axes, keepdims)
    if ord == 1:
        return p.sum(size, axes, keepdims)
    if ord in (np.inf, -np.inf):
        return (p.max if ord > 0 else p.min)(size, axes, keepdims)
    return p.power(p.sum(p.power(size, float(ord)), axes, keepdims), 1.0 / ord)


def _matrix_norm(x, ord, axes, keepdims):
    if ord not in ("nuc", 1, -1, 2, -2, np.inf, -np.inf):
        raise ValueError(f"[norm] matrices have no norm {ord!r}; expected 'fro', 'nuc', 1, -1, 2, -2, inf or -inf")
    stack = moveaxis(x, axes, (-2, -1))
    if ord in ("nuc", 2, -2):
        values = m.svd(stack)[1]
        found = p.sum(values, -1) if ord == "nuc" else (p.max if ord > 0 else p.min)(values, -1)
    else:
        sums = p.sum(p.absolute(stack), -2 if ord in (1, -1) else -1)
        found = (p.max if ord > 0 else p.min)(sums, -1)
    return p.reshape(found, [1 if a in axes else n for a, n in enumerate(x.shape)]) if keepdims else found
