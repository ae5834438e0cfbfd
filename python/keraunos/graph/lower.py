"""Lowering: nodes become instructions on buffers; variables are updated in their own memory where that is safe."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph.defs.movement import emit_copy
from keraunos.graph.in_place import base, in_place_updates, ordered, overwritten
from keraunos.graph.instructions import ARENA, CONSTANT, SLOT, Buffer, Instruction, Slot, bytes_of
from keraunos.graph.ir import LEAVES
from keraunos.graph.tensor import Tensor
from keraunos.runtime.target import CPU


class Builder:
    """Collects instructions; ops' `lower` functions call `buffer`, `emit`, `alias` and `scratch`."""

    def __init__(self, target=CPU):
        self.target = target
        self.instructions = []
        self.scope = ""
        self._buffers = {}
        self._results = {}
        self._count = 0

    def new(self, kind, nbytes, name=None, **fields):
        self._count += 1
        return Buffer(kind, nbytes, name or f"b{self._count}", **fields)

    def buffer(self, tensor):
        """The buffer that holds `tensor`; an arena buffer is made when it has none."""
        found = self._buffers.get(id(tensor))
        if found is None:
            found = self._buffers[id(tensor)] = self.new(ARENA, bytes_of(tensor.shape, tensor.dtype))
        return found

    def bind(self, tensor, buffer):
        self._buffers[id(tensor)] = buffer

    def alias(self, tensor, source):
        """Lets `tensor` share the buffer of `source`, unless it was promised one of its own."""
        if id(tensor) in self._buffers:
            if self._buffers[id(tensor)] is not self.buffer(source):
                emit_copy(self, source, tensor)
        else:
            self._buffers[id(tensor)] = self.buffer(source)

    def scratch(self, elements, dtype):
        """An arena buffer that belongs to no tensor."""
        return self.new(ARENA, elements * dtypes.itemsize(dtype))

    def emit(self, op, dtype, params, *, reads, writes, units, row_reads, row_writes, nanoseconds, together=1):
        if units and all(b.bytes or not reads for b in writes):
            cost = nanoseconds + 20  # what any instruction costs
            self.instructions.append(
                Instruction(op, dtype, params, reads, writes, units, row_reads, row_writes, cost, self.scope, together)
            )

    def snapshot(self, tensors):
        """Saves values of variables that are results themselves before anything overwrites the variable."""
        for tensor in tensors:
            saved = Tensor(tensor.shape, tensor.dtype)
            self._results[id(tensor)] = saved
            emit_copy(self, base(tensor), saved)

    def deliver(self, tensor, buffer):
        """Copies a result to `buffer`, unless it was produced there."""
        tensor = self._results.get(id(tensor), tensor)
        if self.buffer(tensor) is not buffer:
            target = Tensor(tensor.shape, tensor.dtype)
            self._results[id(target)] = target  # keeps it alive: buffers are found by identity
            self.bind(target, buffer)
            emit_copy(self, tensor, target)


def lower(graph, target=CPU):
    """Lowers `graph` for a target.

    Returns:
        (instructions, slots): slots are the inputs in order, then the variables of `graph.variables` in order, then the
        outputs in order.
    """
    builder = Builder(target)
    slots = []

    def slot(nbytes, name, writable=False):
        buffer = builder.new(SLOT, nbytes, name, slot=len(slots))
        slots.append(Slot(buffer, writable))
        return buffer

    for position, tensor in enumerate(graph.inputs):
        builder.bind(tensor, slot(bytes_of(tensor.shape, tensor.dtype), f"input{position}"))
    variable_buffers = {}
    for variable, leaf in graph.variables.items():
        buffer = slot(bytes_of(leaf.shape, leaf.dtype), variable.path, variable in graph.updates)
        variable_buffers[variable] = buffer
        builder.bind(leaf, buffer)
    output_buffers = [slot(bytes_of(t.shape, t.dtype), f"output{i}", True) for i, t in enumerate(graph.outputs)]

    claimed, edges = in_place_updates(graph, variable_buffers)
    for tensor, buffer in zip(graph.outputs, output_buffers, strict=True):
        source = base(tensor)
        if source.node.op.name not in LEAVES:
            claimed.setdefault(id(source), buffer)
    for node in graph.nodes:
        if node.op.name == "constant":
            value = np.ascontiguousarray(node.attrs["value"])
            builder.bind(node.outputs[0], builder.new(CONSTANT, value.nbytes, value=value))
        for tensor in node.outputs:
            if id(tensor) in claimed:
                builder.bind(tensor, claimed[id(tensor)])

    builder.snapshot(t for t in graph.results() if _is_updated_variable(base(t), graph))
    places = overwritten(graph, set(claimed))
    for node in ordered(graph.nodes, edges):
        builder.scope = node.scope
        for tensor in node.outputs:
            if id(tensor) in places:
                builder.bind(tensor, builder.buffer(places[id(tensor)]))
        node.op.lower(node, builder)
    builder.scope = ""
    for variable, tensor in graph.updates.items():
        builder.deliver(tensor, variable_buffers[variable])
    for tensor, buffer in zip(graph.outputs, output_buffers, strict=True):
        builder.deliver(tensor, buffer)
    return builder.instructions, slots


def _is_updated_variable(tensor, graph):
    return tensor.node.op.name == "variable" and tensor.node.attrs["variable"] in graph.updates
