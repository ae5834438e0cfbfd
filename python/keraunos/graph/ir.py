"""Graph: a finished trace as the passes see it, and the one way to rewrite it."""

from dataclasses import dataclass, field

from keraunos.graph.tensor import Node, Tensor

LEAVES = ("placeholder", "variable", "constant")


@dataclass
class Graph:
    """Nodes in topological order with what goes in and what comes out.

    Attributes:
        nodes: nodes, each after the producers of its inputs.
        inputs: placeholders in order.
        variables: variable -> the leaf that stands for its value at the start.
        outputs: tensors to be returned.
        updates: variable -> tensor that becomes its value.
    """

    nodes: list
    inputs: list
    variables: dict
    outputs: list
    updates: dict = field(default_factory=dict)

    @classmethod
    def from_trace(cls, trace, outputs):
        """The graph of a trace that returns `outputs`."""
        outputs = [trace.constant(t) if t.value is not None else t for t in outputs]
        return cls(list(trace.nodes), list(trace.inputs), dict(trace.variables), outputs, trace.updates())

    def results(self):
        """All tensors that the graph is there to compute."""
        return [*self.outputs, *self.updates.values()]

    def users(self):
        """tensor id -> nodes that read it, in order."""
        found = {}
        for node in self.nodes:
            for tensor in {id(t): t for t in node.inputs}.values():
                found.setdefault(id(tensor), []).append(node)
        return found


def rewrite(graph, visit):
    """A new graph in which `visit(node, inputs)` may stand in for nodes.

    Args:
        graph: the graph; it is left as it is.
        visit: `(node, inputs, make)`: a node, its inputs in the new graph, and `make(op, inputs, attrs, scope,
            specs)`, which adds a node and returns its outputs (`specs`: their shapes and dtypes, for leaves, which
            infer none).
            Returns None to keep the node, else the tensors that take the place of its outputs.
    """
    replaced = {}
    nodes = []

    def current(tensor):
        return replaced.get(id(tensor), tensor)

    def make(op, inputs, attrs, scope="", specs=None):
        node = Node(op, tuple(inputs), attrs, scope)
        node.outputs = tuple(Tensor(tuple(s), d, node=node) for s, d in specs or op.infer(node.inputs, **attrs))
        nodes.append(node)
        return node.outputs

    for node in graph.nodes:
        inputs = tuple(current(t) for t in node.inputs)
        outputs = visit(node, inputs, make)
        if outputs is None:
            if all(a is b for a, b in zip(inputs, node.inputs, strict=True)):
                nodes.append(node)
                continue
            outputs = make(node.op, inputs, node.attrs, node.scope)
        for old, new in zip(node.outputs, outputs, strict=True):
            replaced[id(old)] = new
    return Graph(
        nodes,
        graph.inputs,
        graph.variables,
        [current(t) for t in graph.outputs],
        {variable: current(t) for variable, t in graph.updates.items()},
    )
