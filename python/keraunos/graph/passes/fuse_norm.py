"""fuse_norm: batch normalization and the relu behind it become one pass each way.

Pattern: `relu(y)` of a `batch_norm` whose result nobody else reads; its gradient,
`batch_norm_grad(relu_grad(dz, relu))`, asks the normalization again which elements are positive, so that neither relu
nor its gradient is a pass of its own.
"""

from keraunos.graph.ir import rewrite
from keraunos.graph.opdef import REGISTRY


def run(graph):
    users = graph.users()
    results = {id(t) for t in graph.results()}

    def only_reader(tensor):
        readers = users.get(id(tensor), ())
        return readers[0] if len(readers) == 1 and id(tensor) not in results else None

    fused = set()  # batch_norm nodes
    relus, backward = {}, {}  # id of a relu's output -> its batch_norm; batch_norm_grad node -> that batch_norm
    for node in graph.nodes:
        if node.op.name == "batch_norm":
            relu = only_reader(node.outputs[0])
            if relu is not None and relu.op.name == "relu":
                relus[id(relu.outputs[0])] = node
                fused.add(node)
        elif node.op.name == "relu_grad" and id(node.inputs[1]) in relus:
            source, follower = relus[id(node.inputs[1])], only_reader(node.outputs[0])
            if follower is not None and _belongs(follower, node.outputs[0], source):
                backward[follower] = source
            else:
                fused.discard(source)
    # One gradient that cannot be fused leaves its batch_norm, and with it all gradients, as they are.
    new = {}

    def visit(node, inputs, make):
        for old, tensor in zip(node.inputs, inputs, strict=True):
            new[id(old)] = tensor
        if node in fused:
            return make(REGISTRY["batch_norm_relu"], inputs, node.attrs, node.scope)
        if node.op.name == "relu" and relus.get(id(node.outputs[0])) in fused:
            return (inputs[0],)
        if node.op.name == "relu_grad" and relus.get(id(node.inputs[1])) in fused:
            return (inputs[0],)
        if backward.get(node) in fused:
            beta = backward[node].inputs[2]
            operands = (*inputs, new.get(id(beta), beta))
            return make(REGISTRY["batch_norm_relu_grad"], operands, node.attrs, node.scope)
        return None

    return rewrite(graph, visit) if fused else graph


def _belongs(node, dy, source):
    """Whether `node` is the gradient of the batch_norm `source`, sent `dy`."""
    return node.op.name == "batch_norm_grad" and node.inputs[0] is dy and node.inputs[3] is source.outputs[1]
