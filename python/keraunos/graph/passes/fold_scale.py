"""fold_scale: a factor per channel behind a convolution or product moves into its weights.

Pattern: `multiply(product + bias, factor) + shift`, where factor and shift (C,) come from variables that the step only
reads: batch normalization at inference. It becomes `product' + (bias * factor + shift)` with weights times factor, and
two passes over the pictures are gone. The new weights depend on variables alone, so they are computed once
(keraunos/graph/prepare.py).
"""

from keraunos.graph.ir import LEAVES, rewrite
from keraunos.graph.opdef import REGISTRY

PRODUCTS = ("convolution", "matmul")


def run(graph):
    steady = _steady(graph)
    users = graph.users()
    results = {id(t) for t in graph.results()}
    found = {}  # id of a multiply's output -> (product node, bias or None, factor)

    def only_reader(tensor, op):
        readers = users.get(id(tensor), [])
        return readers[0] if len(readers) == 1 and id(tensor) not in results and readers[0].op.name == op else None

    def vector(node, tensor):
        """The other operand of `node`, if it is a vector over channels that never changes."""
        other = node.inputs[1] if node.inputs[0] is tensor else node.inputs[0]
        fits = other is not tensor and other.shape == tensor.shape[-1:] and id(other) in steady
        return other if fits else None

    for node in graph.nodes:
        if node.op.name not in PRODUCTS or node.attrs.get("transpose_b") or id(node.inputs[1]) not in steady:
            continue
        tensor, bias = node.outputs[0], None
        add = only_reader(tensor, "add")
        if add is not None and vector(add, tensor) is not None:
            bias, tensor = vector(add, tensor), add.outputs[0]
        multiply = only_reader(tensor, "multiply")
        if multiply is not None and vector(multiply, tensor) is not None:
            found[id(multiply.outputs[0])] = (node, bias, vector(multiply, tensor))
    new = {}

    def visit(node, inputs, make):
        for old, tensor in zip(node.inputs, inputs, strict=True):
            new[id(old)] = tensor
        match = found.get(id(node.outputs[0])) if node.outputs else None
        if match is None:
            return None
        product, bias, factor = match
        x, w, factor = (new.get(id(t), t) for t in (*product.inputs, factor))
        multiply = REGISTRY["multiply"]
        (weights,) = make(multiply, (w, factor), {}, node.scope)
        outputs = make(product.op, (x, weights), product.attrs, product.scope)
        if bias is None:
            return outputs
        (scaled,) = make(multiply, (new.get(id(bias), bias), factor), {}, node.scope)
        return make(REGISTRY["add"], (outputs[0], scaled), {}, node.scope)

    return rewrite(graph, visit) if found else graph


def _steady(graph):
    """ids of tensors that depend on nothing but constants and variables that stay what they are."""
    steady = set()
    for node in graph.nodes:
        if node.op.name == "variable":
            fixed = node.attrs["variable"] not in graph.updates
        else:
            fixed = node.op.name == "constant" or (
                node.op.name not in LEAVES and all(id(t) in steady for t in node.inputs)
            )
        if fixed:
            steady.update(id(t) for t in node.outputs)
    return steady
