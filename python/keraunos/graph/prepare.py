"""Preparation: what a Program computes from variables that it only reads is computed once, not on every run.

`predict` and `evaluate` read all weights and change none, so Winograd's transformed kernels, packed weights and batch
normalization that was folded into a convolution are ready before the first batch; they are computed anew when a
variable they came from has changed. In training that is left to layers that are frozen. One row through four
convolutions of 256 channels would otherwise spend more time on kernels than on pixels.
"""

import numpy as np

from keraunos.graph import encode, memory, schedule
from keraunos.graph.instructions import ARENA, CONSTANT, SLOT, Buffer, Slot
from keraunos.runtime import native

NOTHING = np.empty(0, np.uint8)
WORTHWHILE = 500  # ns: looking for changes takes 130 (one variable) to 230 (ten)


class Preparation:
    """A Program that fills buffers of another one.

    Args:
        instructions: what fills them.
        slots: the slots of the other Program.
        variables: {slot: variable} of those that no run writes.
        kept: numbers of the slots that are to be filled.
        target: what runs the Programs.

    Attributes:
        arrays: {slot: array that is filled}.
    """

    def __init__(self, instructions, slots, variables, kept, target):
        phases = schedule.schedule(instructions)
        arena_bytes = memory.plan(phases)
        self.arrays = {n: target.empty(slots[n].buffer.bytes) for n in kept}
        read = {b.slot for i in instructions for b in i.reads if b.kind == SLOT} - set(kept)
        self._sources = {n: variables[n] for n in read}
        bound = {**self.arrays, **{n: target.variable(v) for n, v in self._sources.items()}}
        unused = Slot(Buffer(SLOT, 0, "unused"))
        slots = [Slot(slot.buffer, n in self.arrays) if n in bound else unused for n, slot in enumerate(slots)]
        constants = memory.constants(phases)
        self._program = target.load(encode.encode(phases, slots, arena_bytes, constants, native.op_ids()))
        for n in range(len(slots)):
            self._program.bind(n, bound.get(n, NOTHING), n in self.arrays)
        self._generations = None

    def refresh(self):
        """Fills the buffers anew if a variable has changed since they were filled."""
        generations = [v.generation for v in self._sources.values()]
        if generations != self._generations:
            self._program.run(1)
            self._generations = generations


def split(instructions, constant_slots):
    """(instructions that depend on nothing that changes, the others, buffers that the others read from the first).

    Args:
        instructions: in order.
        constant_slots: numbers of the slots that no run writes and that hold the same arrays on every run.
    """
    writers = {}
    for instruction in instructions:
        for buffer in instruction.writes:
            writers.setdefault(buffer, set()).add(instruction)

    def steady(buffer, prepared):
        if buffer.kind == ARENA:
            return buffer in writers and writers[buffer] <= prepared
        return buffer.kind == CONSTANT or buffer.slot in constant_slots

    prepared = set(instructions)
    while True:
        kept = {
            i
            for i in prepared
            if all(b.kind == ARENA and writers[b] <= prepared for b in i.writes)
            and all(steady(b, prepared) for b in i.reads)
        }
        if kept == prepared:
            break
        prepared = kept
    if sum(i.nanoseconds for i in prepared) < WORTHWHILE:
        return [], instructions, []
    first = [i for i in instructions if i in prepared]
    rest = [i for i in instructions if i not in prepared]
    made = {b for i in first for b in i.writes}
    return first, rest, list(dict.fromkeys(b for i in rest for b in i.reads if b in made))
