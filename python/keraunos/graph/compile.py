"""From a trace to something that runs: passes, lowering, scheduling, layout, bytes."""

import threading

import numpy as np

from keraunos.graph import dtypes, encode, lower, memory, prepare, schedule
from keraunos.graph.instructions import SLOT, Slot
from keraunos.graph.ir import Graph
from keraunos.graph.passes import PIPELINE, widen_halves
from keraunos.graph.tensor import Tensor
from keraunos.runtime import native


def optimize(graph):
    """`graph` after all passes."""
    for step in PIPELINE:
        graph = step.run(graph)
    return graph


def assemble(graph):
    """(Program bytes, phases, Preparation or None) of an optimized graph."""
    instructions, slots = lower.lower(graph)
    first = len(graph.inputs)
    steady = {first + n: v for n, v in enumerate(graph.variables) if v not in graph.updates}
    early, instructions, kept = prepare.split(instructions, steady)
    for buffer in kept:
        buffer.kind, buffer.slot = SLOT, len(slots)
        slots.append(Slot(buffer))
    phases = schedule.schedule(instructions)
    arena_bytes = memory.plan(phases)
    data = encode.encode(phases, slots, arena_bytes, memory.constants(phases), native.op_ids())
    return data, phases, prepare.Preparation(early, slots, steady, [b.slot for b in kept]) if early else None


def has_kernel(row, dtype):
    """Whether the active ISA has a kernel of a row of `ops.inc` for a dtype."""
    return native.has_kernel(row, dtypes.IDS[dtype])


class Executable:
    """A compiled graph with its variables bound; inputs and outputs are bound per call.

    Attributes:
        graph: the optimized graph, for dumps and diagnostics.
        phases: scheduled instructions.
        preparation: what is computed once for many runs, or None.
        inputs, outputs: [(shape, dtype), ...].
        written: the variables that a run changes.
        owner: whoever bound the inputs last; for callers that bind once and run often.
    """

    def __init__(self, graph):
        self.graph = graph = widen_halves.run(graph, has_kernel)
        self.bytes, self.phases, self.preparation = assemble(graph)
        self.inputs = [(t.shape, t.dtype) for t in graph.inputs]
        self.outputs = [(t.shape, t.dtype) for t in graph.outputs]
        self.program = native.Program(self.bytes)
        self.owner = None
        self._calling = threading.Lock()
        self.written = tuple(graph.updates)
        for position, variable in enumerate(graph.variables):
            self.program.bind(len(self.inputs) + position, variable.storage, variable in graph.updates)
        if self.preparation:
            for slot, array in self.preparation.arrays.items():
                self.program.bind(slot, array, False)

    def bind_input(self, position, array):
        """Binds a C-contiguous array of the input's dtype and at least its size; it is kept alive, not copied."""
        self.program.bind(position, array, False)

    def unbind_inputs(self):
        """Lets go of the inputs' arrays; they must be bound again before the next run."""
        for position in range(len(self.inputs)):
            self.program.unbind(position)

    def output_slot(self, position):
        """The native slot of an output."""
        return len(self.inputs) + len(self.graph.variables) + position

    def bind_output(self, position, array):
        """Binds the array that an output is written to."""
        self.program.bind(self.output_slot(position), array, True)

    def call(self, tensors):
        """The outputs for concrete tensors, one per input, as new tensors; keeps none of them alive. Any thread may
        call: functions of a Dataset's elements run beside the training loop."""
        outputs = [Tensor(shape, dtype, np.empty(shape, dtypes.storage(dtype))) for shape, dtype in self.outputs]
        with self._calling:
            for position, tensor in enumerate(tensors):
                self.bind_input(position, np.ascontiguousarray(tensor.value))
            for position, tensor in enumerate(outputs):
                self.bind_output(position, tensor.value)
            self.run()
            self.unbind_inputs()
            for position in range(len(outputs)):
                self.program.unbind(self.output_slot(position))
        return outputs

    def run(self, steps=1):
        """Runs the Program `steps` times."""
        for variable in self.written:
            variable.before_change()
        if self.preparation:
            self.preparation.refresh()
        self.program.run(steps)


def compile_trace(trace, outputs):
    """The Executable of a finished trace that returns `outputs`."""
    return Executable(optimize(Graph.from_trace(trace, outputs)))
