"""Ops that give the memory of an operand another meaning, and compute nothing."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.defs.movement import emit_copy
from keraunos.graph.opdef import define

# reshape: no instruction, the builder lets both tensors share a buffer -------------------------------------------------


def _same_size(x, shape):
    if int(np.prod(shape, dtype=np.int64)) != x.size or any(extent < 0 for extent in shape):
        raise ValueError(f"[reshape] cannot reshape {x.shape} ({x.size} elements) to {shape}")
    return shape


define(
    "reshape",
    infer=lambda inputs, shape: [(_same_size(inputs[0], shape), inputs[0].dtype)],
    reference=lambda x, shape: x.reshape(shape),
    gradient=lambda node, dy: (p.reshape(dy, node.inputs[0].shape),),
    lower=lambda node, builder: builder.alias(node.outputs[0], node.inputs[0]),
    sample=lambda rng: [([rng.normal(size=(6, 4))], {"shape": (3, 8)})],
)


define(
    "stop_gradient",
    infer=lambda inputs: [(inputs[0].shape, inputs[0].dtype)],
    reference=lambda x: x,
    gradient=lambda node, dy: (None,),
    lower=lambda node, builder: builder.alias(node.outputs[0], node.inputs[0]),
    sample=lambda rng: [([rng.normal(size=(6, 4))], {})],
)


# custom_gradient: its last inputs are its outputs; passes/simplify.py takes it out ------------------------------------------


def _gradient_custom(node, *cotangents):
    outputs = node.attrs["rule"].outputs
    arguments = node.inputs[:-outputs]
    zeros = [p.broadcast_to(p.scalar(0, t.dtype), t.shape) for t in node.outputs]
    given = [z if c is None else c for c, z in zip(cotangents, zeros, strict=True)]
    return (*node.attrs["rule"](arguments, given), *[None] * outputs)


def _lower_custom(node, builder):
    for source, target in zip(node.inputs[-len(node.outputs) :], node.outputs, strict=True):
        emit_copy(builder, source, target)


class _Twice:
    """A rule for samples: two outputs; the cotangent of the argument is twice that of the first."""

    outputs = 2

    def __call__(self, arguments, cotangents):
        return [p.multiply(cotangents[0], 2)]


define(
    "custom_gradient",
    infer=lambda inputs, rule: [(t.shape, t.dtype) for t in inputs[-rule.outputs :]],
    reference=lambda *arrays, rule: arrays[-rule.outputs :],
    gradient=_gradient_custom,
    lower=_lower_custom,
    sample=lambda rng: [([rng.normal(size=(3, 4)) for _ in range(3)], {"rule": _Twice()})],
)


_BITCAST = ("uint8", "int32", "int64", "float32", "float64")


def _infer_bitcast(inputs, dtype):
    x = inputs[0]
    if x.dtype not in _BITCAST or dtype not in _BITCAST:
        raise TypeError(f"[view] expected {', '.join(_BITCAST)}, got a view of {x.dtype} as {dtype}")
    old, new = dtypes.itemsize(x.dtype), dtypes.itemsize(dtype)
    if old == new:
        return [(x.shape, dtype)]
    if not x.shape or x.shape[-1] * old % new:
        raise ValueError(f"[view] the last axis of {x.dtype} {x.shape} makes no whole number of elements of {dtype}")
    return [((*x.shape[:-1], x.shape[-1] * old // new), dtype)]


define(
    "bitcast",
    infer=_infer_bitcast,
    reference=lambda x, dtype: np.ascontiguousarray(x).view(dtype).reshape(x.shape if not x.ndim else (*x.shape[:-1], -1)),
    lower=lambda node, builder: builder.alias(node.outputs[0], node.inputs[0]),
    sample=lambda rng: [([rng.normal(size=(3, 4)).astype(a)], {"dtype": b}) for a, b in
                        [("float32", "int32"), ("float64", "int64"), ("float64", "uint8"), ("float32", "float64")]],
)  # fmt: skip
