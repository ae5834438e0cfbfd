"""Matrix products: `matmul` (what user code and gradients emit) and the fused forms that passes put in its place."""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.defs.movement import emit_copy
from keraunos.graph.opdef import define

ACTIVATIONS = {"linear": 0, "relu": 1, "sigmoid": 2, "tanh": 3}
NANOSECONDS_PER_FLOP = 1 / 100  # one core near its FMA peak
PANEL = 48  # columns of a packed panel, cpp/kernels/params.h
TILE_ROWS = 8
VECTOR_ROWS = 16  # a data gradient has rows in its vectors: fewer than 16 leave lanes of a 512-bit register empty
PACKED_ROWS = 64  # rows that stream the panels once: 512^3 on two threads runs at 446 GFLOP/s, with 8 rows at 430
# A weight gradient over many rows packs stretches of A, whole ones where an item has that many rows of C.
LONG_SUM, LONG_SUM_ROWS = 512, 128
PACK_ROWS = 128  # from here on packing B costs under 1 % of the product and saves strided reads
COLUMN_BLOCKS_FROM = (
    150_000  # ns: a product this long is shared by columns of its own instead of by the rows of its chain
)
# A data gradient cut by rows reads all weights in every item: 32x100x784 took as long on two threads as on one.
GRADIENT_BLOCKS_FROM = 40_000
BLOCK_NANOSECONDS = 50_000
LEAST_BLOCKS = 4
BLOCK_COLUMNS = 192  # 768 bytes of weights in a row: 3072 x 3000 on two threads take 1.8 ms, with 96 columns 1.9


def problem(node):
    """(batch, m, n, k) of a product node."""
    a, b = node.inputs[:2]
    m, k = a.shape[-2:][::-1] if node.attrs["transpose_a"] else a.shape[-2:]
    n = b.shape[-2] if node.attrs["transpose_b"] else b.shape[-1]
    batch = int(np.prod(a.shape[:-2], dtype=np.int64))
    return batch, m, n, k


def _infer(inputs, transpose_a, transpose_b, **attrs):
    a, b = inputs[:2]
    m, k = a.shape[-2:][::-1] if transpose_a else a.shape[-2:]
    k2, n = b.shape[-2:][::-1] if transpose_b else b.shape[-2:]
    if k != k2 or a.shape[:-2] != b.shape[:-2]:
        raise ValueError(f"[matmul] inner extents must agree, got {a.shape} and {b.shape}"
                         f"{' (first transposed)' if transpose_a else ''}{' (second transposed)' if transpose_b else ''}")  # fmt: skip
    return [((*a.shape[:-2], m, n), a.dtype)]


def _swap(x, flag):
    return np.swapaxes(x, -1, -2) if flag else x


def _reference(a, b, transpose_a, transpose_b):
    return np.matmul(_swap(a, transpose_a), _swap(b, transpose_b))


def _gradient(node, dy):
    """dA = dC B^T and dB = A^T dC, with the flags turned so that nothing is transposed in memory."""
    a, b = node.inputs
    ta, tb = node.attrs["transpose_a"], node.attrs["transpose_b"]
    product = lambda x, y, tx, ty: p._apply("matmul", (x, y), transpose_a=tx, transpose_b=ty)  # noqa: E731
    da = product(b, dy, tb, True) if ta else product(dy, b, False, not tb)
    db = product(dy, a, True, ta) if tb else product(a, dy, not ta, False)
    return da, db


def gemm_params(node, axis, block, activation=0):
    batch, m, n, k = problem(node)
    a, b = node.inputs[:2]
    ta, tb = node.attrs["transpose_a"], node.attrs["transpose_b"]
    return (m, n, k, a.shape[-1], b.shape[-1], n, int(ta), int(tb), batch, m * k, k * n, m * n, axis, block, activation)


def lower_product(node, builder, native="gemm", operands=(), activation=0):
    """Emits a product: in its rows' chain when it is short, by column blocks when it is long and flat, packed when tall."""
    batch, m, n, k = problem(node)
    out = node.outputs[0]
    nanoseconds = 2.0 * batch * m * n * k * NANOSECONDS_PER_FLOP + 50
    extra = [builder.buffer(t) for t in operands]
    a, b = builder.buffer(node.inputs[0]), builder.buffer(node.inputs[1])
    common = {"writes": [builder.buffer(out)], "nanoseconds": nanoseconds}
    updating = native == "gemm_update"
    tall = (
        builder.target.repacks
        and batch == 1
        and m >= PACK_ROWS
        and n >= PANEL // 2
        and k >= 16
        and not node.attrs["transpose_a"]
        and not updating
    )
    if tall:
        depth = k + k % 2 if out.dtype == "bfloat16" else k  # packed in pairs
        panels = builder.scratch(-(-n // PANEL) * PANEL * depth, out.dtype)
        builder.emit("gemm_pack", out.dtype, (k, n, node.inputs[1].shape[-1], int(node.attrs["transpose_b"])), reads=[b],
                     writes=[panels], units=-(-n // PANEL), row_reads=[False], row_writes=[True],
                     nanoseconds=k * n * 0.1)  # fmt: skip
        builder.emit(native.replace("gemm", "gemm_packed"), out.dtype, gemm_params(node, 0, 0, activation),
                     reads=[a, panels, *extra], units=m, row_reads=[True, False, *[False] * len(extra)], row_writes=[True],
                     together=PACKED_ROWS, **common)  # fmt: skip
        return
    by_columns = (
        batch == 1
        and nanoseconds >= (GRADIENT_BLOCKS_FROM if node.attrs["transpose_b"] else COLUMN_BLOCKS_FROM)
        and n >= 4 * PANEL
        and m < PACK_ROWS
        and not node.attrs["transpose_a"]
    )
    if by_columns:
        blocks = max(1, min(n // PANEL, max(LEAST_BLOCKS, round(nanoseconds / BLOCK_NANOSECONDS))))
        block = max(-(-n // blocks // PANEL) * PANEL, BLOCK_COLUMNS if n >= 8 * BLOCK_COLUMNS else PANEL)
        builder.emit(native, out.dtype, gemm_params(node, 1, block, activation), reads=[a, b, *extra], units=-(-n // block),
                     row_reads=[False] * (2 + len(extra)), row_writes=[False], **common)  # fmt: skip
        return
    builder.emit(
        native,
        out.dtype,
        gemm_params(node, 0, 0, activation),
        reads=[a, b, *extra],
        units=batch * m,
        row_reads=[not node.attrs["transpose_a"] and batch == 1, False, *[False] * len(extra)],
        row_writes=[True],
        together=_rows_together(node, m, k),
        **common,
    )


def _rows_together(node, m, k):
    if node.attrs["transpose_a"]:
        return LONG_SUM_ROWS if k >= LONG_SUM and m >= 4 * LONG_SUM_ROWS else TILE_ROWS
    return VECTOR_ROWS if node.attrs["transpose_b"] else TILE_ROWS


def _sample(rng):
    shapes = [(32, 26, 15), (1, 784, 10), (33, 17, 50), (7, 1, 97), (130, 64, 100), (5, 0, 3), (64, 300, 20)]
    cases = []
    for dtype in ("float32", "float64"):
        for m, k, n in shapes:
            for ta in (False, True):
                for tb in (False, True):
                    a = rng.normal(size=(k, m) if ta else (m, k)).astype(dtype)
                    b = rng.normal(size=(n, k) if tb else (k, n)).astype(dtype)
                    cases.append(([a, b], {"transpose_a": ta, "transpose_b": tb}))
        a, b = rng.normal(size=(3, 5, 7)).astype(dtype), rng.normal(size=(3, 7, 9)).astype(dtype)
        cases.append(([a, b], {"transpose_a": False, "transpose_b": False}))
    return cases


def _flops(node):
    batch, m, n, k = problem(node)
    return 2 * batch * m * n * k


define(
    "matmul", infer=_infer, reference=_reference, gradient=_gradient, lower=lower_product, sample=_sample, cost=_flops
)

# dense: act(a b + bias), made by passes/fuse_epilogue.py -------------------------------------------------------------------

_REFERENCE_ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
}


def _reference_dense(a, b, bias, transpose_a, transpose_b, activation):
    return _REFERENCE_ACTIVATIONS[activation](_reference(a, b, transpose_a, transpose_b) + bias).astype(a.dtype)


def _lower_dense(node, builder):
    lower_product(node, builder, "gemm_bias", node.inputs[2:], ACTIVATIONS[node.attrs["activation"]])


def _sample_dense(rng):
    cases = []
    for (a, b), attrs in _sample(rng):
        if a.ndim == 2 and not attrs["transpose_a"]:
            n = b.shape[0] if attrs["transpose_b"] else b.shape[1]
            activation = tuple(ACTIVATIONS)[len(cases) % 4]
            cases.append(([a, b, rng.normal(size=n).astype(a.dtype)], {**attrs, "activation": activation}))
    return cases


define("dense", infer=_infer, reference=_reference_dense, lower=_lower_dense, sample=_sample_dense, cost=_flops)

# matmul_update: c - rate * a b, made by passes/fuse_update.py -----------------------------------------------------------


def _lower_update(node, builder):
    c, out = node.inputs[3], node.outputs[0]
    if builder.buffer(c) is not builder.buffer(out):
        emit_copy(builder, c, out)
    lower_product(node, builder, "gemm_update", node.inputs[2:3])


define(
    "matmul_update",
    infer=lambda inputs, transpose_a, transpose_b: [(inputs[3].shape, inputs[3].dtype)],
    reference=lambda a, b, rate, c, transpose_a, transpose_b: c - rate * _reference(a, b, transpose_a, transpose_b),
    lower=_lower_update,
    sample=lambda rng: [([a, b, np.array(0.1, a.dtype), _reference(a, b, **attrs) + 1], attrs) for (a, b), attrs in _sample(rng)
                        if a.ndim == 2 and attrs == {"transpose_a": True, "transpose_b": False}],
    cost=_flops,
    aliases={0: 3},
)  # fmt: skip
