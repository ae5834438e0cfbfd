"""What may be written over what it was computed from: updates over their variables, with the order of nodes that makes
it safe, and elementwise results over operands that nobody else reads."""

import heapq

from keraunos.graph.ir import LEAVES

VIEWS = ("reshape", "stop_gradient", "bitcast")


def base(tensor):
    """The tensor whose producer really writes the memory of `tensor`."""
    while tensor.node.op.name in VIEWS:
        tensor = tensor.node.inputs[0]
    return tensor


def in_place_updates(graph, buffers):
    """Chooses the updates whose producer writes the variable itself; the others are copied at the end.

    An update qualifies when nobody needs the old value after its producer: every other reader can run before, the
        producer
    reads it at most element by element, and the old value is no result itself.

    Args:
        graph: the graph.
        buffers: variable -> its buffer.

    Returns:
        (claimed, edges): id of a tensor -> buffer to write it to; producer -> nodes that must run before it.
    """
    users = graph.users()
    result_bases = {id(base(t)) for t in graph.results()}
    claimed, edges, after = {}, {}, {}
    for variable, tensor in graph.updates.items():
        source, leaf = base(tensor), graph.variables[variable]
        producer = source.node
        if producer.op.name in LEAVES or id(source) in claimed or id(leaf) in result_bases:
            continue
        readers = [node for node in _readers(leaf, users) if node is not producer]
        if not _may_overwrite(producer, source, leaf):
            continue
        later = _descendants(producer, users, after)
        if any(reader in later for reader in readers):
            continue
        claimed[id(source)] = buffers[variable]
        edges.setdefault(producer, []).extend(readers)
        for reader in readers:
            after.setdefault(reader, []).append(producer)
    return claimed, edges


def overwritten(graph, kept):
    """{id of a tensor: tensor whose memory it may take}: results of elementwise ops whose first operand has no other
    reader. In a training step these are gradients of activations, as large as the activations.

    Args:
        graph: the graph.
        kept: ids of tensors that have a place of their own.
    """
    users = graph.users()
    kept = kept | {id(base(t)) for t in graph.results()}
    found = {}
    for node in graph.nodes:
        if not node.op.elementwise or id(node.outputs[0]) in kept or not node.inputs:
            continue
        operand, result = node.inputs[0], node.outputs[0]
        source = base(operand)
        fits = operand.shape == result.shape and operand.dtype == result.dtype and source.node.op.name not in LEAVES
        others = [t for t in node.inputs[1:] if base(t) is source]
        if fits and not others and id(source) not in kept and list(_readers(source, users)) == [node]:
            found[id(result)] = source
    return found


def ordered(nodes, edges):
    """`nodes` in a topological order that also obeys `edges` (node -> nodes before it), otherwise as they stand."""
    position = {node: i for i, node in enumerate(nodes)}
    waiting, followers = {}, {}
    for node in nodes:
        before = {t.node for t in node.inputs} | set(edges.get(node, ()))
        waiting[node] = len(before)
        for earlier in before:
            followers.setdefault(earlier, []).append(node)
    ready = [position[node] for node in nodes if not waiting[node]]
    heapq.heapify(ready)
    result = []
    while ready:
        node = nodes[heapq.heappop(ready)]
        result.append(node)
        for follower in followers.get(node, ()):
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(ready, position[follower])
    return result


def _readers(tensor, users):
    """Nodes that read the memory of `tensor`, also through views."""
    for node in users.get(id(tensor), ()):
        if node.op.name in VIEWS:
            yield from _readers(node.outputs[0], users)
        else:
            yield node


def _may_overwrite(producer, source, leaf):
    """Whether `producer` may write `source` over `leaf` while it reads it."""
    output = [t is source for t in producer.outputs].index(True)
    for position, tensor in enumerate(producer.inputs):
        if base(tensor) is leaf:
            allowed = producer.op.elementwise and tensor.shape == source.shape
            allowed = allowed or (producer.op.aliases or {}).get(output) == position
            if not allowed:
                return False
    return True


def _descendants(node, users, after):
    """Nodes that run after `node`, through data or through the order edges chosen so far."""
    found, stack = set(), [node]
    while stack:
        current = stack.pop()
        nexts = [n for t in current.outputs for n in users.get(id(t), ())] + after.get(current, [])
        for follower in nexts:
            if follower not in found:
                found.add(follower)
                stack.append(follower)
    return found
