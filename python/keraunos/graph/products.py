"""Matrix products of any rank, in terms of the primitive `matmul` on (batch..., m, k) x (batch..., k, n)."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import primitives as p


def matmul(a, b, transpose_a=False, transpose_b=False):
    """NumPy's rules: rank-1 operands gain an axis and lose it again, leading axes broadcast."""
    if a.ndim == 0 or b.ndim == 0:
        raise ValueError(f"[matmul] expected operands of rank 1 or more, got shapes {a.shape} and {b.shape}")
    vector_a, vector_b = a.ndim == 1, b.ndim == 1
    a = p.reshape(a, (1, a.size)) if vector_a else a
    b = p.reshape(b, (b.size, 1)) if vector_b else b
    if b.ndim == 2 and a.ndim > 2 and not transpose_a:
        # Many matrices times one: the leading axes are just more rows.
        out = _apply(p.reshape(a, (-1, a.shape[-1])), b, False, transpose_b)
        out = p.reshape(out, (*a.shape[:-1], out.shape[-1]))
    else:
        try:
            leading = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        except ValueError:
            raise ValueError(f"[matmul] leading axes cannot be broadcast: {a.shape} and {b.shape}") from None
        a = p.broadcast_to(a, (*leading, *a.shape[-2:]))
        b = p.broadcast_to(b, (*leading, *b.shape[-2:]))
        out = _apply(a, b, transpose_a, transpose_b)
    if vector_a:
        out = p.reshape(out, (*out.shape[:-2], out.shape[-1]))
    return p.reshape(out, out.shape[:-1]) if vector_b else out


def _apply(a, b, transpose_a, transpose_b):
    if not dtypes.is_float(a.dtype):
        # Integer products have no kernel: doubles are exact up to 2**53.
        exact = p._apply(
            "matmul", (p.cast(a, "float64"), p.cast(b, "float64")), transpose_a=transpose_a, transpose_b=transpose_b
        )
        return p.cast(exact, a.dtype)
    return p._apply("matmul", (a, b), transpose_a=transpose_a, transpose_b=transpose_b)
