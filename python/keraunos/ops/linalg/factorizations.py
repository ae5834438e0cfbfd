"""`keras.ops.linalg`: matrices as products of others."""

from keraunos import _arguments
from keraunos.graph import matrices as m
from keraunos.graph import primitives as p
from keraunos.ops.linalg.operands import matrices, refuse


def cholesky(x, upper=False):
    """The triangle L with L L^T = x.

    Args:
        x: symmetric positive definite matrices `(..., M, M)`; the part above the diagonal is not read.
        upper: whether to return L^T.

    Returns:
        `(..., M, M)`, lower triangles, or upper ones.

    Raises:
        ValueError: for matrices that are not square, and not positive definite (inside a compiled function: NaN).

    >>> from keraunos import ops
    >>> ops.cholesky([[4.0, 2.0], [2.0, 5.0]]).numpy()
    array([[2., 0.],
           [1., 2.]], dtype=float32)
    """
    factor = m.cholesky(matrices("cholesky", x, square=True))
    refuse("cholesky", p.is_nan(factor), "the matrix is not positive definite")
    return m.transposed(factor) if upper else factor


def lu_factor(x):
    """LU decomposition with partial pivoting, as Keras has it on TensorFlow.

    Args:
        x: matrices `(..., M, N)`.

    Returns:
        (factors `(..., M, N)`, pivots `(..., M)` int32): L below the diagonal of the factors, without its ones, U on
        and above it; row i of `x` is row `pivots[i]` of L U.

    Raises:
        ValueError: for what is no matrix.

    >>> from keraunos import ops
    >>> factors, pivots = ops.lu_factor([[1.0, 2.0], [4.0, 4.0]])
    >>> factors.numpy().tolist(), pivots.numpy().tolist()
    ([[4.0, 4.0], [0.25, 1.0]], [1, 0])
    """
    factors, order, _ = m.lu(matrices("lu_factor", x))
    return factors, p.argsort(order)


def qr(x, mode="reduced"):
    """QR decomposition: Q with orthonormal columns, R upper triangular, Q R = x.

    Args:
        x: matrices `(..., M, N)`.
        mode: `"reduced"`: Q is `(..., M, K)` and R `(..., K, N)` with K the smaller of M and N; `"complete"`: K = M.

    Returns:
        (Q, R).

    Raises:
        ValueError: for what is no matrix, and other modes.

    >>> from keraunos import ops
    >>> q, r = ops.qr([[3.0, 1.0], [4.0, 2.0]])
    >>> (q @ r).numpy().round(4)
    array([[3., 1.],
           [4., 2.]], dtype=float32)
    """
    _arguments.one_of("qr", "mode", mode, ("reduced", "complete"))
    x = matrices("qr", x)
    if not x.size and x.shape[-2]:
        columns = x.shape[-2] if mode == "complete" else 0
        return m.identity(x, x.shape[-2])[..., :columns], p.reshape(x, (*x.shape[:-2], columns, x.shape[-1]))
    return m.qr(x, full=mode == "complete")


def eigh(x):
    """Eigenvalues and eigenvectors of symmetric matrices.

    Args:
        x: symmetric matrices `(..., M, M)`; the part above the diagonal is not read.

    Returns:
        (values `(..., M)`, ascending; vectors `(..., M, M)` in columns, of length 1, their largest elements positive).

    Raises:
        ValueError: for matrices that are not square.

    The vectors of equal eigenvalues are any basis of their space, and have no gradient.

    >>> from keraunos import ops
    >>> values, vectors = ops.eigh([[2.0, 1.0], [1.0, 2.0]])
    >>> values.numpy().round(4)
    array([1., 3.], dtype=float32)
    """
    return m.eigh(matrices("eigh", x, square=True))


def eig(x):
    """Eigenvalues of any square matrix are complex. There are no complex tensors, so this raises.

    Args:
        x: matrices `(..., M, M)`.

    Raises:
        NotImplementedError: always, with what to use instead.

    >>> from keraunos import ops
    >>> ops.eig([[0.0, 1.0], [-1.0, 0.0]])
    Traceback (most recent call last):
    NotImplementedError: [eig] eigenvalues are complex, and tensors are not; use ops.eigh for symmetric matrices
    """
    raise NotImplementedError("[eig] eigenvalues are complex, and tensors are not; use ops.eigh for symmetric matrices")


def svd(x, full_matrices=True, compute_uv=True):
    """Singular value decomposition: U diag(values) V^T = x.

    Args:
        x: matrices `(..., M, N)`; K is the smaller of M and N.
        full_matrices: whether U and V^T are square, completed with orthonormal columns and rows.
        compute_uv: whether to return U and V^T too.

    Returns:
        (U `(..., M, M)` or `(..., M, K)`, values `(..., K)`, descending, V^T `(..., N, N)` or `(..., K, N)`), or the
        values alone. The largest element of each of U's first K columns is positive.

    Raises:
        ValueError: for what is no matrix.

    The vectors of equal singular values are any basis of their space, and have no gradient; nor have those that
    complete U and V^T.

    >>> from keraunos import ops
    >>> ops.svd([[3.0, 0.0], [0.0, -5.0]], compute_uv=False).numpy()
    array([5., 3.], dtype=float32)
    """
    x = matrices("svd", x)
    u, values, vt = m.svd(x)
    if not compute_uv:
        return values
    if full_matrices:
        u, vt = _completed(u), m.transposed(_completed(m.transposed(vt)))
    return u, values, vt


def _completed(columns):
    """Orthonormal columns, and more of them until the matrix is square."""
    rows, count = columns.shape[-2:]
    if rows == count:
        return columns
    if not count:
        return m.identity(columns, rows)
    basis, _ = m.qr(columns, full=True)
    return p.concatenate([columns, p.stop_gradient(basis)[..., count:]], -1)
