"""Reductions over one run of neighbouring axes, [first, last]: the operand is seen as (outer, count, inner)."""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.opdef import define
from keraunos.graph.scans import products_of_others

IMAGE = 8  # a sum over (N, P) with at least this many P is taken in two steps


def _split(shape, first, last):
    product = lambda part: int(np.prod(part, dtype=np.int64))  # noqa: E731
    return product(shape[:first]), product(shape[first : last + 1]), product(shape[last + 1 :])


def _infer(result_dtype=None, needs_elements=False, keeps_shape=False, name=""):
    def infer(inputs, first, last):
        x = inputs[0]
        if needs_elements and _split(x.shape, first, last)[1] == 0:
            raise ValueError(f"[{name}] of an empty axis has no value: shape {x.shape}, axes {first}..{last}")
        shape = x.shape if keeps_shape else x.shape[:first] + x.shape[last + 1 :]
        return [(shape, result_dtype or x.dtype)]

    return infer


def _emit(builder, op, dtype, extents, source, target):
    outer, count, inner = extents
    builder.emit(
        op,
        dtype,
        extents,
        reads=[source],
        writes=[target],
        units=outer if outer > 1 else inner,
        row_reads=[outer > 1],
        row_writes=[outer > 1 or op != "cumsum"],
        nanoseconds=outer * count * inner * (0.06 if op in ("sum", "max", "min") else 0.5),
    )


def _lower(node, builder):
    x = node.inputs[0]
    source, target = builder.buffer(x), builder.buffer(node.outputs[0])
    outer, count, inner = _split(x.shape, **node.attrs)
    if node.op.name == "sum" and outer == 1 and node.attrs["last"] > 0 and count >= IMAGE * x.shape[0] > IMAGE:
        # First over each image, while whoever wrote it has left it in the cache, then over images.
        sums = builder.scratch(x.shape[0] * inner, x.dtype)
        _emit(builder, "sum", x.dtype, (x.shape[0], count // x.shape[0], inner), source, sums)
        source, count = sums, x.shape[0]
    _emit(builder, node.op.name, x.dtype, (outer, count, inner), source, target)


def _expand(node, tensor):
    """`tensor` of the result's shape, with extents of 1 in place of the reduced axes."""
    shape, a = node.inputs[0].shape, node.attrs
    return p.reshape(tensor, shape[: a["first"]] + (1,) * (a["last"] - a["first"] + 1) + shape[a["last"] + 1 :])


def _gradient_sum(node, dy):
    return (p.broadcast_to(_expand(node, dy), node.inputs[0].shape),)


def _gradient_extreme(node, dy):
    """Equals share the gradient evenly, as TensorFlow's reduce_max has it."""
    x, y = node.inputs[0], node.outputs[0]
    chosen = p.cast(p.equal(x, _expand(node, y)), x.dtype)
    a = node.attrs
    count = p.sum(chosen, tuple(range(a["first"], a["last"] + 1)))
    return (p.multiply(chosen, _expand(node, p.divide(dy, count))),)


def _gradient_prod(node, dy):
    """dy times the product of all other elements: y / x would be NaN where x is 0."""
    x = node.inputs[0]
    others = products_of_others(p.reshape(x, _split(x.shape, **node.attrs)), 1)
    return (p.multiply(_expand(node, dy), p.reshape(others, x.shape)),)


def _gradient_cumsum(node, dy):
    axis = node.attrs["first"]
    start, stop, step = [0] * dy.ndim, list(dy.shape), [1] * dy.ndim
    start[axis], stop[axis], step[axis] = dy.shape[axis] - 1, -1, -1
    backwards = lambda t: p.slice(t, start, stop, step)  # noqa: E731
    return (backwards(p.cumsum(backwards(dy), axis)),)


def _axes(first, last):
    return tuple(range(first, last + 1))


def _sample(dtypes, whole=False):
    def sample(rng):
        cases = []
        for dtype in dtypes:
            for shape, first, last in [
                ((5, 37), 1, 1),
                ((33, 6), 0, 0),
                ((3, 4, 5), 1, 1),
                ((41,), 0, 0),
                ((2, 3, 4), 1, 2),
            ]:
                if whole and first != last:
                    continue
                data = (
                    rng.integers(0, 2 if dtype == "bool" else 50, shape)
                    if "float" not in dtype
                    else rng.normal(size=shape)
                )
                cases.append(([data.astype(dtype)], {"first": first, "last": last}))
        return cases

    return sample


_NUMBERS = ("float32", "float64", "int32", "int64")
define("sum", infer=_infer(), reference=lambda x, first, last: x.sum(_axes(first, last), dtype=x.dtype), gradient=_gradient_sum,
       lower=_lower, sample=_sample(_NUMBERS))  # fmt: skip
define("max", infer=_infer(needs_elements=True, name="max"), reference=lambda x, first, last: x.max(_axes(first, last)),
       gradient=_gradient_extreme, lower=_lower, sample=_sample((*_NUMBERS, "bool")))  # fmt: skip
define("min", infer=_infer(needs_elements=True, name="min"), reference=lambda x, first, last: x.min(_axes(first, last)),
       gradient=_gradient_extreme, lower=_lower, sample=_sample((*_NUMBERS, "bool")))  # fmt: skip
define("prod", infer=_infer(), reference=lambda x, first, last: x.prod(_axes(first, last), dtype=x.dtype),
       gradient=_gradient_prod, lower=_lower, sample=_sample(("float32", "float64")))  # fmt: skip
define("argmax", infer=_infer("int32", True, name="argmax"), reference=lambda x, first, last: x.argmax(first).astype(np.int32),
       lower=_lower, sample=_sample(_NUMBERS, True))  # fmt: skip
define("argmin", infer=_infer("int32", True, name="argmin"), reference=lambda x, first, last: x.argmin(first).astype(np.int32),
       lower=_lower, sample=_sample(_NUMBERS, True))  # fmt: skip
define("cumsum", infer=_infer(keeps_shape=True), reference=lambda x, first, last: x.cumsum(first, dtype=x.dtype),
       gradient=_gradient_cumsum, lower=_lower, sample=_sample(_NUMBERS, True))  # fmt: skip
