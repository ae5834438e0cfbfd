"""share: computes equal nodes once (same op, inputs and attributes). Random ops are equal when their seeds are."""

from keraunos.graph.ir import LEAVES, rewrite


def run(graph):
    known = {}

    def visit(node, inputs, make):
        if node.op.name in LEAVES:
            return None
        key = (node.op.name, tuple(id(t) for t in inputs), tuple(sorted(node.attrs.items())))
        if key in known:
            return known[key]
        known[key] = make(node.op, inputs, node.attrs, node.scope)
        return known[key]

    return rewrite(graph, visit)
