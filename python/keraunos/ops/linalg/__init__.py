"""`keras.ops.linalg`: factorizations, systems of equations and norms of matrices `(..., M, N)`."""

from keraunos.ops.derivatives import jvp as jvp
from keraunos.ops.linalg.factorizations import cholesky, eig, eigh, lu_factor, qr, svd
from keraunos.ops.linalg.magnitudes import det, logdet, matrix_rank, norm, slogdet
from keraunos.ops.linalg.systems import cholesky_inverse, inv, lstsq, pinv, solve, solve_triangular

__all__ = [
    "cholesky", "cholesky_inverse", "det", "eig", "eigh", "inv", "logdet", "lstsq", "lu_factor", "matrix_rank", "norm",
    "pinv", "qr", "slogdet", "solve", "solve_triangular", "svd",
]  # fmt: skip
