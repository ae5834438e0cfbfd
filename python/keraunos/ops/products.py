"""`keras.ops`, products: dot, tensordot, einsum and diagonals."""

import builtins

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.primitives import (
    matmul,
    multiply,
    reshape,
    sum,
    transpose,
)
from keraunos.graph.trace import as_tensor
from keraunos.ops.shapes import moveaxis, ravel

__all__ = ["diag", "dot", "einsum", "matmul", "outer", "tensordot", "trace", "vdot"]


def dot(x1, x2):
    """NumPy's dot: product of scalars, inner product of vectors, else the sum over the last axis of `x1` and the second
    to last of `x2`."""
    x1, x2 = as_tensor(x1), as_tensor(x2)
    if x1.ndim == 0 or x2.ndim == 0:
        return multiply(x1, x2)
    if x2.ndim <= 2:
        return matmul(x1, x2)
    return tensordot(x1, x2, [[x1.ndim - 1], [x2.ndim - 2]])


def vdot(x1, x2):
    """Inner product of the flattened operands."""
    return sum(multiply(ravel(x1), ravel(x2)))


def outer(x1, x2):
    """Products of all pairs of elements."""
    return multiply(reshape(x1, (-1, 1)), reshape(x2, (1, -1)))


def tensordot(x1, x2, axes=2):
    """Sum of products over the given pairs of axes."""
    x1, x2 = as_tensor(x1), as_tensor(x2)
    if isinstance(axes, int):
        axes = [[*range(x1.ndim - axes, x1.ndim)], [*range(axes)]]
    first, second = ([a] if isinstance(a, int) else list(a) for a in axes)
    first, second = [a % x1.ndim for a in first], [a % x2.ndim for a in second]
    free1 = [a for a in range(x1.ndim) if a not in first]
    free2 = [a for a in range(x2.ndim) if a not in second]
    inner = int(np.prod([x1.shape[a] for a in first], dtype=np.int64))
    left = reshape(transpose(x1, free1 + first), (-1, inner)) if inner else reshape(x1, (-1, 0))
    right = reshape(transpose(x2, second + free2), (inner, -1)) if inner else reshape(x2, (0, -1))
    return reshape(matmul(left, right), [x1.shape[a] for a in free1] + [x2.shape[a] for a in free2])


def einsum(subscripts, *operands):
    """Einstein summation of explicit or implicit form without ellipsis, two operands at a time."""
    # A submodule called einsum would take the function's place in the package once it is imported.
    from keraunos.ops.einstein import einsum as evaluate

    return evaluate(subscripts, *operands)


def diag(x, k=0):
    """Matrix with `x` on diagonal k, or diagonal k of a matrix."""
    x = as_tensor(x)
    if x.ndim == 1:
        size = x.size + builtins.abs(k)
        rows = np.arange(x.size) + (-k if k < 0 else 0)
        cells = rows * size + np.arange(x.size) + (k if k > 0 else 0)
        return reshape(p.scatter_add(x, cells.astype(np.int32), size * size), (size, size))
    rows, columns = x.shape
    cells = np.flatnonzero(np.eye(rows, columns, k, dtype=bool)).astype(np.int32)
    return p.take(reshape(x, (-1,)), cells)


def trace(x, offset=0, axis1=0, axis2=1):
    """Sum of the diagonal of the last two axes (axis1, axis2)."""
    x = as_tensor(x)
    x = moveaxis(x, (axis1, axis2), (-2, -1))
    mask = as_tensor(np.eye(*x.shape[-2:], offset), x.dtype)
    return sum(multiply(x, mask), (-2, -1))
