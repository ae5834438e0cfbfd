"""Pools over windows of the spatial axes of `(N, ..., C)` tensors, one to three of them.

Attributes: `window` and `strides` per spatial axis, `padding` as (before, after) pairs. Padding is never part of a
maximum or a mean.
"""

import itertools
import math

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.opdef import define

# One core in its L2 cache reads a float32 in about this many ns.
_ELEMENT = 0.08
# Fewer images than this are cut into blocks of lines, when pooling them lasts long enough to be shared.
_FEW_IMAGES, _BLOCKS, _BLOCKS_FROM = 8, 16, 10_000


def pooled(spatial, window, strides, padding):
    """Spatial extents of the result."""
    return tuple(
        max((n + a + b - w) // s + 1, 0) for n, w, s, (a, b) in zip(spatial, window, strides, padding, strict=True)
    )


def _check(name, spatial, window, strides, padding):
    for n, w, (before, after) in zip(spatial, window, padding, strict=True):
        if n + before + after < w:
            raise ValueError(
                f"[{name}] windows of {tuple(window)} do not fit into inputs of spatial shape {tuple(spatial)}"
            )
        if before >= w or after >= w:
            raise ValueError(f"[{name}] padding {tuple(padding)} must be smaller than the window {tuple(window)}")


def _infer(name, index=False):
    def infer(inputs, window, strides, padding, **attrs):
        x = inputs[0]
        if x.ndim != len(window) + 2 or not dtypes.is_float(x.dtype):
            raise ValueError(
                f"[{name}] expected a float tensor of rank {len(window) + 2} for the window {tuple(window)}, "
                f"got {x.dtype} {x.shape}"
            )
        _check(name, x.shape[1:-1], window, strides, padding)
        shape = (x.shape[0], *pooled(x.shape[1:-1], window, strides, padding), x.shape[-1])
        return [(shape, x.dtype), (shape, "uint8")] if index else [(shape, x.dtype)]

    return infer


def _infer_gradient(inputs, window, strides, padding, spatial):
    dy = inputs[0]
    return [((dy.shape[0], *spatial, dy.shape[-1]), dy.dtype)]


# references -----------------------------------------------------------------------------------------------------------


def _places(shape, window, strides, padding):
    """For every element of a window, in row-major order: index of the elements it falls on in the padded input."""
    out = pooled(shape[1:-1], window, strides, padding)
    for element in itertools.product(*map(range, window)):
        yield (slice(None), *(slice(k, k + (n - 1) * s + 1, s) for k, n, s in zip(element, out, strides, strict=True)))


def _padded(x, padding, value):
    return np.pad(x, [(0, 0), *padding, (0, 0)], constant_values=value)


def _elements(x, window, strides, padding, value):
    padded = _padded(x, padding, value)
    return np.stack([padded[place] for place in _places(x.shape, window, strides, padding)])


def _first_maximum(x, window, strides, padding):
    elements = _elements(x, window, strides, padding, -np.inf)
    return elements.max(0), elements.argmax(0)


def _max_pool(x, window, strides, padding, relu=False):
    y, _ = _first_maximum(x, window, strides, padding)
    return np.where(y <= 0, 0, y).astype(x.dtype) if relu else y


def _max_pool_index(x, window, strides, padding, relu=False):
    y, index = _first_maximum(x, window, strides, padding)
    if relu:
        y, index = np.where(y <= 0, 0, y).astype(x.dtype), np.where(y > 0, index, 255)
    return y, index.astype(np.uint8)


def _average_pool(x, window, strides, padding):
    counts = _elements(np.ones_like(x), window, strides, padding, 0).sum(0)
    return (_elements(x, window, strides, padding, 0).sum(0) / counts).astype(x.dtype)


def _sent_back(dy, window, strides, padding, spatial, share):
    """dx where element k of every window receives dy * share(k)."""
    shape = (dy.shape[0], *spatial, dy.shape[-1])
    padded = _padded(np.zeros(shape, dy.dtype), padding, 0)
    for k, place in enumerate(_places(shape, window, strides, padding)):
        padded[place] += dy * share(k)
    return padded[(slice(None), *(slice(a, a + n) for (a, _), n in zip(padding, spatial, strict=True)))]


def _max_unpool(dy, index, window, strides, padding, spatial):
    return _sent_back(dy, window, strides, padding, spatial, lambda k: index == k)


def _max_pool_grad(dy, x, window, strides, padding, spatial):
    _, index = _first_maximum(x, window, strides, padding)
    return _sent_back(dy, window, strides, padding, spatial, lambda k: index == k)


def _average_pool_grad(dy, window, strides, padding, spatial):
    ones = np.ones((*dy.shape[:1], *spatial, dy.shape[-1]), dy.dtype)
    counts = _elements(ones, window, strides, padding, 0).sum(0)
    return _sent_back(dy / counts, window, strides, padding, spatial, lambda k: 1)


# gradients, lowering --------------------------------------------------------------------------------------------------


def _geometry(node):
    a = node.attrs
    return {"window": a["window"], "strides": a["strides"], "padding": a["padding"]}


def _gradient_max(node, dy):
    x = node.inputs[0]
    return (p._apply("max_pool_grad", (dy, x), spatial=x.shape[1:-1], **_geometry(node)),)


def _gradient_average(node, dy):
    return (p._apply("average_pool_grad", (dy,), spatial=node.inputs[0].shape[1:-1], **_geometry(node)),)


def _gradient_average_grad(node, ddx):
    return (p._apply("average_pool", (ddx,), **_geometry(node)),)


def _three(values, fill=1):
    return (*[fill] * (3 - len(values)), *values)


def _lower(backward, blocks=True):
    def lower(node, builder):
        a = node.attrs
        small, large = (node.inputs[0], node.outputs[0]) if backward else (node.outputs[0], node.inputs[0])
        images = small.shape[0]
        nanoseconds = _ELEMENT * (large.size * (2 if backward else 1) + small.size * math.prod(a["window"]))
        lines = math.prod(_three((large if backward else small).shape[1:-1])[:2])
        count = 1
        if blocks and 0 < images < _FEW_IMAGES and nanoseconds >= _BLOCKS_FROM:
            count = max(1, min(lines, _BLOCKS // images))
        params = (
            images, small.shape[-1], *_three(large.shape[1:-1]), *_three(small.shape[1:-1]), *_three(a["window"]),
            *_three(a["strides"]), *_three([before for before, _ in a["padding"]], 0), count, int(a.get("relu", False)),
        )  # fmt: skip
        builder.emit(
            node.op.name,
            small.dtype,
            params,
            reads=[builder.buffer(t) for t in node.inputs],
            writes=[builder.buffer(t) for t in node.outputs],
            units=images * count,
            row_reads=[count == 1] * len(node.inputs),
            row_writes=[count == 1] * len(node.outputs),
            nanoseconds=nanoseconds,
            together=1,
        )

    return lower


# samples --------------------------------------------------------------------------------------------------------------

_CASES = [  # input shape, window, strides, padding
    ((2, 6, 8, 3), (2, 2), (2, 2), ((0, 0), (0, 0))),
    ((1, 7, 5, 33), (2, 2), (2, 2), ((0, 1), (0, 1))),
    ((3, 9, 7, 16), (3, 3), (2, 2), ((0, 0), (1, 1))),
    ((2, 5, 6, 1), (3, 3), (1, 1), ((1, 1), (1, 1))),
    ((2, 8, 8, 2), (2, 2), (3, 3), ((0, 0), (0, 0))),
    ((2, 11, 5), (4,), (2,), ((1, 2),)),
    ((2, 3, 5, 4, 2), (1, 2, 3), (2, 2, 2), ((0, 0), (0, 1), (0, 1))),
    ((0, 4, 4, 2), (2, 2), (2, 2), ((0, 0), (0, 0))),
    ((2, 40, 30, 64), (2, 2), (2, 2), ((0, 0), (0, 0))),
]


def _sample(operands, relu=False, spatial=False):
    def sample(rng):
        cases = []
        for dtype in ("float32", "float64"):
            for number, (shape, window, strides, padding) in enumerate(_CASES):
                x = rng.normal(size=shape).astype(dtype)
                attrs = {"window": window, "strides": strides, "padding": padding}
                if relu:
                    attrs["relu"] = bool(number % 2)
                dy = rng.normal(size=_max_pool(x, window, strides, padding).shape).astype(dtype)
                index = _first_maximum(x, window, strides, padding)[1].astype(np.uint8)
                arrays = [{"x": x, "dy": dy, "index": index}[name] for name in operands]
                cases.append((arrays, {**attrs, "spatial": shape[1:-1]} if spatial else attrs))
        return cases

    return sample


define("max_pool", infer=lambda inputs, relu=False, **attrs: _infer("max_pool")(inputs, **attrs), reference=_max_pool,
       gradient=_gradient_max, lower=_lower(False), sample=_sample(("x",)))  # fmt: skip
define("average_pool", infer=_infer("average_pool"), reference=_average_pool, gradient=_gradient_average, lower=_lower(False),
       sample=_sample(("x",)))  # fmt: skip
define("max_pool_grad", infer=_infer_gradient, reference=_max_pool_grad, lower=_lower(True, blocks=False),
       sample=_sample(("dy", "x"), spatial=True))  # fmt: skip
define("average_pool_grad", infer=_infer_gradient, reference=_average_pool_grad, gradient=_gradient_average_grad,
       lower=_lower(True), sample=_sample(("dy",), spatial=True))  # fmt: skip

# What passes/index_pools.py puts in their place: the maxima are found once, forward.
define("max_pool_index", infer=_infer("max_pool_index", index=True), reference=_max_pool_index, lower=_lower(False),
       sample=_sample(("x",), relu=True))  # fmt: skip
define("max_unpool", infer=_infer_gradient, reference=_max_unpool, lower=_lower(True),
       sample=_sample(("dy", "index"), spatial=True))  # fmt: skip
