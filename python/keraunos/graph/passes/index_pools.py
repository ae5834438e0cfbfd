"""index_pools: the maxima of a pool are found once, and relu in front of a pool becomes part of it.

Patterns:
* `max_pool(x)` and `max_pool_grad(dy, x)`: the pool notes in one byte where each maximum was (windows of at most 255
  elements), and `max_unpool` reads that instead of all of `x`.
* `relu(x)` that is read by pools, their gradients, and its own gradient behind those alone: relu does not change which
  element of a window is the first maximum as long as that is positive, and sends nothing where it is not. The pool
  closes such windows (index 255), and relu and its gradient, each a pass over a tensor four times as large, are gone.
"""

import math

from keraunos.graph.ir import rewrite
from keraunos.graph.opdef import REGISTRY

_NUMBERS_OF_A_BYTE = 255
_GEOMETRY = ("window", "strides", "padding")


def run(graph):
    users = graph.users()
    results = {id(t) for t in graph.results()}
    closed = set()  # ids of the outputs of relus that pools absorb
    for node in graph.nodes:
        if node.op.name == "relu" and _only_pooled(node.outputs[0], users, results):
            closed.add(id(node.outputs[0]))
    differentiated = {_key(n.inputs[1], n) for n in graph.nodes if n.op.name == "max_pool_grad" and _fits(n)}
    indexed = {}  # key of a pool -> (maxima, index) in the new graph

    def visit(node, inputs, make):
        name = node.op.name
        if name == "relu" and id(node.outputs[0]) in closed:
            return (inputs[0],)
        if name == "relu_grad" and id(node.inputs[1]) in closed:
            return (inputs[0],)
        if name not in ("max_pool", "max_pool_grad"):
            return None
        position = 0 if name == "max_pool" else 1
        old, x = node.inputs[position], inputs[position]
        relu, key = id(old) in closed, _key(old, node)
        geometry = {attr: node.attrs[attr] for attr in _GEOMETRY}
        if key in differentiated:
            if key not in indexed:
                indexed[key] = make(REGISTRY["max_pool_index"], (x,), {**geometry, "relu": relu}, node.scope)
            maxima, index = indexed[key]
            if name == "max_pool":
                return (maxima,)
            spatial = {"spatial": node.attrs["spatial"]}
            return make(REGISTRY["max_unpool"], (inputs[0], index), {**geometry, **spatial}, node.scope)
        return make(node.op, (x,), {**geometry, "relu": True}, node.scope) if relu else None

    return rewrite(graph, visit)


def _key(x, node):
    return (id(x), *(node.attrs[attr] for attr in _GEOMETRY))


def _fits(node):
    return math.prod(node.attrs["window"]) <= _NUMBERS_OF_A_BYTE


def _only_pooled(tensor, users, results):
    """Whether all readers of a relu's output are pools, gradients of those, and relu's own gradient behind them."""
    pools = 0
    for reader in users.get(id(tensor), ()):
        if reader.op.name == "max_pool" and not reader.attrs.get("relu"):
            pools += 1
        elif reader.op.name == "max_pool_grad" and reader.inputs[0] is not tensor and _fits(reader):
            gradient = reader.outputs[0]
            followers = users.get(id(gradient), ())
            behind = all(f.op.name == "relu_grad" and f.inputs[1] is tensor for f in followers)
            if not behind or len(followers) != 1 or id(gradient) in results:
                return False
        elif reader.op.name == "relu_grad" and reader.inputs[1] is tensor and reader.inputs[0] is not tensor:
            before = reader.inputs[0].node
            if before is None or before.op.name != "max_pool_grad" or before.inputs[1] is not tensor:
                return False
        else:
            return False
    return pools > 0 and id(tensor) not in results
