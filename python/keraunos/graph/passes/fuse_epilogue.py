"""fuse_epilogue: a product or convolution, its bias and its activation become one kernel.

Pattern: `act(add(product, bias))` where the product is a matmul of rank 2 or a convolution, bias has its columns, and
neither intermediate is read by anybody else. An epilogue costs nothing where two passes over a 32 x 100 activation cost
0.3 us, and over the 30 x 30 x 32 pictures of a CIFAR-10 network's first layer 160 us, for a convolution of 210 us.
"""

from keraunos.graph.defs.contraction import ACTIVATIONS
from keraunos.graph.ir import rewrite
from keraunos.graph.opdef import REGISTRY

# op -> (fused op, activations its kernel has)
FUSED = {"matmul": ("dense", ACTIVATIONS), "convolution": ("convolution_bias", ("linear", "relu"))}


def run(graph):
    users = graph.users()
    results = {id(t) for t in graph.results()}
    absorbed = {}  # id of an add's or activation's output -> (product's node, bias, activation)

    def only_reader(tensor):
        readers = users.get(id(tensor), [])
        return readers[0] if len(readers) == 1 and id(tensor) not in results else None

    for node in graph.nodes:
        if node.op.name not in FUSED or (node.op.name == "matmul" and len(node.outputs[0].shape) != 2):
            continue
        product = node.outputs[0]
        add = only_reader(product)
        if add is None or add.op.name != "add" or add.outputs[0].shape != product.shape:
            continue
        bias = add.inputs[1] if add.inputs[0] is product else add.inputs[0]
        if bias is product or bias.shape != product.shape[-1:]:
            continue
        activation = only_reader(add.outputs[0])
        if activation is not None and activation.op.name in FUSED[node.op.name][1]:
            absorbed[id(activation.outputs[0])] = (node, bias, activation.op.name)
        else:
            absorbed[id(add.outputs[0])] = (node, bias, "linear")

    new = {}

    def visit(node, inputs, make):
        for old, tensor in zip(node.inputs, inputs, strict=True):
            new[id(old)] = tensor
        found = absorbed.get(id(node.outputs[0])) if node.outputs else None
        if found is None:
            return None
        product, bias, activation = found
        operands = [new.get(id(t), t) for t in (*product.inputs, bias)]
        fused = REGISTRY[FUSED[product.op.name][0]]
        return make(fused, operands, {**product.attrs, "activation": activation}, node.scope)

    return rewrite(graph, visit)
