"""Memory planner: arena offsets from the phases in which buffers live."""

from keraunos.graph.instructions import ARENA, CONSTANT

ALIGNMENT = 64
PAGE = 4096


def lifetimes(phases):
    """arena buffer -> (first phase, last phase) in which it is touched. A phase counts as one moment: its groups
    overlap."""
    spans = {}
    for number, phase in enumerate(phases):
        for group in phase.groups:
            for instruction in group.instructions:
                for buffer in (*instruction.reads, *instruction.writes):
                    if buffer.kind == ARENA:
                        first, _ = spans.get(buffer, (number, number))
                        spans[buffer] = (first, number)
    return spans


def plan(phases):
    """Gives every arena buffer an offset so that buffers alive together never overlap, largest first, lowest gap first.

    Buffers of a page or more get 64 bytes extra, so that equally shaped ones do not all start at the same offset within
    4 KB pages and fight for the same cache sets.

    Returns:
        Size of the arena in bytes.
    """
    spans = lifetimes(phases)
    placed, size = [], 0
    for buffer in sorted(spans, key=lambda b: (-b.bytes, spans[b])):
        extent = _padded(buffer.bytes)
        first, last = spans[buffer]
        offset = 0
        for other_offset, other_extent, other_first, other_last in placed:
            if other_last < first or last < other_first:
                continue
            if offset + extent <= other_offset:
                break
            offset = max(offset, other_offset + other_extent)
        buffer.offset = offset
        placed.append((offset, extent, first, last))
        placed.sort()
        size = max(size, offset + extent)
    return size


def _padded(nbytes):
    padded = -(-max(nbytes, 1) // ALIGNMENT) * ALIGNMENT
    return padded + ALIGNMENT if nbytes >= PAGE and padded % PAGE == 0 else padded


def constants(phases):
    """Lays the constants out; returns their bytes."""
    parts, size = [], 0
    seen = {}
    for phase in phases:
        for group in phase.groups:
            for instruction in group.instructions:
                for buffer in instruction.reads:
                    if buffer.kind == CONSTANT and buffer not in seen:
                        seen[buffer] = buffer.offset = size
                        raw = buffer.value.tobytes()
                        padding = -len(raw) % ALIGNMENT
                        parts.append(raw + bytes(padding))
                        size += len(raw) + padding
    return b"".join(parts)
