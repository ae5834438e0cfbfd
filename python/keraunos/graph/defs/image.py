"""Image ops: resize (separable resampling) and warp (projective transforms), with their gradients."""

import numpy as np

from keraunos.graph import dtypes, resampling
from keraunos.graph import primitives as p
from keraunos.graph.instructions import CONSTANT
from keraunos.graph.opdef import define

_TAP = 0.4  # ns per element and tap


def _result_dtype(dtype):
    return "float32" if dtype == "uint8" else dtype


# resize ---------------------------------------------------------------------------------------------------------------


def _infer_resize(inputs, height, width, interpolation, antialias, transpose):
    x = inputs[0]
    return [((x.shape[0], height, width, x.shape[3]), _result_dtype(x.dtype))]


def _matrices(shape, height, width, interpolation, antialias, transpose):
    """The dense matrices of rows and of columns."""
    pairs = [(shape[1], height), (shape[2], width)]
    if transpose:
        return [resampling.matrix(size, extent, interpolation, antialias).T for extent, size in pairs]
    return [resampling.matrix(extent, size, interpolation, antialias) for extent, size in pairs]


def _reference_resize(x, **attrs):
    rows, columns = _matrices(x.shape, **attrs)
    out = np.einsum("yh,nhwc->nywc", rows, x.astype(np.float64))
    return np.einsum("xw,nywc->nyxc", columns, out).astype(_result_dtype(x.dtype.name))


def _gradient_resize(node, dy):
    x, a = node.inputs[0], node.attrs
    height, width = x.shape[1:3]
    return (
        p.resize(dy, height, width, a["interpolation"], a["antialias"], transpose=not a["transpose"])
        if x.dtype != "uint8"
        else None,
    )


def _constant(builder, array):
    array = np.ascontiguousarray(array)
    return builder.new(CONSTANT, array.nbytes, value=array)


def _lower_resize(node, builder):
    x, out, a = node.inputs[0], node.outputs[0], node.attrs
    tables, taps = [], []
    for extent, size in zip(x.shape[1:3], out.shape[1:3], strict=True):
        sizes = (size, extent) if a["transpose"] else (extent, size)
        spans, weights = resampling.spans(*sizes, a["interpolation"], a["antialias"], a["transpose"])
        tables += [_constant(builder, spans), _constant(builder, weights.astype(dtypes.compute(out.dtype)))]
        taps.append(weights.shape[1])
    images, height, width, channels = out.shape
    builder.emit(
        "resize",
        x.dtype,
        (*x.shape[1:], height, width, *taps),
        reads=[builder.buffer(x), *tables],
        writes=[builder.buffer(out)],
        units=images,
        row_reads=[True, False, False, False, False],
        row_writes=[True],
        nanoseconds=images * height * channels * (x.shape[2] * taps[0] * 0.1 + width * taps[1]) * _TAP,
        together=1,
    )


def _sample_resize(rng):
    cases = []
    for dtype in ("float64", "float32", "uint8"):
        for interpolation in resampling.INTERPOLATIONS:
            for shape, height, width in [((2, 7, 5, 3), 4, 9), ((1, 3, 17, 1), 8, 5), ((3, 4, 6, 5), 4, 2)]:
                x = rng.integers(0, 10, shape)
                attrs = {
                    "height": height,
                    "width": width,
                    "interpolation": interpolation,
                    "antialias": dtype == "float32",
                }
                cases.append(([x.astype(dtype)], {**attrs, "transpose": False}))
    attrs = {"height": 6, "width": 3, "interpolation": "bicubic", "antialias": False, "transpose": True}
    return cases + [([rng.normal(size=(2, 4, 7, 4)).astype(d)], attrs) for d in ("float64", "float32")]


define(
    "resize",
    infer=_infer_resize,
    reference=_reference_resize,
    gradient=_gradient_resize,
    lower=_lower_resize,
    sample=_sample_resize,
)

# warp -----------------------------------------------------------------------------------------------------------------

FILL_MODES = {"constant": 0, "reflect": 1, "wrap": 2, "nearest": 3}


def _map(x, n, fill_mode):
    """Coordinates as the fill mode continues an axis of n pixels; float32, operation by operation as the kernel."""
    if fill_mode == "constant":
        return x
    one, n = np.float32(1), np.float32(n)
    outside = (x < 0) | (x > n - one)
    if fill_mode == "reflect" and n > 1:
        period = 2 * n
        below = x + period * np.trunc(-x / period)
        below = np.where(below < -n, below + period, -below - one)
        above = x - period * np.trunc(x / period)
        above = np.where(above >= n, period - above - one, above)
        x = np.where(outside, np.where(x < 0, below, above), x)
    elif fill_mode == "wrap" and n > 1:
        below = x + n * (np.trunc(-x / (n - one)) + one)
        above = x - n * np.trunc(x / (n - one))
        x = np.where(outside, np.where(x < 0, below, above), x)
    return np.clip(x, np.float32(0), n - one).astype(np.float32)


def _taps(shape, transform, height, width, interpolation, fill_mode):
    """[(row, column, weight)] of every output pixel: arrays of shape (height, width), rows and columns may be outside."""
    t = transform.astype(np.float32)
    y, x = np.meshgrid(np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32), indexing="ij")
    k = t[6] * x + t[7] * y + np.float32(1)
    columns = _map((t[0] * x + t[1] * y + t[2]) / k, shape[2], fill_mode)
    rows = _map((t[3] * x + t[4] * y + t[5]) / k, shape[1], fill_mode)
    if interpolation == "nearest":
        return [(_half_away(rows), _half_away(columns), np.ones_like(rows, np.float64))]
    top, left = np.floor(rows), np.floor(columns)
    lower, right = (rows - top).astype(np.float64), (columns - left).astype(np.float64)
    return [
        (top.astype(int) + i, left.astype(int) + j, (lower if i else 1 - lower) * (right if j else 1 - right))
        for i in (0, 1)
        for j in (0, 1)
    ]


def _half_away(x):
    return (np.sign(x) * np.floor(np.abs(x.astype(np.float64)) + 0.5)).astype(int)


def _inside(rows, columns, shape):
    return (rows >= 0) & (rows < shape[1]) & (columns >= 0) & (columns < shape[2])


def _reference_warp(images, transforms, height, width, interpolation, fill_mode, fill_value, per_transform):
    n, *_, channels = images.shape
    out = np.zeros((n, height, width, channels))
    for i in range(n):
        transform = transforms[i // per_transform % len(transforms)]
        for rows, columns, weight in _taps(images.shape, transform, height, width, interpolation, fill_mode):
            inside = _inside(rows, columns, images.shape)[..., None]
            found = images[i, np.clip(rows, 0, images.shape[1] - 1), np.clip(columns, 0, images.shape[2] - 1)]
            out[i] += weight[..., None] * np.where(inside, found, fill_value)
    return out.astype(_result_dtype(images.dtype.name))


def _reference_warp_grad(dy, transforms, height, width, interpolation, fill_mode, fill_value, per_transform):
    n, rows_out, columns_out, channels = dy.shape
    dx = np.zeros((n, height, width, channels))
    for i in range(n):
        transform = transforms[i // per_transform % len(transforms)]
        for rows, columns, weight in _taps(dx.shape, transform, rows_out, columns_out, interpolation, fill_mode):
            inside = _inside(rows, columns, dx.shape)
            np.add.at(dx[i], (rows[inside], columns[inside]), (weight[..., None] * dy[i])[inside])
    return dx.astype(dy.dtype)


def _lower_warp(node, builder):
    x, transforms = node.inputs
    out, a = node.outputs[0], node.attrs
    images, result = (out, x) if node.op.name == "warp_grad" else (x, out)
    shared = transforms.shape[0] == out.shape[0] and a["per_transform"] == 1
    builder.emit(
        node.op.name,
        x.dtype,
        (*images.shape[1:], *result.shape[1:3], transforms.shape[0], a["per_transform"], a["interpolation"] == "bilinear",
         FILL_MODES[a["fill_mode"]], a["fill_value"]),
        reads=[builder.buffer(x), builder.buffer(transforms)],
        writes=[builder.buffer(out)],
        units=out.shape[0],
        row_reads=[True, shared],
        row_writes=[True],
        nanoseconds=result.size * 3 + out.shape[0] * 50,
        together=1,
    )  # fmt: skip


def _infer_warp(inputs, height, width, **attrs):
    x, transforms = inputs
    if transforms.ndim != 2 or transforms.shape[1] != 8 or transforms.dtype != "float32":
        raise ValueError(f"[warp] expected transforms (N, 8) in float32, got {transforms.shape} in {transforms.dtype}")
    return [((x.shape[0], height, width, x.shape[3]), _result_dtype(x.dtype))]


def _sample_warp(rng):
    turn = [0.8, -0.6, 2.3, 0.6, 0.8, -1.1, 0, 0]
    shift = [1, 0, -1.25, 0, 1, 3.5, 0, 0]
    bend = [1.1, 0.2, -7.0, -0.1, 0.9, 9.0, 0.011, -0.007]
    transforms = np.array([turn, shift, bend], np.float32)
    cases = []
    for dtype in ("float64", "float32", "uint8"):
        for mode in FILL_MODES:
            for interpolation in ("bilinear", "nearest"):
                for n, size, count, per in [
                    ((3, 6, 9, 3), (6, 9), 3, 1),
                    ((4, 5, 1, 1), (7, 70), 2, 2),
                    ((2, 1, 4, 2), (3, 2), 1, 1),
                ]:
                    x = (rng.normal(size=n) if dtype != "uint8" else rng.integers(0, 255, n)).astype(dtype)
                    attrs = {"height": size[0], "width": size[1], "interpolation": interpolation, "fill_mode": mode}
                    cases.append(([x, transforms[:count]], {**attrs, "fill_value": 0.5, "per_transform": per}))
    return cases  # fmt: skip


def _gradient_warp(node, dy):
    x, transforms = node.inputs
    if x.dtype == "uint8":
        return None, None
    attrs = {**node.attrs, "height": x.shape[1], "width": x.shape[2]}
    return p._apply("warp_grad", (dy, transforms), **attrs), None


define(
    "warp",
    infer=_infer_warp,
    reference=_reference_warp,
    gradient=_gradient_warp,
    lower=_lower_warp,
    sample=_sample_warp,
)
define(
    "warp_grad",
    infer=_infer_warp,
    reference=_reference_warp_grad,
    lower=_lower_warp,
    sample=lambda rng: [
        ([dy, t], {**attrs, "height": 5, "width": 8}) for (dy, t), attrs in _sample_warp(rng) if dy.dtype != np.uint8
    ],
)
