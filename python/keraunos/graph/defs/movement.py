"""Ops that move or convert data: one strided read or write each."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.opdef import define

_ROW = 0.05  # ns per element moved


def contiguous_strides(shape):
    strides, step = [], 1
    for extent in reversed(shape):
        strides.append(step)
        step *= extent
    return strides[::-1]


def _six(values, fill=0):
    values = list(values)
    if len(values) > 6:
        raise ValueError(f"[movement] tensors of rank {len(values)} are not supported, at most 6")
    return [*values, *[fill] * (6 - len(values))]


def _emit_read(builder, source, destination, dims, strides, offset, rows_aligned):
    dims, strides = (list(dims), list(strides)) if len(dims) else ([1], [0])
    builder.emit(
        "strided_read",
        source.dtype,
        (len(dims), *_six(dims), *_six(strides), offset),
        reads=[builder.buffer(source)],
        writes=[builder.buffer(destination)],
        units=dims[0],
        row_reads=[rows_aligned],
        row_writes=[True],
        nanoseconds=destination.size * _ROW * 2,
    )


def emit_copy(builder, source, destination):
    """A contiguous copy between two tensors' buffers."""
    shape = source.shape
    rows = shape[0] if shape else 1
    columns = source.size // rows if rows else 0
    _emit_read(builder, source, destination, (rows, columns), (columns, 1), 0, True)


def _emit_write(builder, source, destination, dims, strides, offset):
    dims, strides = (list(dims), list(strides)) if len(dims) else ([1], [0])
    builder.emit(
        "strided_write",
        source.dtype,
        (len(dims), *_six(dims), *_six(strides), offset),
        reads=[builder.buffer(source)],
        writes=[builder.buffer(destination)],
        units=dims[0],
        row_reads=[True],
        row_writes=[False],
        nanoseconds=source.size * _ROW * 2,
    )


# cast -----------------------------------------------------------------------------------------------------------------


def _lower_cast(node, builder):
    x, y = node.inputs[0], node.outputs[0]
    rows = y.shape[0] if y.shape else 1
    columns = y.size // rows if rows else 0
    builder.emit(
        "cast",
        x.dtype,
        (columns, dtypes.IDS[y.dtype], node.attrs["scale"], node.attrs["offset"]),
        reads=[builder.buffer(x)],
        writes=[builder.buffer(y)],
        units=rows,
        row_reads=[True],
        row_writes=[True],
        nanoseconds=y.size * _ROW,
    )


def _reference_cast(x, dtype, scale, offset):
    if dtype in dtypes.FLOATS and (scale != 1 or offset != 0):
        return (x.astype(np.float64) * scale + offset).astype(dtype)
    with np.errstate(invalid="ignore"):
        return x.astype(dtype)


def _sample_cast(rng):
    pairs = [("bool", "float32"), ("uint8", "float32"), ("int32", "float32"), ("int64", "int32"), ("float32", "int32"),
             ("float64", "float32"), ("float32", "float64"), ("int32", "int64"), ("float32", "uint8")]  # fmt: skip
    return [
        ([rng.integers(0, 2 if a == "bool" else 90, (5, 13)).astype(a)], {"dtype": b, "scale": 1.0, "offset": 0.0})
        for a, b in pairs
    ] + [([rng.integers(0, 255, (4, 33)).astype("uint8")], {"dtype": "float32", "scale": 1 / 255, "offset": -0.5})]


define(
    "cast",
    infer=lambda inputs, dtype, scale, offset: [(inputs[0].shape, dtype)],
    reference=_reference_cast,
    gradient=lambda node, dy: (
        (p.multiply(p.cast(dy, node.inputs[0].dtype), node.attrs["scale"]),)
        if dtypes.is_float(node.inputs[0].dtype) and dtypes.is_float(node.outputs[0].dtype)
        else (None,)
    ),
    lower=_lower_cast,
    sample=_sample_cast,
)

# transpose, broadcast, slice ------------------------------------------------------------------------------------------


def _lower_transpose(node, builder):
    x, axes = node.inputs[0], node.attrs["axes"]
    strides = contiguous_strides(x.shape)
    _emit_read(builder, x, node.outputs[0], node.outputs[0].shape, [strides[a] for a in axes], 0, axes[0] == 0)


define(
    "transpose",
    infer=lambda inputs, axes: [(tuple(inputs[0].shape[a] for a in axes), inputs[0].dtype)],
    reference=lambda x, axes: x.transpose(axes),
    gradient=lambda node, dy: (p.transpose(dy, np.argsort(node.attrs["axes"]).tolist()),),
    lower=_lower_transpose,
    sample=lambda rng: [([rng.normal(size=s).astype(d)], {"axes": a}) for d in ("float32", "float64", "int32") for s, a in
                        [((37, 21), (1, 0)), ((3, 5, 7), (2, 0, 1)), ((3, 5, 7), (0, 2, 1)), ((0, 3), (1, 0))]],
)  # fmt: skip


def _lower_broadcast(node, builder):
    x, shape = node.inputs[0], node.outputs[0].shape
    padded = (1,) * (len(shape) - x.ndim) + x.shape
    strides = [0 if extent == 1 else s for extent, s in zip(padded, contiguous_strides(padded), strict=True)]
    aligned = bool(shape) and padded[0] == shape[0] != 1
    _emit_read(builder, x, node.outputs[0], shape, strides, 0, aligned)


def _infer_broadcast(inputs, shape):
    try:
        if np.broadcast_shapes(inputs[0].shape, shape) == tuple(shape):
            return [(shape, inputs[0].dtype)]
    except ValueError:
        pass
    raise ValueError(f"[broadcast_to] {inputs[0].shape} cannot be broadcast to {shape}")


define(
    "broadcast_to",
    infer=_infer_broadcast,
    reference=lambda x, shape: np.broadcast_to(x, shape),
    gradient=lambda node, dy: (dy,),
    lower=_lower_broadcast,
    sample=lambda rng: [
        ([rng.normal(size=s)], {"shape": t}) for s, t in [((4, 1), (4, 9)), ((9,), (4, 9)), ((), (3, 2))]
    ],
)


def _slice_of(start, stop, step):
    return tuple(slice(a, None if s < 0 and b < 0 else b, s) for a, b, s in zip(start, stop, step, strict=True))


def _lower_slice(node, builder):
    x, out = node.inputs[0], node.outputs[0]
    strides = contiguous_strides(x.shape)
    offset = sum(a * s for a, s in zip(node.attrs["start"], strides, strict=True)) if out.size else 0
    steps = [s * k for s, k in zip(strides, node.attrs["step"], strict=True)]
    whole = bool(x.shape) and out.shape[0] == x.shape[0] and node.attrs["step"][0] == 1
    _emit_read(builder, x, out, out.shape, steps, offset, whole)


def _gradient_slice(node, dy):
    """The transpose of a slice: write into zeros. A negative step is undone by slicing backwards first."""
    x, a = node.inputs[0], node.attrs
    start, step = list(a["start"]), list(a["step"])
    flip = [s < 0 for s in step]
    if any(flip):
        shape = dy.shape
        dy = p.slice(dy, [n - 1 if f else 0 for n, f in zip(shape, flip, strict=True)],
                     [-1 if f else n for n, f in zip(shape, flip, strict=True)], [-1 if f else 1 for f in flip])  # fmt: skip
        for axis, f in enumerate(flip):
            if f:
                start[axis] += (shape[axis] - 1) * step[axis]
                step[axis] = -step[axis]
    widths = tuple(
        (first, extent - first - ((count - 1) * s + 1 if count else 0))
        for first, extent, count, s in zip(start, x.shape, dy.shape, step, strict=True)
    )
    return (p._apply("pad", (dy,), widths=widths, steps=tuple(step), value=0.0),)


define(
    "slice",
    infer=lambda inputs, start, stop, step: [
        (tuple(len(range(a, b, s)) for a, b, s in zip(start, stop, step, strict=True)), inputs[0].dtype)
    ],
    reference=lambda x, start, stop, step: x[_slice_of(start, stop, step)],
    gradient=_gradient_slice,
    lower=_lower_slice,
    sample=lambda rng: [
        ([rng.normal(size=(9, 14)).astype(d)], {"start": a, "stop": b, "step": s}) for d in ("float32", "float64", "int32")
        for a, b, s in [((0, 2), (9, 14), (1, 3)), ((8, 0), (-1, 14), (-2, 1)), ((3, 3), (3, 5), (1, 1))]],
)  # fmt: skip

# pad, concatenate -----------------------------------------------------------------------------------------------------


def _spread(count, step):
    return (count - 1) * step + 1 if count else 0


def _infer_pad(inputs, widths, steps, value):
    x = inputs[0]
    return [(tuple(a + _spread(n, s) + b for n, (a, b), s in zip(x.shape, widths, steps, strict=True)), x.dtype)]


def _reference_pad(x, widths, steps, value):
    shape = tuple(a + _spread(n, s) + b for n, (a, b), s in zip(x.shape, widths, steps, strict=True))
    out = np.full(shape, value, x.dtype)
    out[tuple(slice(a, a + _spread(n, s), s) for n, (a, _), s in zip(x.shape, widths, steps, strict=True))] = x
    return out


def emit_fill(builder, tensor, value):
    rows = tensor.shape[0] if tensor.shape else 1
    columns = tensor.size // rows if rows else 0
    builder.emit("fill", tensor.dtype, (columns, float(value)), reads=[], writes=[builder.buffer(tensor)], units=rows,
                 row_reads=[], row_writes=[True], nanoseconds=tensor.size * _ROW)  # fmt: skip


def _lower_pad(node, builder):
    x, out = node.inputs[0], node.outputs[0]
    emit_fill(builder, out, node.attrs["value"])
    strides = contiguous_strides(out.shape)
    offset = sum(a * s for (a, _), s in zip(node.attrs["widths"], strides, strict=True)) if x.size else 0
    steps = [s * k for s, k in zip(strides, node.attrs["steps"], strict=True)]
    _emit_write(builder, x, out, x.shape, steps, offset)


define(
    "pad",
    infer=_infer_pad,
    reference=_reference_pad,
    gradient=lambda node, dy: (
        p.slice(dy, [a for a, _ in node.attrs["widths"]],
                [a + _spread(n, s) for n, (a, _), s in zip(node.inputs[0].shape, node.attrs["widths"], node.attrs["steps"], strict=True)],
                node.attrs["steps"]),),
    lower=_lower_pad,
    sample=lambda rng: [
        ([rng.normal(size=(4, 5)).astype(d)], {"widths": w, "steps": s, "value": v}) for d in ("float32", "float64", "int32")
        for w, s, v in [(((1, 2), (0, 3)), (1, 1), 2.0), (((0, 1), (2, 0)), (2, 3), 0.0)]],
)  # fmt: skip


def _infer_concatenate(inputs, axis):
    first = inputs[0]
    for other in inputs[1:]:
        same = all(a == b for i, (a, b) in enumerate(zip(first.shape, other.shape, strict=False)) if i != axis)
        if other.ndim != first.ndim or not same:
            shapes = ", ".join(str(t.shape) for t in inputs)
            raise ValueError(f"[concatenate] shapes must agree except on axis {axis}, got {shapes}")
    shape = list(first.shape)
    shape[axis] = sum(t.shape[axis] for t in inputs)
    return [(tuple(shape), first.dtype)]


def _gradient_concatenate(node, dy):
    axis, begin, parts = node.attrs["axis"], 0, []
    for x in node.inputs:
        start, stop = [0] * dy.ndim, list(dy.shape)
        start[axis], stop[axis] = begin, begin + x.shape[axis]
        begin = stop[axis]
        parts.append(p.slice(dy, start, stop, [1] * dy.ndim))
    return parts


def _lower_concatenate(node, builder):
    out, axis, offset = node.outputs[0], node.attrs["axis"], 0
    strides = contiguous_strides(out.shape)
    for x in node.inputs:
        if x.size:
            _emit_write(builder, x, out, x.shape, strides, offset)
        offset += x.shape[axis] * strides[axis]


define(
    "concatenate",
    infer=_infer_concatenate,
    reference=lambda *arrays, axis: np.concatenate(arrays, axis),
    gradient=_gradient_concatenate,
    lower=_lower_concatenate,
    sample=lambda rng: [([rng.normal(size=(3, 4)), rng.normal(size=(3, 2)), rng.normal(size=(3, 0))], {"axis": 1}),
                        ([rng.normal(size=(3, 4)), rng.normal(size=(5, 4))], {"axis": 0})],
)  # fmt: skip
