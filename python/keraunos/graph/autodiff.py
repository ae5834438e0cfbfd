"""Reverse-mode differentiation of a graph: one walk over the nodes, newest first."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import trace as tracing


class NotDifferentiableError(ValueError):
    """A gradient was asked for through an op that has none."""


def gradients(targets, sources, seeds=None, since=0):
    """Gradients of `targets` with respect to `sources`, as ordinary ops.

    Args:
        targets: tensors; their gradients are summed.
        sources: tensors.
        seeds: one cotangent per target; default ones.
        since: nodes with smaller numbers are what came before the recording: nothing is differentiated through them.

    Returns:
        One tensor per source, None where no target depends on it.

    Raises:
        NotDifferentiableError: when the only road to a source leads through an op without a gradient rule.
    """
    from keraunos.graph import primitives

    wanted = {id(source) for source in sources}
    reached = _nodes_between(targets, wanted, since)
    cotangents = {}

    def accumulate(tensor, cotangent):
        cotangent = reduce_to(cotangent, tensor)
        known = cotangents.get(id(tensor))
        cotangents[id(tensor)] = cotangent if known is None else primitives.add(known, cotangent)

    for position, target in enumerate(targets):
        seed = seeds[position] if seeds is not None else tracing.as_tensor(np.ones(target.shape), target.dtype)
        if id(target) in wanted or target.node in reached:
            accumulate(target, primitives.broadcast_to(primitives.cast(seed, target.dtype), target.shape))

    for node in sorted(reached, key=lambda n: n.number, reverse=True):
        outgoing = [cotangents.get(id(output)) for output in node.outputs]
        if all(c is None for c in outgoing):
            continue
        if node.op.gradient is None:
            raise NotDifferentiableError(f"[grad] {node.op.name} has no gradient{_where(node)}")
        with tracing.scope(node.scope):
            incoming = node.op.gradient(node, *outgoing)
        for tensor, cotangent in zip(node.inputs, incoming, strict=True):
            if cotangent is not None and (id(tensor) in wanted or tensor.node in reached):
                accumulate(tensor, cotangent)
    return [cotangents.get(id(source)) for source in sources]


def reduce_to(cotangent, tensor):
    """Sums `cotangent` over the axes along which an op broadcast `tensor`: the one place where broadcasting is
    undone."""
    from keraunos.graph import primitives

    if cotangent.dtype != tensor.dtype:
        cotangent = primitives.cast(cotangent, tensor.dtype)
    if cotangent.shape == tensor.shape:
        return cotangent
    extra = len(cotangent.shape) - len(tensor.shape)
    padded = (1,) * extra + tensor.shape
    axes = tuple(i for i, (have, want) in enumerate(zip(cotangent.shape, padded, strict=True)) if have != want)
    return (
        primitives.reshape(primitives.sum(cotangent, axes), tensor.shape)
        if axes
        else primitives.reshape(cotangent, tensor.shape)
    )


def _nodes_between(targets, wanted, since):
    """Nodes on a differentiable path from a wanted tensor to a target."""
    depends = {}
    stack = [t.node for t in targets if t.node is not None and t.node.number >= since]
    while stack:
        node = stack[-1]
        if node in depends:
            stack.pop()
            continue
        parents = [t for t in node.inputs if dtypes.is_float(t.dtype)]
        recorded = [t.node for t in parents if t.node is not None and t.node.number >= since]
        pending = [node for node in recorded if node not in depends]
        if pending:
            stack.extend(pending)
            continue
        stack.pop()
        depends[node] = any(id(t) in wanted or depends.get(t.node, False) for t in parents)
    return {node for node, found in depends.items() if found}


def _where(node):
    return f' (in layer "{node.scope}")' if node.scope else ""
