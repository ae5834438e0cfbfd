"""fold_constants: evaluates nodes whose inputs are all constants, when the result is small.

The cotangent of a mean, the broadcast 1/N, is such a node; folding it takes several instructions out of every step.
"""

from keraunos.graph.interpret import evaluate
from keraunos.graph.ir import LEAVES, rewrite
from keraunos.graph.opdef import REGISTRY

LARGEST = 65536  # elements: beyond this, a Program would carry more bytes than the instruction costs time


def run(graph):
    constants = {}

    def visit(node, inputs, make):
        if node.op.name == "constant":
            constants[id(node.outputs[0])] = node.attrs["value"]
        if node.op.name in LEAVES or not all(id(t) in constants for t in inputs):
            return None
        if any(t.size > LARGEST for t in node.outputs):
            return None
        values = evaluate(node, [constants[id(t)] for t in inputs])
        return [_constant(v, t, make, constants) for v, t in zip(values, node.outputs, strict=True)]

    return rewrite(graph, visit)


def _constant(value, like, make, constants):
    (leaf,) = make(REGISTRY["constant"], (), {"value": value}, specs=[(like.shape, like.dtype)])
    constants[id(leaf)] = value
    return leaf
