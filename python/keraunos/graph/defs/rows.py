"""Ops on rows (the last axis): softmax, sorting, and the cross-entropies fused with their softmax."""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.opdef import define


def _rows(tensor):
    columns = tensor.shape[-1]
    return (tensor.size // columns if columns else 0), columns


def _lower(node, builder, cost=0.6):
    rows, columns = _rows(node.inputs[0])
    builder.emit(
        node.op.name,
        node.inputs[0].dtype,
        (rows, columns, 0.0),
        reads=[builder.buffer(t) for t in node.inputs],
        writes=[builder.buffer(node.outputs[0])],
        units=rows,
        row_reads=[True] * len(node.inputs),
        row_writes=[True],
        nanoseconds=rows * (4 + columns * cost),
    )


def _like_first(inputs, **attrs):
    if not inputs[0].shape:
        raise ValueError("[rows] expected a tensor with at least one axis, got a scalar")
    return [(inputs[0].shape, inputs[0].dtype)]


def _softmax(x):
    shifted = np.exp(x - x.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


def _log_softmax(x):
    shifted = x - x.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def _gradient_softmax(node, dy):
    """y * (dy - sum(dy * y))"""
    y = node.outputs[0]
    return (p.multiply(y, p.subtract(dy, p.sum(p.multiply(dy, y), -1, keepdims=True))),)


def _gradient_log_softmax(node, dy):
    """dy - softmax * sum(dy)"""
    return (p.subtract(dy, p.multiply(p.exp(node.outputs[0]), p.sum(dy, -1, keepdims=True))),)


def _gradient_sort(node, dy):
    """Element i of the sorted row came from column argsort[i]: the inverse permutation carries dy back."""
    x = node.inputs[0]
    columns = x.shape[-1]
    places = p.argsort(p.argsort(x))
    rows = x.size // columns if columns else 0
    offsets = p.as_tensor((np.arange(rows, dtype=np.int32) * columns)[:, None])
    flat = p.add(p.reshape(places, (rows, columns)), offsets)
    return (p.reshape(p.take(p.reshape(dy, (-1,)), p.reshape(flat, (-1,))), x.shape),)


def _samples(rng):
    return [
        ([(rng.normal(size=s) * 3).astype(d)], {})
        for d in ("float32", "float64")
        for s in [(5, 10), (3, 33), (4, 1), (2, 3, 7)]
    ]


_RANKED = {"lower": _lower, "sample": _samples}
define("softmax", infer=_like_first, reference=_softmax, gradient=_gradient_softmax, **_RANKED)
define("log_softmax", infer=_like_first, reference=_log_softmax, gradient=_gradient_log_softmax, **_RANKED)
define("sort", infer=_like_first, reference=lambda x: np.sort(x, -1), gradient=_gradient_sort, **_RANKED)
define(
    "argsort",
    infer=lambda inputs: [(inputs[0].shape, "int32")],
    reference=lambda x: np.argsort(x, -1, kind="stable").astype(np.int32),
    **_RANKED,
)

# cross-entropies ------------------------------------------------------------------------------------------------------


def _infer_loss(name, sparse):
    def infer(inputs):
        logits, targets = inputs[:2]
        expected = logits.shape[:-1] if sparse else logits.shape
        if targets.shape != expected:
            kind = "labels" if sparse else "targets"
            raise ValueError(
                f"[{name}] expected {kind} of shape {expected} for logits {logits.shape}, got {targets.shape}"
            )
        return [(logits.shape[:-1], logits.dtype)]

    return infer


def _one_hot(labels, logits):
    valid = (labels >= 0) & (labels < logits.shape[-1])
    hot = (np.arange(logits.shape[-1]) == labels[..., None]).astype(logits.dtype)
    return np.where(valid[..., None], hot, np.nan).astype(logits.dtype)


def _loss(x, t):
    return -(t * _log_softmax(x)).sum(-1)


def _loss_grad(x, t, dloss):
    return (_softmax(x) * t.sum(-1, keepdims=True) - t) * dloss[..., None]


def _gradient_loss(node, dy):
    x, t = node.inputs
    return p.softmax_cross_entropy_grad(x, t, dy), p.multiply(
        p.log_softmax(x), p.negative(p.reshape(dy, (*dy.shape, 1)))
    )


def _sample_loss(sparse, grad):
    def sample(rng):
        cases = []
        for dtype in ("float32", "float64"):
            for shape in [(6, 10), (3, 40), (5, 1)]:
                logits = (rng.normal(size=shape) * 3).astype(dtype)
                if sparse:
                    targets = rng.integers(0, shape[-1], shape[:-1]).astype("int32")
                else:
                    targets = rng.random(shape).astype(dtype)
                extra = [rng.normal(size=shape[:-1]).astype(dtype)] if grad else []
                cases.append(([logits, targets, *extra], {}))
        return cases

    return sample


define("softmax_cross_entropy", infer=_infer_loss("softmax_cross_entropy", False), reference=_loss, gradient=_gradient_loss,
       lower=_lower, sample=_sample_loss(False, False))  # fmt: skip
define(
    "softmax_cross_entropy_grad",
    infer=_like_first,
    reference=_loss_grad,
    lower=_lower,
    sample=_sample_loss(False, True),
)
define("sparse_softmax_cross_entropy", infer=_infer_loss("sparse_softmax_cross_entropy", True),
       reference=lambda x, labels: np.where(np.isnan(_one_hot(labels, x)).any(-1), np.nan, _loss(x, np.nan_to_num(_one_hot(labels, x)))).astype(x.dtype),
       gradient=lambda node, dy: (p.sparse_softmax_cross_entropy_grad(*node.inputs, dy), None),
       lower=_lower, sample=_sample_loss(True, False))  # fmt: skip
define("sparse_softmax_cross_entropy_grad", infer=_like_first,
       reference=lambda x, labels, dloss: _loss_grad(x, _one_hot(labels, x), dloss), lower=_lower, sample=_sample_loss(True, True))  # fmt: skip
