"""Cases of keras.ops that NumPy has too: name -> (function of ops, function of NumPy, arguments)."""

import math

import numpy as np
from keraunos import ops

RNG = np.random.default_rng(61)
A = RNG.uniform(0.3, 2.0, (3, 4))
B = RNG.uniform(0.3, 2.0, (3, 4))
M = RNG.normal(size=(4, 5))
C = RNG.normal(size=(2, 3, 4))
ROW = np.array([1.0, -2.0, 0.5, 3.0])
WHOLE = np.array([[3, -1, 0, 7], [2, 2, -5, 1]])

ELEMENTWISE = """abs absolute ceil cos cosh exp exp2 expm1 floor log log10 log1p log2 negative reciprocal sign sin sinh
sqrt square tan tanh arctan arcsinh isfinite isinf isnan ravel transpose flip any all max min mean sum prod var std
median argmax argmin size ndim triu tril trace squeeze nan_to_num count_nonzero diff copy ones_like zeros_like amax amin
array""".split()
BINARY = """add subtract multiply divide true_divide maximum minimum power arctan2 equal not_equal less less_equal
greater greater_equal logaddexp isclose allclose vdot outer append""".split()
OF_INTEGERS = "add subtract multiply floor_divide mod maximum equal less true_divide".split()
REDUCTIONS = "sum mean max min prod var std any all".split()
ALONG = "sort argsort cumsum argmax argmin median flip diff count_nonzero".split()
EINSUMS = {
    "ij,jk->ik": (A, M), "ij,jk": (A, M), "ij->ji": (A,), "ij->": (A,), "ii->i": (C[0, :3, :3],), "ii": (A[:, :3],),
    "i,j->ij": (ROW, ROW), "bij,jk->bik": (C, M), "bij,bij->b": (C, C + 1), "ij,ij->ij": (A, B), "b i j -> j": (C,),
    "ij,jk,kl->il": (A, M, RNG.normal(size=(5, 2))), "ij,ij,ij->i": (A, B, A + B), "bij,bkj->bik": (C, C + 1),
}  # fmt: skip


def pair(name, *arguments, **options):
    """The function of a name in both libraries, with the same options."""
    ours, theirs = getattr(ops, name), getattr(np, name)
    return lambda *x: ours(*x, **options), lambda *x: theirs(*x, **options), arguments


def einsum(subscripts, operands):
    return lambda *x: ops.einsum(subscripts, *x), lambda *x: np.einsum(subscripts, *x), operands


SAME = {
    **{name: pair(name, A) for name in ELEMENTWISE},
    **{name: pair(name, A / 2.1) for name in ("arcsin", "arccos", "arctanh")},
    **{name: pair(name, A, B) for name in BINARY},
    **{f"{name} of integers": pair(name, WHOLE, np.array([2, -3, 1, 4])) for name in OF_INTEGERS},
    **{
        f"{name} {axis} {keep}": pair(name, C, axis=axis, keepdims=keep)
        for name in REDUCTIONS
        for axis in (0, -1, (0, 2), None)
        for keep in (False, True)
    },
    **{f"{name} axis {axis}": pair(name, C, axis=axis) for name in ALONG for axis in (0, 1, -1)},
    **{f"einsum {subscripts}": einsum(subscripts, operands) for subscripts, operands in EINSUMS.items()},
    "arccosh": (ops.arccosh, np.arccosh, (A + 1,)),
    "clip": (lambda x: ops.clip(x, 0.5, 1.5), lambda x: np.clip(x, 0.5, 1.5), (A,)),
    "round": (ops.round, np.round, (np.array([0.5, 1.5, -0.5, 2.4]),)),
    "logical": (
        lambda a, b: ops.logical_xor(ops.logical_and(a, b), ops.logical_or(a, ops.logical_not(b))),
        lambda a, b: np.logical_xor(a & b, a | ~b),
        (A > 1, B > 1),
    ),
    "where": (lambda c, a, b: ops.where(c, a, b), np.where, (A > 1, A, B)),
    "where with a row": (lambda c, a, b: ops.where(c, a, b), np.where, (A > 1, ROW, B)),
    "average": (lambda x, w: ops.average(x, 0, w), lambda x, w: np.average(x, 0, w), (A, B)),
    "average of a vector of weights": (lambda x, w: ops.average(x, 1, w), lambda x, w: np.average(x, 1, w), (A, B[0])),
    "concatenate": (lambda a, b: ops.concatenate([a, b], 1), lambda a, b: np.concatenate([a, b], 1), (A, B)),
    "stack": (lambda a, b: ops.stack([a, b], -1), lambda a, b: np.stack([a, b], -1), (A, B)),
    "hstack": (lambda a, b: ops.hstack([a, b]), lambda a, b: np.hstack([a, b]), (A, B)),
    "vstack": (lambda a, b: ops.vstack([a, b]), lambda a, b: np.vstack([a, b]), (A, ROW)),
    "append along": (lambda a, b: ops.append(a, b, 0), lambda a, b: np.append(a, b, 0), (A, B)),
    "split": (lambda x: ops.split(x, 2, 1), lambda x: np.split(x, 2, 1), (A,)),
    "split at": (lambda x: ops.split(x, [1, 3], -1), lambda x: np.split(x, [1, 3], -1), (A,)),
    "unstack": (lambda x: ops.unstack(x, axis=1), lambda x: list(np.moveaxis(x, 1, 0)), (A,)),
    "reshape": (lambda x: ops.reshape(x, (2, -1, 3)), lambda x: x.reshape(2, -1, 3), (A,)),
    "expand_dims": (lambda x: ops.expand_dims(x, (0, -1)), lambda x: np.expand_dims(x, (0, -1)), (A,)),
    "squeeze an axis": (lambda x: ops.squeeze(x, 0), lambda x: x[0], (A[:1],)),
    "moveaxis": (lambda x: ops.moveaxis(x, (0, 1), (-1, 0)), lambda x: np.moveaxis(x, (0, 1), (-1, 0)), (C,)),
    "swapaxes": (lambda x: ops.swapaxes(x, 0, -1), lambda x: np.swapaxes(x, 0, -1), (C,)),
    "transpose axes": (lambda x: ops.transpose(x, (2, 0, 1)), lambda x: x.transpose(2, 0, 1), (C,)),
    "roll": (lambda x: ops.roll(x, 2, 1), lambda x: np.roll(x, 2, 1), (A,)),
    "roll all": (lambda x: ops.roll(x, -5), lambda x: np.roll(x, -5), (A,)),
    "repeat": (lambda x: ops.repeat(x, 2, 1), lambda x: np.repeat(x, 2, 1), (A,)),
    "repeat each": (lambda x: ops.repeat(x, [1, 0, 2], 0), lambda x: np.repeat(x, [1, 0, 2], 0), (A,)),
    "repeat flat": (lambda x: ops.repeat(x, 3), lambda x: np.repeat(x, 3), (A,)),
    "tile": (lambda x: ops.tile(x, (2, 1, 3)), lambda x: np.tile(x, (2, 1, 3)), (A,)),
    "pad": (lambda x: ops.pad(x, ((1, 2), (0, 3))), lambda x: np.pad(x, ((1, 2), (0, 3))), (A,)),
    "pad with": (lambda x: ops.pad(x, 1, constant_values=2.5), lambda x: np.pad(x, 1, constant_values=2.5), (A,)),
    "pad reflect": (lambda x: ops.pad(x, 2, "reflect"), lambda x: np.pad(x, 2, "reflect"), (A,)),
    "pad edge": (lambda x: ops.pad(x, ((0, 1), (2, 0)), "edge"), lambda x: np.pad(x, ((0, 1), (2, 0)), "edge"), (A,)),
    "pad wrap": (lambda x: ops.pad(x, (1, 2), "wrap"), lambda x: np.pad(x, (1, 2), "wrap"), (A,)),
    "pad symmetric": (lambda x: ops.pad(x, 2, "symmetric"), lambda x: np.pad(x, 2, "symmetric"), (A,)),
    "flip axes": (lambda x: ops.flip(x, (0, 2)), lambda x: np.flip(x, (0, 2)), (C,)),
    "diff twice": (lambda x: ops.diff(x, 2, 0), lambda x: np.diff(x, 2, 0), (A,)),
    "take": (lambda x: ops.take(x, [2, 0, 2], 0), lambda x: np.take(x, [2, 0, 2], 0), (A,)),
    "take last": (lambda x: ops.take(x, [[0, -1]], -1), lambda x: np.take(x, [[0, -1]], -1), (C,)),
    "take flat": (lambda x: ops.take(x, [5, 1]), lambda x: np.take(x, [5, 1]), (A,)),
    "take_along_axis": (
        lambda x: ops.take_along_axis(x, np.array([[0], [2], [-1]]), 1),
        lambda x: np.take_along_axis(x, np.array([[0], [2], [-1]]), 1),
        (A,),
    ),
    "diag": (ops.diag, np.diag, (ROW,)),
    "diag above": (lambda x: ops.diag(x, 2), lambda x: np.diag(x, 2), (ROW,)),
    "diag of a matrix": (lambda x: ops.diag(x, -1), lambda x: np.diag(x, -1), (A,)),
    "trace of a stack": (lambda x: ops.trace(x, 1, 1, 2), lambda x: np.trace(x, 1, 1, 2), (C,)),
    "triu off": (lambda x: ops.triu(x, 1), lambda x: np.triu(x, 1), (C,)),
    "tril off": (lambda x: ops.tril(x, -1), lambda x: np.tril(x, -1), (C,)),
    "meshgrid": (lambda a, b: ops.meshgrid(a, b), lambda a, b: np.meshgrid(a, b), (ROW, A[0, :3])),
    "meshgrid ij": (
        lambda a, b: ops.meshgrid(a, b, indexing="ij"),
        lambda a, b: np.meshgrid(a, b, indexing="ij"),
        (ROW, A[0]),
    ),
    "matmul": (ops.matmul, np.matmul, (A, M)),
    "matmul of stacks": (ops.matmul, np.matmul, (C, M)),
    "matmul of vectors": (ops.matmul, np.matmul, (ROW, ROW)),
    "matmul vector matrix": (ops.matmul, np.matmul, (ROW, M)),
    "matmul matrix vector": (ops.matmul, np.matmul, (A, ROW)),
    "dot": (ops.dot, np.dot, (A, M)),
    "dot of a scalar": (ops.dot, np.dot, (A, np.float64(2))),
    "dot of stacks": (ops.dot, np.dot, (A, RNG.normal(size=(2, 4, 3)))),
    "tensordot": (lambda a, b: ops.tensordot(a, b, 1), lambda a, b: np.tensordot(a, b, 1), (C, M)),
    "tensordot axes": (
        lambda a, b: ops.tensordot(a, b, [[0, 2], [1, 0]]),
        lambda a, b: np.tensordot(a, b, [[0, 2], [1, 0]]),
        (C, RNG.normal(size=(4, 2, 5))),
    ),
    "tensordot outer": (lambda a, b: ops.tensordot(a, b, 0), lambda a, b: np.tensordot(a, b, 0), (ROW, A)),
    "broadcast_to": (lambda x: ops.broadcast_to(x, (3, 4)), lambda x: np.broadcast_to(x, (3, 4)), (ROW,)),
    "norm": (ops.norm, np.linalg.norm, (A,)),
    "norm 1": (lambda x: ops.norm(x, 1, -1), lambda x: np.linalg.norm(x, 1, -1), (A,)),
    "norm 3": (lambda x: ops.norm(x, 3, 0, True), lambda x: np.linalg.norm(x, 3, 0, True), (A,)),
    "norm inf": (lambda x: ops.norm(x, np.inf, -1), lambda x: np.linalg.norm(x, np.inf, -1), (A,)),
    "logsumexp": (lambda x: ops.logsumexp(x, 1), lambda x: np.log(np.exp(x).sum(1)), (A,)),
    "logsumexp keep": (lambda x: ops.logsumexp(x, keepdims=True), lambda x: np.log(np.exp(x).sum(keepdims=True)), (A,)),
    "divide_no_nan": (
        ops.divide_no_nan,
        lambda a, b: np.where(b == 0, 0, a / np.where(b == 0, 1, b)),
        (ROW, np.array([2.0, 0, 4, -1])),
    ),
    "segment_sum": (
        lambda x: ops.segment_sum(x, np.array([1, 0, 1]), 3),
        lambda x: np.stack([x[1], x[0] + x[2], 0 * x[0]]),
        (A,),
    ),
    "scatter": (
        lambda v: ops.scatter(np.array([[0, 1], [2, 0], [0, 1]]), v, (3, 2)),
        lambda v: np.array([[0, v[0] + v[2]], [0, 0], [v[1], 0]]),
        (ROW[:3],),
    ),
    "slice": (lambda x: ops.slice(x, (1, 1), (2, 2)), lambda x: x[1:3, 1:3], (A,)),
    "fori_loop": (lambda x: ops.fori_loop(0, 3, lambda i, v: v * x + i, x), lambda x: ((x * x) * x + 1) * x + 2, (A,)),
    "cond": (lambda x: ops.cond(ops.sum(x) > 0, lambda: x * 2, lambda: x), lambda x: x * 2, (A,)),
    "erf": (ops.erf, np.vectorize(math.erf), (A,)),
    "rsqrt": (ops.rsqrt, lambda x: 1 / np.sqrt(x), (A,)),
    "saturate_cast": (
        lambda x: ops.saturate_cast(x, "uint8"),
        lambda x: np.clip(x, 0, 255).astype("uint8"),
        (WHOLE * 100,),
    ),
}
