"""widen_halves: what has no kernel for bfloat16 or float16 computes in float32.

Its halves are cast to float32 before, which is exact, and its results are rounded to halves after, so an op rounds
once, whatever its kernel sums inside. Casts are row by row: the scheduler puts them into the chain of the op, where
they find their rows in the cache. It comes after fusion, so that what was fused rounds once, too.

A cast to a half and back is never dropped, because it rounds; where nobody needs the half itself, both are one step,
`round_bfloat16` or `round_float16`, in place. What only selects or negates halves gives halves: the next op takes
those in float32 as they are.

This is no pass of the PIPELINE: every graph needs it, and it depends on the machine that is to run it.
"""

from keraunos.graph import dtypes
from keraunos.graph.ir import LEAVES, rewrite
from keraunos.graph.lower import Builder
from keraunos.graph.opdef import REGISTRY
from keraunos.graph.passes import prune

_SELECT = ("relu", "relu_grad", "maximum", "minimum", "negative", "absolute", "where", "max", "min", "sort", "max_pool",
           "max_pool_index")  # fmt: skip


def run(graph, target):
    """`graph` without halves where there are no kernels for them.

    Args:
        graph: an optimized graph.
        target: what runs it; says which kernels there are.
    """
    if not any(t.dtype in dtypes.HALVES for node in graph.nodes for t in node.outputs):
        return graph
    wide = {}  # id of a half of the new graph -> its float32

    def widened(tensor, make, scope):
        if tensor.dtype not in dtypes.HALVES:
            return tensor
        if id(tensor) not in wide:
            dtype, step = dtypes.compute(tensor.dtype), f"round_{tensor.dtype}"
            if _is_cast(tensor.node, dtype, tensor.dtype) and target.has_kernel(step, dtypes.IDS[dtype]):
                found = make(REGISTRY[step], tensor.node.inputs, {}, scope)
            else:
                found = _cast(tensor, dtype, make, scope)
            wide[id(tensor)] = found[0]
        return wide[id(tensor)]

    def visit(node, inputs, make):
        if node.op.name in LEAVES or not _uses_halves(node):
            return None
        if any(_is_cast(node, half, dtypes.compute(half)) for half in dtypes.HALVES):
            return (widened(inputs[0], make, node.scope),)
        if _runs(node, target):
            return None
        wide_inputs = [widened(t, make, node.scope) for t in inputs]
        outputs = make(node.op, wide_inputs, dtypes.compute_attrs(node.attrs), node.scope)
        results = []
        for old, new in zip(node.outputs, outputs, strict=True):
            if new.dtype != old.dtype:
                (half,) = _cast(new, old.dtype, make, node.scope)
                if _selects(node):
                    wide[id(half)] = new
                new = half
            results.append(new)
        return results

    return prune.run(rewrite(graph, visit))


def _is_cast(node, source, target):
    """Whether `node` does nothing but make the dtype `target` of `source`."""
    if node.op.name != "cast" or node.inputs[0].dtype != source or node.attrs["dtype"] != target:
        return False
    return node.attrs["scale"] == 1 and node.attrs["offset"] == 0


def _selects(node):
    """Whether every element of the results is one of the operands', or its negative."""
    if node.op.name == "max_unpool":
        return all(s >= w for s, w in zip(node.attrs["strides"], node.attrs["window"], strict=True))
    return node.op.name in _SELECT


def _uses_halves(node):
    return any(t.dtype in dtypes.HALVES for t in (*node.inputs, *node.outputs))


def _runs(node, target):
    """Whether there are kernels for all instructions that `node` is lowered to."""
    builder = Builder(target)
    node.op.lower(node, builder)
    return all(target.has_kernel(i.op, dtypes.IDS[i.dtype]) for i in builder.instructions)


def _cast(tensor, dtype, make, scope):
    return make(REGISTRY["cast"], (tensor,), {"dtype": dtype, "scale": 1.0, "offset": 0.0}, scope)
