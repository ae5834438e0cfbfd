"""The scheduler: phases respect every dependency, and chains by rows stay in one phase."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keraunos.graph.instructions import ARENA, Buffer, Instruction
from keraunos.graph.schedule import dependencies, schedule


def instruction(reads, writes, units=32, rows=True, cost=50_000.0):
    return Instruction("add", "float32", (), reads, writes, units, [rows] * len(reads), [rows] * len(writes), cost)


@st.composite
def instruction_lists(draw):
    buffers = [Buffer(ARENA, 4096, f"b{i}") for i in range(6)]
    found = []
    for _ in range(draw(st.integers(1, 14))):
        reads = draw(st.lists(st.sampled_from(buffers), max_size=3, unique=True))
        writes = draw(st.lists(st.sampled_from(buffers), min_size=1, max_size=2, unique=True))
        found.append(
            instruction(
                reads,
                writes,
                draw(st.sampled_from([1, 8, 32])),
                draw(st.booleans()),
                draw(st.sampled_from([10.0, 90_000.0])),
            )
        )
    return found


@settings(max_examples=300, deadline=None)
@given(instruction_lists())
def test_order_respects_dependencies(instructions):
    phases = schedule(instructions)
    place = {}
    for p, phase in enumerate(phases):
        for g, group in enumerate(phase.groups):
            assert 1 <= group.chunk <= group.units
            for i, member in enumerate(group.instructions):
                assert member.units == group.units
                place[member] = (p, g, i)
    assert sorted(map(id, place)) == sorted(map(id, instructions))
    for later, needs in dependencies(instructions).items():
        for earlier, aligned in needs.items():
            p, g, i = place[earlier]
            q, h, j = place[later]
            # Within a phase only a chain is ordered, and only where both sides keep to their own rows.
            assert p < q or (p == q and g == h and i < j and aligned)


def test_a_chain_by_rows_is_one_group():
    a, b, c, d = (Buffer(ARENA, 4096, n) for n in "abcd")
    phases = schedule([instruction([a], [b]), instruction([b], [c]), instruction([c], [d])])
    assert len(phases) == 1 and len(phases[0].groups) == 1 and len(phases[0].groups[0].instructions) == 3


def test_a_reader_of_all_rows_waits():
    a, b, c = (Buffer(ARENA, 4096, n) for n in "abc")
    phases = schedule([instruction([a], [b]), instruction([b], [c], rows=False)])
    assert len(phases) == 2


def test_wide_rows_do_not_wait_for_others():
    """An instruction that wants 8 units together does not join a chain whose units write 1 MB each."""

    def chain(unit_bytes):
        a, b, c = (Buffer(ARENA, 32 * unit_bytes, n) for n in "abc")
        last = instruction([b], [c])
        last.together = 8
        return schedule([instruction([a], [b]), last])

    apart = chain(1 << 20)
    assert [phase.groups[0].chunk for phase in apart] == [1, 8]
    (together,) = chain(4096)
    assert together.groups[0].chunk % 8 == 0


@pytest.mark.parametrize("megabytes, phases", [(1, 1), (2, 3)])
def test_units_together_may_outgrow_the_cache_only_alone(megabytes, phases):
    """Two units of the instruction in the middle are one item at least; the others wait where that is too much."""
    a, b, c, d = (Buffer(ARENA, 8 * (megabytes << 20), n) for n in "abcd")
    middle = replace(instruction([b], [c], units=8), together=2)
    found = schedule([instruction([a], [b], units=8), middle, instruction([c], [d], units=8)])
    assert len(found) == phases


def test_short_phases_are_serial():
    a, b = (Buffer(ARENA, 64, n) for n in "ab")
    (phase,) = schedule([instruction([a], [b], cost=100.0)])
    assert phase.serial and phase.groups[0].chunk == 32
