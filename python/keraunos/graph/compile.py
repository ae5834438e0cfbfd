"""From a trace to something that runs: passes, lowering, scheduling, layout, bytes."""

import threading

import numpy as np

from keraunos.graph import dtypes, encode, lower, memory, prepare, schedule
from keraunos.graph.instructions import SLOT, Slot
from keraunos.graph.ir import Graph
from keraunos.graph.passes import PIPELINE, group_updates, widen_halves
from keraunos.graph.tensor import Tensor
from keraunos.runtime import devices, mirror, native
from keraunos.runtime.device_rows import DeviceRows
from keraunos.runtime.target import CPU


def optimize(graph):
    """`graph` after all passes."""
    for step in PIPELINE:
        graph = step.run(graph)
    return graph


def fitted(graph, target):
    """An optimized graph, for the kernels that a target has."""
    return widen_halves.run(group_updates.run(graph, target), target)


class MissingKernels(NotImplementedError):
    """A GPU has no kernels for some ops of a graph; names them."""


def assemble(graph, target=CPU):
    """(Program bytes, phases, Preparation or None) of an optimized graph."""
    instructions, slots = lower.lower(graph, target)
    _check_kernels(instructions, target)
    first = len(graph.inputs)
    steady = {first + n: v for n, v in enumerate(graph.variables) if v not in graph.updates}
    early, instructions, kept = prepare.split(instructions, steady)
    for buffer in kept:
        buffer.kind, buffer.slot = SLOT, len(slots)
        slots.append(Slot(buffer))
    phases = schedule.schedule(instructions)
    arena_bytes = memory.plan(phases)
    data = encode.encode(phases, slots, arena_bytes, memory.constants(phases), native.op_ids())
    return data, phases, _preparation(early, slots, steady, kept, target)


def _preparation(instructions, slots, variables, kept, target):
    if not instructions:
        return None
    return prepare.Preparation(instructions, slots, variables, [b.slot for b in kept], target)


def _check_kernels(instructions, target):
    missing = {}
    for i in instructions:
        if not target.has_kernel(i.op, dtypes.IDS[i.dtype]):
            missing.setdefault(f"{i.op}.{i.dtype}", i.scope)
    if missing:
        names = ", ".join(f"{op} (layer {scope})" if scope else op for op, scope in missing.items())
        raise MissingKernels(f"[device] {target.name} has no kernel for {names}")


class Executable:
    """A compiled graph with its variables bound; inputs and outputs are bound per call.

    Attributes:
        graph: the optimized graph, for dumps and diagnostics.
        phases: scheduled instructions.
        preparation: what is computed once for many runs, or None.
        inputs, outputs: [(shape, dtype), ...].
        written: the variables that a run changes.
        owner: whoever bound the inputs last; for callers that bind once and run often.
        target: where it runs.
    """

    def __init__(self, graph, target=CPU):
        self.target = target
        self.graph = graph = fitted(graph, target)
        self.bytes, self.phases, self.preparation = assemble(graph, target)
        self.inputs = [(t.shape, t.dtype) for t in graph.inputs]
        self.outputs = [(t.shape, t.dtype) for t in graph.outputs]
        self.program = target.load(self.bytes)
        self.owner = None
        self._calling = threading.Lock()
        self.written = tuple(graph.updates)
        for position, variable in enumerate(graph.variables):
            self.program.bind(len(self.inputs) + position, target.variable(variable), variable in graph.updates)
        if self.preparation:
            for slot, array in self.preparation.arrays.items():
                self.program.bind(slot, array, False)

    def bind_input(self, position, array):
        """Binds a C-contiguous array of the input's dtype and at least its size; it is kept alive, not copied."""
        if isinstance(array, DeviceRows):
            array = np.asarray(array)
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
        self._fetch()
        if self.preparation:
            self.preparation.refresh()
        self.program.run(steps)

    def _fetch(self):
        """Brings the variables home that were last written on a GPU."""
        if mirror.made:
            for variable in self.graph.variables:
                variable.fetch(variable in self.graph.updates)


def nanoseconds(graph):
    """Roughly what an optimized graph takes on one core."""
    instructions, _ = lower.lower(fitted(graph, CPU), CPU)
    return sum(i.nanoseconds for i in instructions)


def executable(graph, target):
    """The Executable of an optimized graph on a target.

    Raises:
        MissingKernels: when a GPU lacks some.
    """
    if target is CPU:
        return Executable(graph)
    from keraunos.graph.device_executable import DeviceExecutable

    return DeviceExecutable(graph, target)


def compile_trace(trace, outputs, target=None):
    """The Executable of a finished trace that returns `outputs`; `target` None: the device in force."""
    return placed(optimize(Graph.from_trace(trace, outputs)), target or devices.current())


def placed(graph, target):
    """The Executable of `graph` on a target, or on the CPU, with a warning, when the target lacks kernels."""
    try:
        return executable(graph, target)
    except MissingKernels as error:
        devices.warn_once(f"{error}; this Program runs on the CPU")
        return Executable(graph)
