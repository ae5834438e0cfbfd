"""What lowering produces: buffers and instructions, before they are scheduled and laid out."""

from dataclasses import dataclass

from keraunos.graph import dtypes

ARENA, SLOT, CONSTANT = 0, 1, 2


class Buffer:
    """A run of bytes: in the arena, bound from outside (slot), or constant. `offset` is set by the memory planner."""

    __slots__ = ("kind", "bytes", "slot", "offset", "value", "name")

    def __init__(self, kind, nbytes, name, slot=0, value=None):
        self.kind = kind
        self.bytes = nbytes
        self.name = name
        self.slot = slot
        self.offset = 0
        self.value = value

    def __str__(self):
        return self.name


def bytes_of(shape, dtype):
    size = dtypes.itemsize(dtype)
    for extent in shape:
        size *= extent
    return size


@dataclass(eq=False)
class Instruction:
    """One native call.

    Attributes:
        op: row of `cpp/kernels/ops.inc`.
        dtype: the instruction's dtype, as the row defines it.
        params: numbers in the order of the row's params struct.
        reads, writes: buffers; the operands in order.
        units: extent of the index that groups split.
        row_reads, row_writes: per operand, whether unit u touches nothing but its u-th part of the buffer.
        nanoseconds: rough cost on one core.
        together: units that one item should have at least, because they share what the instruction reads.
        scope: layer, for diagnostics.
    """

    op: str
    dtype: str
    params: tuple
    reads: list
    writes: list
    units: int
    row_reads: list
    row_writes: list
    nanoseconds: float
    scope: str = ""
    together: int = 1

    @property
    def unit_bytes(self):
        """Bytes written per unit."""
        return sum(b.bytes for b in self.writes) // self.units


@dataclass(eq=False)
class Slot:
    """An array that is bound before a run: an input, a variable or an output."""

    buffer: Buffer
    writable: bool = False
