"""Linear algebra: factorizations of stacks of matrices and triangular systems, with gradients that are products and
triangular systems again.

Gradients after Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation",
2008, except where another source is named. A bar is a cotangent: `da` is that of `a`.
"""

import numpy as np

from keraunos.graph import matrices as m
from keraunos.graph import primitives as p
from keraunos.graph.opdef import define

NANOSECONDS = 0.5  # per multiply-add: vectors, but nothing stays in registers


def _count(tensor, trailing):
    return int(np.prod(tensor.shape[: tensor.ndim - trailing], dtype=np.int64))


def _checked(name, square=False):
    def check(x):
        if x.ndim < 2 or (square and x.shape[-1] != x.shape[-2]):
            raise ValueError(
                f"[{name}] expected {'square ' if square else ''}matrices (..., m, n), got shape {x.shape}"
            )
        return x

    return check


def _lower(node, builder, multiply_adds, others=0, work=0, flags=(0, 0, 0)):
    """Emits the op's instruction; `multiply_adds` and `work` (elements) are for one matrix."""
    x = node.inputs[0]
    count, (rows, columns) = _count(x, 2), x.shape[-2:]
    writes = [builder.buffer(t) for t in node.outputs]
    if work:
        writes.append(builder.scratch(count * work, x.dtype))
    builder.emit(node.op.name, x.dtype, (count, rows, columns, others, *map(int, flags)),
                 reads=[builder.buffer(t) for t in node.inputs], writes=writes, units=count,
                 row_reads=[True] * len(node.inputs), row_writes=[True] * len(writes),
                 nanoseconds=count * (100 + multiply_adds * NANOSECONDS))  # fmt: skip


def _stacks(*shapes, dtypes=("float32", "float64")):
    """A sampler: normal matrices of these shapes in each dtype."""
    return lambda rng: [([rng.normal(size=s).astype(d)], {}) for d in dtypes for s in shapes]


# cholesky -------------------------------------------------------------------------------------------------------------


def _gradient_cholesky(node, dl):
    """S = L^-T P(L^T dL) L^-1, symmetrized; P takes the lower triangle and half of the diagonal."""
    factor = node.outputs[0]
    inner = p.matmul(factor, dl, transpose_a=True)
    inner = p.subtract(m.lower(inner), p.multiply(m.as_diagonal(m.diagonal(inner)), 0.5))
    left = m.triangular_solve(factor, inner, transposed=True)
    return (m.symmetric(m.transposed(m.triangular_solve(factor, m.transposed(left), transposed=True))),)


def _positive_definite(rng):
    cases = []
    for (x,), attrs in _stacks((4, 4), (3, 7, 7), (1, 1), (33, 33))(rng):
        cases.append(([x @ x.swapaxes(-1, -2) + 4 * np.eye(x.shape[-1], dtype=x.dtype)], attrs))
    return cases


define(
    "cholesky",
    infer=lambda inputs: [(_checked("cholesky", True)(inputs[0]).shape, inputs[0].dtype)],
    reference=lambda x: np.linalg.cholesky((x + x.swapaxes(-1, -2)) / 2),
    gradient=_gradient_cholesky,
    lower=lambda node, builder: _lower(node, builder, node.inputs[0].shape[-1] ** 3 / 6),
    sample=_positive_definite,
)

# triangular_solve -----------------------------------------------------------------------------------------------------


def _infer_solve(inputs, lower, transposed, unit_diagonal):
    t, b = inputs
    _checked("triangular_solve", True)(t)
    if b.ndim != t.ndim or b.shape[:-1] != t.shape[:-1]:
        raise ValueError(f"[triangular_solve] a right-hand side {b.shape} does not fit triangles {t.shape}")
    return [(b.shape, b.dtype)]


def _triangle(t, lower, unit_diagonal):
    t = np.tril(t) if lower else np.triu(t)
    eye = np.eye(t.shape[-1], dtype=t.dtype)
    return t * (1 - eye) + eye if unit_diagonal else t


def _reference_solve(t, b, lower, transposed, unit_diagonal):
    t = _triangle(t, lower, unit_diagonal)
    return np.linalg.solve(t.swapaxes(-1, -2) if transposed else t, b).astype(b.dtype)


def _gradient_solve(node, dx):
    """dB = T^-T dX, dT = -dB X^T within the triangle; transposed likewise."""
    t, x, a = node.inputs[0], node.outputs[0], node.attrs
    db = m.triangular_solve(t, dx, a["lower"], not a["transposed"], a["unit_diagonal"])
    dt = p.negative(p.matmul(x, db, transpose_b=True) if a["transposed"] else p.matmul(db, x, transpose_b=True))
    beside = int(a["unit_diagonal"])
    return (m.lower(dt, -beside) if a["lower"] else m.upper(dt, beside)), db


def _sample_solve(rng):
    cases = []
    for dtype in ("float32", "float64"):
        for shape, columns in [((5, 5), 3), ((2, 17, 17), 1), ((1, 1), 4), ((34, 34), 20)]:
            for flags in range(8):
                # A heavy diagonal: random triangles are as good as singular.
                t = (rng.normal(size=shape) / shape[-1] + 2 * np.eye(shape[-1])).astype(dtype)
                attrs = {"lower": bool(flags & 1), "transposed": bool(flags & 2), "unit_diagonal": bool(flags & 4)}
                cases.append(([t, rng.normal(size=(*shape[:-1], columns)).astype(dtype)], attrs))
    return cases


def _lower_solve(node, builder):
    t, b = node.inputs
    _lower(node, builder, t.shape[-1] ** 2 * b.shape[-1] / 2, others=b.shape[-1], flags=node.attrs.values())


define(
    "triangular_solve",
    infer=_infer_solve,
    reference=_reference_solve,
    gradient=_gradient_solve,
    lower=_lower_solve,
    sample=_sample_solve,
)

# lu -------------------------------------------------------------------------------------------------------------------


def _reference_lu(x):
    rows, columns = x.shape[-2:]
    stack = x.reshape(-1, rows, columns).copy()
    orders = np.tile(np.arange(rows, dtype=np.int32), (len(stack), 1))
    parities = np.ones(len(stack), x.dtype)
    for number, (a, order) in enumerate(zip(stack, orders, strict=True)):
        for k in range(min(rows, columns)):
            pivot = k + int(np.abs(a[k:, k]).argmax())
            if pivot != k:
                a[[k, pivot]], order[[k, pivot]] = a[[pivot, k]], order[[pivot, k]]
                parities[number] *= -1
            if a[k, k] != 0:
                a[k + 1 :, k] /= a[k, k]
                a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return stack.reshape(x.shape), orders.reshape(x.shape[:-1]), parities.reshape(x.shape[:-2])


def _infer_lu(inputs):
    x = _checked("lu")(inputs[0])
    return [(x.shape, x.dtype), (x.shape[:-1], "int32"), (x.shape[:-2], x.dtype)]


def _gradient_lu(node, dlu, dorder, dparity):
    """From P dA = dL U + L dU: L^-1 P dA U^-1 is strictly lower (L^-1 dL) plus upper (dU U^-1), so that
    P dA_bar = L^-T (strictly lower part of L^T L_bar + upper part of U_bar U^T) U^-T."""
    x, (factors, order, _) = node.inputs[0], node.outputs
    if x.shape[-1] != x.shape[-2]:
        raise ValueError(f"[lu] only square matrices have a gradient, got shape {x.shape}")
    if dlu is None:
        return (None,)
    lower = p.add(m.lower(factors, -1), p.as_tensor(np.eye(x.shape[-1]), x.dtype))
    inner = p.add(
        m.lower(p.matmul(lower, m.lower(dlu, -1), transpose_a=True), -1),
        m.upper(p.matmul(m.upper(dlu), m.upper(factors), transpose_b=True)),
    )
    left = m.triangular_solve(factors, inner, transposed=True, unit_diagonal=True)
    found = m.transposed(m.triangular_solve(factors, m.transposed(left), lower=False))
    return (m.rows_at(found, p.argsort(order)),)


define(
    "lu",
    infer=_infer_lu,
    reference=_reference_lu,
    gradient=_gradient_lu,
    lower=lambda node, builder: _lower(node, builder, np.prod(node.inputs[0].shape[-2:]) * min(node.inputs[0].shape[-2:]) / 2),
    sample=lambda rng: [*_stacks((5, 5), (3, 4, 4), (1, 1), (35, 35))(rng),
                        *_stacks((4, 7), (2, 7, 4), dtypes=["float32"])(rng)],
)  # fmt: skip

# qr -------------------------------------------------------------------------------------------------------------------


def _columns(x, full):
    return x.shape[-2] if full else min(x.shape[-2:])


def _infer_qr(inputs, full):
    x = _checked("qr")(inputs[0])
    columns = _columns(x, full)
    return [((*x.shape[:-1], columns), x.dtype), ((*x.shape[:-2], columns, x.shape[-1]), x.dtype)]


def _gradient_qr(node, dq, dr):
    """For m >= n: (dQ + Q S) R^-T with S symmetric, its lower triangle that of R dR^T - dQ^T Q. Source: Walter and Lehmann,
    "Algorithmic differentiation of linear algebra functions with application in optimum experimental design", 2010.
    For m < n the columns after the square part X of A = [X Y] are Q^T Y: Roberts and Roberts, "QR and LQ decomposition
    matrix backpropagation algorithms for square, wide, and deep matrices", 2020."""
    x, (q, r) = node.inputs[0], node.outputs
    rows, columns = x.shape[-2:]
    if node.attrs["full"] and rows > columns:
        raise ValueError(f"[qr] mode='complete' has no gradient for more rows than columns, got shape {x.shape}")
    dq = p.broadcast_to(p.scalar(0, q.dtype), q.shape) if dq is None else dq
    dr = p.broadcast_to(p.scalar(0, r.dtype), r.shape) if dr is None else dr
    if rows >= columns:
        return (_gradient_tall_qr(q, r, dq, dr),)
    dq = p.add(dq, p.matmul(x[..., rows:], dr[..., rows:], transpose_b=True))
    square = _gradient_tall_qr(q, r[..., :rows], dq, dr[..., :rows])
    return (p.concatenate([square, p.matmul(q, dr[..., rows:])], -1),)


def _gradient_tall_qr(q, r, dq, dr):
    inner = p.subtract(p.matmul(r, dr, transpose_b=True), p.matmul(dq, q, transpose_a=True))
    inner = p.add(m.lower(inner), m.transposed(m.lower(inner, -1)))
    found = p.add(dq, p.matmul(q, inner))
    return m.transposed(m.triangular_solve(r, m.transposed(found), lower=False))


def _lower_qr(node, builder):
    x = node.inputs[0]
    rows, columns = x.shape[-2:]
    others, least = _columns(x, node.attrs["full"]), min(rows, columns)
    _lower(node, builder, 2 * rows * least * max(columns, others), others=others,
           work=rows * columns + least + max(columns, others))  # fmt: skip


def _sample_qr(rng):
    cases = [(a, {"full": f}) for a, _ in _stacks((5, 5), (3, 6, 4), (4, 7), (1, 1))(rng) for f in (False, True)]
    # Where more rows than columns are completed there is no gradient.
    return [
        c for c in cases if not c[1]["full"] or c[0][0].dtype == np.float32 or c[0][0].shape[-2] <= c[0][0].shape[-1]
    ]


define(
    "qr",
    infer=_infer_qr,
    reference=lambda x, full: tuple(np.linalg.qr(x, "complete" if full else "reduced")),
    gradient=_gradient_qr,
    lower=_lower_qr,
    sample=_sample_qr,
)

# eigh -----------------------------------------------------------------------------------------------------------------


def _forwards(vectors):
    """1 or -1 for each column: what makes its largest element positive."""
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(-2)[..., None, :], -2)
    return np.where(largest < 0, -1, 1).astype(vectors.dtype)


def _reference_eigh(x):
    values, vectors = np.linalg.eigh((x + x.swapaxes(-1, -2)) / 2)
    return values, vectors * _forwards(vectors)


def _infer_eigh(inputs):
    x = _checked("eigh", True)(inputs[0])
    return [(x.shape[:-1], x.dtype), (x.shape, x.dtype)]


def _differences(values):
    """1 / (values[j] - values[i]) for i != j, 0 on the diagonal and between equals, where the vectors are not
    determined."""
    gap = p.subtract(p.reshape(values, (*values.shape[:-1], 1, -1)), p.reshape(values, (*values.shape, 1)))
    equal = p.equal(gap, 0)
    return p.where(equal, p.zeros_like_scalar(gap), p.divide(1.0, p.where(equal, p.scalar(1, gap.dtype), gap)))


def _gradient_eigh(node, dvalues, dvectors):
    """V (diag(dvalues) + F o (V^T dV)) V^T, symmetrized, with F[i, j] = 1 / (values[j] - values[i])."""
    values, vectors = node.outputs
    inner = None if dvalues is None else m.as_diagonal(dvalues)
    if dvectors is not None:
        turned = p.multiply(_differences(values), p.matmul(vectors, dvectors, transpose_a=True))
        inner = turned if inner is None else p.add(inner, turned)
    return (m.symmetric(p.matmul(p.matmul(vectors, inner), vectors, transpose_b=True)),)


def _sample_eigh(rng):
    cases = []
    for dtype in ("float32", "float64"):
        for shape in [(1, 1), (4, 4), (2, 6, 6), (19, 19)]:
            n = shape[-1]
            # Eigenvalues apart from one another: vectors of close ones are not determined.
            q = np.linalg.qr(rng.normal(size=shape))[0]
            x = (q * (np.arange(n) + 1 + 0.5 * rng.random(n)) * (-1) ** np.arange(n)) @ q.swapaxes(-1, -2)
            cases.append(([((x + x.swapaxes(-1, -2)) / 2).astype(dtype)], {}))
    return cases


def _lower_eigh(node, builder):
    n = node.inputs[0].shape[-1]
    _lower(node, builder, 6 * n**3, work=n * n + 2 * n)


define(
    "eigh",
    infer=_infer_eigh,
    reference=_reference_eigh,
    gradient=_gradient_eigh,
    lower=_lower_eigh,
    sample=_sample_eigh,
)

# svd ------------------------------------------------------------------------------------------------------------------


def _reference_svd(x):
    u, values, vt = np.linalg.svd(x, full_matrices=False)
    signs = _forwards(u)
    return u * signs, values, vt * np.swapaxes(signs, -1, -2)


def _infer_svd(inputs):
    x = _checked("svd")(inputs[0])
    *leading, rows, columns = x.shape
    k = min(rows, columns)
    return [((*leading, rows, k), x.dtype), ((*leading, k), x.dtype), ((*leading, k, columns), x.dtype)]


def _gradient_svd(node, du, dvalues, dvt):
    """U (F o (U^T dU - dU^T U) S + diag(ds) + S F o (V^T dV - dV^T V)) V^T + (I - U U^T) dU S^-1 V^T
    + U S^-1 dV^T (I - V V^T), with F[i, j] = 1 / (s[j]^2 - s[i]^2). Source: Townsend, "Differentiating the singular value
    decomposition", 2016."""
    u, values, vt = node.outputs
    rows, columns = node.inputs[0].shape[-2:]
    k = values.shape[-1]
    zero = p.equal(values, 0)
    inverse = p.where(
        zero, p.zeros_like_scalar(values), p.divide(1.0, p.where(zero, p.scalar(1, values.dtype), values))
    )
    across, down = p.reshape(values, (*values.shape[:-1], 1, k)), p.reshape(values, (*values.shape, 1))
    inverse_across, inverse_down = p.reshape(inverse, across.shape), p.reshape(inverse, down.shape)
    inner = p.broadcast_to(p.scalar(0, u.dtype), (*values.shape, k)) if dvalues is None else m.as_diagonal(dvalues)
    factors = _differences(p.square(values))
    beside_u, beside_v = None, None
    if du is not None:
        turned = p.matmul(u, du, transpose_a=True)
        inner = p.add(inner, p.multiply(p.multiply(factors, p.subtract(turned, m.transposed(turned))), across))
        if rows > k:
            beside_u = p.multiply(p.subtract(du, p.matmul(u, turned)), inverse_across)
    if dvt is not None:
        turned = p.matmul(vt, dvt, transpose_b=True)
        inner = p.add(inner, p.multiply(down, p.multiply(factors, p.subtract(turned, m.transposed(turned)))))
        if columns > k:
            beside_v = p.multiply(inverse_down, p.subtract(dvt, p.matmul(turned, vt, transpose_a=True)))
    left = p.matmul(u, inner)
    found = p.matmul(left if beside_u is None else p.add(left, beside_u), vt)
    return (found if beside_v is None else p.add(found, p.matmul(u, beside_v)),)


def _sample_svd(rng):
    cases = []
    for dtype in ("float32", "float64"):
        for shape in [(1, 1), (4, 4), (2, 7, 3), (3, 8), (21, 18)]:
            k = min(shape[-2:])
            u, _, vt = np.linalg.svd(rng.normal(size=shape), full_matrices=False)
            # Values 4 apart: LAPACK's vectors of these 7 x 3 matrices err by 36 roundings (ours by 2), for which the
            # generated test has room where elements are not small.
            cases.append(([((u * 4 * (np.arange(k, 0, -1) + 0.3 * rng.random(k))) @ vt).astype(dtype)], {}))
    return cases


def _lower_svd(node, builder):
    rows, columns = node.inputs[0].shape[-2:]
    k = min(rows, columns)
    _lower(node, builder, 20 * rows * columns * k, work=rows * columns + k * k + k)


define(
    "svd",
    infer=_infer_svd,
    reference=_reference_svd,
    gradient=_gradient_svd,
    lower=_lower_svd,
    sample=_sample_svd,
)
