"""Program bytes, version 1: see docs/program-format.md."""

import struct

from keraunos.graph import dtypes

MAGIC, VERSION = b"KERAUNOS", 1


def encode(phases, slots, arena_bytes, constants, op_ids):
    """The bytes of a Program.

    Args:
        phases: scheduled instructions whose buffers have offsets.
        slots: arrays to be bound, in order.
        arena_bytes: size of the arena.
        constants: bytes of the constants section.
        op_ids: name -> row number in `ops.inc`.
    """
    groups = [g for phase in phases for g in phase.groups]
    instructions = [i for g in groups for i in g.instructions]
    index, buffer_rows = {}, []

    def number(buffer):
        if buffer not in index:
            index[buffer] = len(index)
            buffer_rows.append(struct.pack("<IIQQ", buffer.kind, buffer.slot, buffer.offset, buffer.bytes))
        return index[buffer]

    operands, params, rows = [], [], []
    params_size = 0
    for i in instructions:
        numbers = [number(b) for b in (*i.reads, *i.writes)]
        block = struct.pack("<" + "".join("d" if isinstance(v, float) else "q" for v in i.params), *i.params)
        rows.append(struct.pack("<IIIIQ", op_ids[i.op], dtypes.IDS[i.dtype], len(operands), len(numbers), params_size))
        operands += numbers
        params.append(block)
        params_size += len(block)
    group_rows, first = [], 0
    for g in groups:
        group_rows.append(struct.pack("<IIQQ", first, len(g.instructions), g.units, g.chunk))
        first += len(g.instructions)
    phase_rows, first = [], 0
    for phase in phases:
        phase_rows.append(struct.pack("<IIII", first, len(phase.groups), int(phase.serial), 0))
        first += len(phase.groups)
    slot_rows = [struct.pack("<QII", s.buffer.bytes, int(s.writable), 0) for s in slots]
    header = MAGIC + struct.pack(
        "<8I3Q",
        VERSION,
        len(buffer_rows),
        len(rows),
        len(operands),
        len(group_rows),
        len(phase_rows),
        len(slot_rows),
        0,
        arena_bytes,
        params_size,
        len(constants),
    )
    operand_bytes = struct.pack(f"<{len(operands)}I", *operands)
    operand_bytes += bytes(-len(operand_bytes) % 8)
    return b"".join(
        [header, *buffer_rows, *rows, operand_bytes, *group_rows, *phase_rows, *slot_rows, *params, constants]
    )
