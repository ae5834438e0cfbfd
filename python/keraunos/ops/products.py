"""`keras.ops`, products of vectors, matrices and tensors."""

import numpy as np

from keraunos import _arguments
from keraunos.graph import primitives as p
from keraunos.graph.primitives import multiply, reshape, transpose
from keraunos.graph.trace import as_tensor
from keraunos.ops.convolutions import conv
from keraunos.ops.promotion import precise
from keraunos.ops.shapes import flip, moveaxis, ravel


def matmul(x1, x2):
    """Matrix product of the last two axes; leading axes broadcast. Rank-1 operands as in NumPy."""
    return p.matmul(x1, x2)


def dot(x1, x2):
    """NumPy's dot: product of scalars, inner product of vectors, else the sum over the last axis of `x1` and the second
    to last of `x2`."""
    x1, x2 = as_tensor(x1), as_tensor(x2)
    if x1.ndim == 0 or x2.ndim == 0:
        return multiply(x1, x2)
    if x2.ndim <= 2:
        return p.matmul(x1, x2)
    return tensordot(x1, x2, [[x1.ndim - 1], [x2.ndim - 2]])


def inner(x1, x2):
    """Sums of products over the last axes of `x1` and `x2`; product, when one is a scalar.

    >>> from keraunos import ops
    >>> float(ops.inner([1.0, 2.0], [3.0, 4.0]))
    11.0
    """
    x1, x2 = as_tensor(x1), as_tensor(x2)
    return multiply(x1, x2) if x1.ndim == 0 or x2.ndim == 0 else tensordot(x1, x2, [[-1], [-1]])


def vdot(x1, x2):
    """Inner product of the flattened operands."""
    return p.matmul(ravel(x1), ravel(x2))


def outer(x1, x2):
    """Products of all pairs of elements."""
    return multiply(reshape(x1, (-1, 1)), reshape(x2, (1, -1)))


def kron(x1, x2):
    """Kronecker product: `x2` in the place of each element of `x1`, multiplied with it.

    >>> from keraunos import ops
    >>> ops.kron([1, 10], [[1, 2], [3, 4]]).numpy().tolist()
    [[1, 2, 10, 20], [3, 4, 30, 40]]
    """
    x1, x2 = p.meet(as_tensor(x1), as_tensor(x2))
    rank = max(x1.ndim, x2.ndim)
    x1, x2 = (reshape(x, (1,) * (rank - x.ndim) + x.shape) for x in (x1, x2))
    product = multiply(
        reshape(x1, [n for extent in x1.shape for n in (extent, 1)]),
        reshape(x2, [n for extent in x2.shape for n in (1, extent)]),
    )
    return reshape(product, [a * b for a, b in zip(x1.shape, x2.shape, strict=True)])


def cross(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """Cross products of vectors of two or three elements; of two of two elements each the third component alone.

    Args:
        x1, x2: tensors whose other axes broadcast.
        axisa, axisb: the axes of the vectors.
        axisc: the axis of the vectors in the result.
        axis: stands for all three.

    Raises:
        ValueError: for vectors of another size.

    >>> from keraunos import ops
    >>> ops.cross([1, 0, 0], [0, 1, 0]).numpy()
    array([0, 0, 1], dtype=int32)
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    x1, x2 = p.meet(as_tensor(x1), as_tensor(x2))
    x1, x2 = moveaxis(x1, axisa, -1), moveaxis(x2, axisb, -1)
    if x1.shape[-1] not in (2, 3) or x2.shape[-1] not in (2, 3):
        raise ValueError(f"[cross] expected vectors of 2 or 3 elements, got shapes {x1.shape} and {x2.shape}")
    a, b = ([x[..., i] for i in range(x.shape[-1])] for x in (x1, x2))
    third = p.subtract(multiply(a[0], b[1]), multiply(a[1], b[0]))
    if len(a) == len(b) == 2:
        return third
    zero = p.zeros_like_scalar(third)
    a, b = (v if len(v) == 3 else [*v, zero] for v in (a, b))
    first = p.subtract(multiply(a[1], b[2]), multiply(a[2], b[1]))
    second = p.subtract(multiply(a[2], b[0]), multiply(a[0], b[2]))
    parts = [reshape(p.broadcast_to(c, third.shape), (*third.shape, 1)) for c in (first, second, third)]
    return moveaxis(p.concatenate(parts, -1), -1, axisc)


def tensordot(x1, x2, axes=2):
    """Sum of products over pairs of axes.

    Args:
        x1, x2: tensors.
        axes: int n: the last n of `x1` with the first n of `x2`; or [axes of `x1`, axes of `x2`].

    Raises:
        ValueError: for axes whose extents differ.
    """
    x1, x2 = as_tensor(x1), as_tensor(x2)
    if isinstance(axes, int):
        axes = [[*range(x1.ndim - axes, x1.ndim)], [*range(axes)]]
    first, second = ([a] if isinstance(a, int) else list(a) for a in axes)
    first = [p.normalize_axis("tensordot", a, x1.ndim) for a in first]
    second = [p.normalize_axis("tensordot", a, x2.ndim) for a in second]
    if [x1.shape[a] for a in first] != [x2.shape[a] for a in second]:
        raise ValueError(f"[tensordot] axes {first} of {x1.shape} and {second} of {x2.shape} do not fit each other")
    free1 = [a for a in range(x1.ndim) if a not in first]
    free2 = [a for a in range(x2.ndim) if a not in second]
    inner = int(np.prod([x1.shape[a] for a in first], dtype=np.int64))
    rows = int(np.prod([x1.shape[a] for a in free1], dtype=np.int64))
    columns = int(np.prod([x2.shape[a] for a in free2], dtype=np.int64))
    left = reshape(transpose(x1, free1 + first), (rows, inner))
    right = reshape(transpose(x2, second + free2), (inner, columns))
    return reshape(p.matmul(left, right), [x1.shape[a] for a in free1] + [x2.shape[a] for a in free2])


def einsum(subscripts, *operands, **kwargs):
    """Einstein summation, of explicit or implicit form, two operands at a time.

    Args:
        subscripts: such as `"ij,jk->ik"` or `"...ij,...jk->...ik"`.
        operands: tensors.
        kwargs: `optimize` and the like are accepted; products are taken from left to right.

    Raises:
        ValueError: for subscripts that do not fit the operands.
    """
    # A submodule called einsum would take the function's place in the package once it is imported.
    from keraunos.ops.einstein import einsum as evaluate

    return evaluate(subscripts, *operands)


def correlate(x1, x2, mode="valid"):
    """Cross-correlation of two vectors: sums of `x1[n + k] * x2[n]` over n.

    Args:
        x1, x2: vectors.
        mode: which k: `"valid"` (the shorter vector lies within the longer one), `"same"` (as many as the longer one
            has elements) or `"full"` (all).

    Raises:
        ValueError: for other modes, and for operands that are no vectors with elements.

    >>> from keraunos import ops
    >>> ops.correlate([1.0, 2.0, 3.0], [0.0, 1.0]).numpy()
    array([2., 3.], dtype=float32)
    """
    _arguments.one_of("correlate", "mode", mode, ("valid", "same", "full"))
    x1, x2 = precise(as_tensor(x1), as_tensor(x2))
    if x1.ndim != 1 or x2.ndim != 1 or not x1.size or not x2.size:
        raise ValueError(f"[correlate] expected two vectors with elements, got shapes {x1.shape} and {x2.shape}")
    if mode == "valid" and x1.size < x2.size:
        return flip(correlate(x2, x1, mode))
    around = 0 if mode == "valid" else x2.size - 1
    found = ravel(conv(reshape(p.pad(x1, [(around, around)]), (1, -1, 1)), reshape(x2, (-1, 1, 1)),
                       data_format="channels_last"))  # fmt: skip
    if mode != "same":
        return found
    longest = max(x1.size, x2.size)
    first = (found.size - longest) // 2
    return found[first : first + longest]


def vander(x, N=None, increasing=False):
    """Vandermonde matrix: the powers of the elements of a vector, one row each.

    Args:
        x: vector.
        N: number of columns; default: the size of `x`.
        increasing: whether powers grow from left to right.

    Raises:
        ValueError: for another rank.

    >>> from keraunos import ops
    >>> ops.vander([1, 2, 3], increasing=True).numpy().tolist()
    [[1, 1, 1], [1, 2, 4], [1, 3, 9]]
    """
    x = as_tensor(x)
    if x.ndim != 1:
        raise ValueError(f"[vander] expected a vector, got shape {x.shape}")
    # Products rather than powers, whose derivative at 0 is 0 times infinity.
    power, columns = p.broadcast_to(p.scalar(1, x.dtype), x.shape), []
    for _ in range(x.size if N is None else N):
        columns.append(reshape(power, (-1, 1)))
        power = multiply(power, x)
    if not columns:
        return reshape(x[:0], (x.size, 0)) if x.size else reshape(x, (0, 0))
    return p.concatenate(columns if increasing else columns[::-1], 1)
