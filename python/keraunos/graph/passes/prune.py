"""prune: drops nodes that no result depends on."""

from keraunos.graph.ir import Graph


def run(graph):
    needed = {id(t) for t in graph.results()}
    kept = []
    for node in reversed(graph.nodes):
        if node.op.name == "placeholder" or any(id(t) in needed for t in node.outputs):
            needed.update(id(t) for t in node.inputs)
            kept.append(node)
    kept.reverse()
    alive = {id(t) for node in kept for t in node.outputs}
    variables = {v: t for v, t in graph.variables.items() if id(t) in alive or v in graph.updates}
    return Graph(kept, graph.inputs, variables, graph.outputs, graph.updates)
