"""Scheduling: instructions become phases of independent groups; a group is a chain that one thread runs on its own
rows."""

from dataclasses import dataclass, field

SERIAL_BELOW = 6_000  # ns of a whole phase: under this, waking another thread costs more than it brings
ITEM = 8_000  # ns that one item of a group should last
MOST_ITEMS = 64
CHAIN_BYTES = 2 << 20  # what an instruction of a chain may write per item for the sake of another
LONG_CHAIN, FEWEST_ITEMS = 200_000, 4  # a chain of so many ns is not cut into fewer items for the sake of another
ITEM_BYTES = 512 << 10  # what the rows of one item may fill: half of a 1 MB L2 cache, the other half is for weights


@dataclass(eq=False)
class Group:
    """Instructions over the same units, run one after another on each unit range."""

    units: int
    instructions: list = field(default_factory=list)
    chunk: int = 0

    @property
    def nanoseconds(self):
        return sum(i.nanoseconds for i in self.instructions)


@dataclass(eq=False)
class Phase:
    """Groups that may run side by side; a barrier follows."""

    groups: list
    serial: bool = True

    @property
    def nanoseconds(self):
        return sum(g.nanoseconds for g in self.groups)


def schedule(instructions):
    """Phases for `instructions`, whose list order defines the meaning: an instruction sees what earlier ones wrote.

    Each phase takes every instruction whose predecessors are done, or stand in one chain of this phase that it can
    join: equal units, and through every shared buffer both sides touch only their own rows.
    """
    before = dependencies(instructions)
    remaining, done, phases = list(instructions), set(), []
    while remaining:
        group_of, later = {}, []
        for instruction in remaining:
            if not _place(instruction, before[instruction], done, group_of):
                later.append(instruction)
        groups = list(dict.fromkeys(_root(g) for g in group_of.values()))
        position = {instruction: i for i, instruction in enumerate(instructions)}
        for group in groups:
            group.instructions = sorted((i for i, g in group_of.items() if _root(g) is group), key=position.__getitem__)
        phases.append(Phase([_chunked(group) for group in groups]))
        done.update(group_of)
        remaining = later
    for phase in phases:
        items = sum(-(-g.units // g.chunk) for g in phase.groups)
        phase.serial = items == 1 or phase.nanoseconds < SERIAL_BELOW
        if phase.serial:
            for group in phase.groups:
                group.chunk = group.units
    return phases


def dependencies(instructions):
    """instruction -> {earlier instruction it must follow: whether all shared buffers are touched row by row}."""
    writers, readers, before = {}, {}, {}
    for instruction in instructions:
        needs = {}

        def follow(other, aligned, needs=needs):
            needs[other] = needs.get(other, True) and aligned

        for buffer, rows in zip(instruction.reads, instruction.row_reads, strict=True):
            for writer, writer_rows in writers.get(buffer, ()):
                follow(writer, rows and writer_rows)
        for buffer, rows in zip(instruction.writes, instruction.row_writes, strict=True):
            for other, other_rows in (*writers.get(buffer, ()), *readers.get(buffer, ())):
                if other is not instruction:
                    follow(other, rows and other_rows)
        for buffer, rows in zip(instruction.reads, instruction.row_reads, strict=True):
            readers.setdefault(buffer, []).append((instruction, rows))
        for buffer, rows in zip(instruction.writes, instruction.row_writes, strict=True):
            writers.setdefault(buffer, []).append((instruction, rows))
        before[instruction] = needs
    return before


class _Merged:
    """A group under construction; merging makes one point to the other."""

    def __init__(self, units):
        self.group = Group(units)
        self.into = None


def _last(merged):
    while merged.into is not None:
        merged = merged.into
    return merged


def _root(merged):
    return _last(merged).group


def _share_items(chain):
    """Whether the units that one instruction of the chain wants together leave what the others write in the cache, and
    enough items to share.

    Eight pictures of 1 MB through a network's convolutions, only because the dense layer at its end wants eight rows,
    took twice as long as one by one.
    """
    together = max(i.together for i in chain)
    if together > 1 and sum(i.nanoseconds for i in chain if i.together < together) > LONG_CHAIN:
        if chain[0].units < FEWEST_ITEMS * together:
            return False
    return together == 1 or together * max(i.unit_bytes for i in chain) <= CHAIN_BYTES


def _place(instruction, needs, done, group_of):
    """Puts `instruction` into the phase under construction if it may stand there."""
    chains = {}
    for other, aligned in needs.items():
        if other in done:
            continue
        if other not in group_of or not aligned or other.units != instruction.units:
            return False
        chains[_last(group_of[other])] = True
    chains = list(chains)
    # Alone it may write what it likes: there is nobody to leave in the cache.
    if chains and not _share_items([instruction, *(i for i, g in group_of.items() if _last(g) in chains)]):
        return False
    target = chains[0] if chains else _Merged(instruction.units)
    for other in chains[1:]:
        other.into = target
    group_of[instruction] = target
    return True


def _chunked(group):
    """Chooses how many units an item has, from shapes alone."""
    items = max(1, min(MOST_ITEMS, round(group.nanoseconds / ITEM), group.units))
    chunk = -(-group.units // items)
    row_bytes = sum(i.unit_bytes for i in group.instructions)
    if row_bytes and chunk * row_bytes > ITEM_BYTES:
        chunk = max(1, ITEM_BYTES // row_bytes)
    together = max(i.together for i in group.instructions)
    by_rows = all(all(i.row_writes) for i in group.instructions)
    if by_rows and chunk < group.units and group.units >= 2 * together:
        chunk = -(-chunk // together) * together
    group.chunk = min(chunk, group.units)
    return group
