"""verify: the invariants that hold between any two passes."""

from keraunos.graph.ir import LEAVES


class VerificationError(AssertionError):
    """A pass left a graph that is not well formed."""


def verify(graph, after=""):
    """Checks that every tensor is produced once before it is used, that re-inferred shapes and dtypes agree with
    what is noted, and that inputs, variables and results belong to the graph. Returns the graph."""
    produced = set()
    for position, node in enumerate(graph.nodes):
        for tensor in node.inputs:
            if id(tensor) not in produced:
                _fail(graph, position, after, f"input {tensor} is used before it is produced")
        if node.op.name not in LEAVES:
            noted = [(t.shape, t.dtype) for t in node.outputs]
            inferred = [(tuple(s), d) for s, d in node.op.infer(node.inputs, **node.attrs)]
            if noted != inferred:
                _fail(graph, position, after, f"noted {noted}, inferred {inferred}")
        for tensor in node.outputs:
            if id(tensor) in produced or tensor.node is not node:
                _fail(graph, position, after, "output is produced twice or belongs to another node")
            produced.add(id(tensor))
    for variable, tensor in graph.updates.items():
        if id(tensor) not in produced or tensor.shape != variable.shape or tensor.dtype != variable.dtype:
            _fail(graph, len(graph.nodes), after, f"update of {variable.path}: {tensor}")
    for tensor in graph.outputs:
        if id(tensor) not in produced:
            _fail(graph, len(graph.nodes), after, f"output {tensor} is not produced")
    return graph


def _fail(graph, position, after, message):
    from keraunos.graph.dump import describe

    around = "\n".join(describe(graph.nodes[max(0, position - 2) : position + 2]))
    raise VerificationError(f"[verify] after {after or 'tracing'}, node {position}: {message}\n{around}")
