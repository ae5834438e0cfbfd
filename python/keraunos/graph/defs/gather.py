"""Ops that look rows up: take, its transpose scatter_add, and the batch gather of a training step."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.opdef import define


def _row_elements(tensor):
    return int(np.prod(tensor.shape[1:], dtype=np.int64))


def _lower_take(node, builder):
    x, index = node.inputs
    elements = _row_elements(x)
    builder.emit(
        "take",
        x.dtype,
        (index.size, elements, x.shape[0], dtypes.IDS[index.dtype]),
        reads=[builder.buffer(x), builder.buffer(index)],
        writes=[builder.buffer(node.outputs[0])],
        units=index.size,
        row_reads=[False, True],
        row_writes=[True],
        nanoseconds=index.size * (5 + elements * 0.1),
    )


def _reference_take(x, index):
    inside = (index >= -len(x)) & (index < len(x))
    missing = np.nan if x.dtype.kind == "f" else 0
    rows = x[np.where(inside, index, 0)] if len(x) else np.zeros(index.shape + x.shape[1:], x.dtype)
    return np.where(inside.reshape(inside.shape + (1,) * (x.ndim - 1)), rows, x.dtype.type(missing))


define(
    "take",
    infer=lambda inputs: [(inputs[1].shape + inputs[0].shape[1:], inputs[0].dtype)],
    reference=_reference_take,
    gradient=lambda node, dy: (p.scatter_add(dy, node.inputs[1], node.inputs[0].shape[0]), None),
    lower=_lower_take,
    sample=lambda rng: [([rng.normal(size=(7, 5)).astype(d), rng.integers(-7, 7, (11,)).astype(i)], {})
                        for d in ("float32", "float64", "int32") for i in ("int32", "int64")],
)  # fmt: skip


def _lower_scatter(node, builder):
    updates, index = node.inputs
    out = node.outputs[0]
    elements = _row_elements(out)
    builder.emit(
        "scatter_add",
        updates.dtype,
        (index.size, elements, out.shape[0], dtypes.IDS[index.dtype]),
        reads=[builder.buffer(updates), builder.buffer(index)],
        writes=[builder.buffer(out)],
        units=1,
        row_reads=[False, False],
        row_writes=[False],
        nanoseconds=out.size * 0.05 + updates.size * 0.2,
    )


def _reference_scatter(updates, index, rows):
    tail = updates.shape[index.ndim :]
    out = np.zeros((rows, *tail), updates.dtype)
    flat = index.reshape(-1)
    inside = (flat >= -rows) & (flat < rows)
    np.add.at(out, flat[inside], updates.reshape(flat.size, *tail)[inside])
    return out


def _gradient_scatter(node, dy):
    """Rows of dy; 0 for updates whose index lies outside, which went nowhere, where `take` has NaN."""
    updates, index = node.inputs
    rows = node.attrs["rows"]
    inside = p.logical_and(p.greater_equal(index, -rows), p.less(index, rows))
    inside = p.reshape(inside, index.shape + (1,) * (updates.ndim - index.ndim))
    return p.where(inside, p.take(dy, index), p.zeros_like_scalar(dy)), None


define(
    "scatter_add",
    infer=lambda inputs, rows: [((rows, *inputs[0].shape[inputs[1].ndim :]), inputs[0].dtype)],
    reference=_reference_scatter,
    gradient=_gradient_scatter,
    lower=_lower_scatter,
    sample=lambda rng: [([rng.normal(size=(9, 5)).astype(d), np.array([0, 5, -6, 6, -7, 3, 3, -1, 2], i)], {"rows": 6})
                        for d in ("float32", "float64") for i in ("int32", "int64")],
)  # fmt: skip


def _lower_batch(node, builder):
    source, order, cursor = node.inputs
    out, a = node.outputs[0], node.attrs
    elements = _row_elements(source)
    builder.emit(
        "batch",
        out.dtype,
        (a["rows"], elements, source.shape[0], order.size, dtypes.IDS[source.dtype], a["scale"], a["offset"]),
        reads=[builder.buffer(source), builder.buffer(order), builder.buffer(cursor)],
        writes=[builder.buffer(out)],
        units=a["rows"],
        row_reads=[False, False, False],
        row_writes=[True],
        nanoseconds=a["rows"] * (10 + elements * 0.2),
    )


def _reference_batch(source, order, cursor, rows, dtype, scale, offset):
    positions = int(cursor) + np.arange(rows)
    chosen = order[positions % len(order)] % len(source) if order.size else positions % len(source)
    found = source[chosen]
    if dtype in dtypes.FLOATS and (scale != 1 or offset != 0):
        found = found.astype(np.float64) * scale + offset
    return found.astype(dtype)


def _sample_batch(rng):
    cases = []
    for source, target in [("float32", "float32"), ("uint8", "float32"), ("float64", "float32"), ("float64", "float64"),
                           ("int64", "int32"), ("uint8", "int32"), ("int32", "int32"), ("int32", "float32")]:  # fmt: skip
        data = rng.integers(0, 200, (10, 17)).astype(source)
        attrs = {"rows": 4, "dtype": target, "scale": 1.0, "offset": 0.0}
        cases.append(([data, rng.permutation(10).astype("int32"), np.array(3, "int64")], attrs))
        cases.append(([data, np.zeros(0, "int32"), np.array(8, "int64")], attrs))
    return cases


define(
    "batch",
    infer=lambda inputs, rows, dtype, scale, offset: [((rows, *inputs[0].shape[1:]), dtype)],
    reference=_reference_batch,
    lower=_lower_batch,
    sample=_sample_batch,
)
