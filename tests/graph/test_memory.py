"""The memory planner: buffers that are alive together never overlap, whatever the phases look like."""

from hypothesis import given, settings
from hypothesis import strategies as st
from keraunos.graph import memory
from keraunos.graph.instructions import ARENA, Buffer, Instruction
from keraunos.graph.schedule import Group, Phase


@st.composite
def programs(draw):
    buffers = [Buffer(ARENA, draw(st.integers(0, 20_000)), f"b{i}") for i in range(draw(st.integers(1, 12)))]
    phases = []
    for _ in range(draw(st.integers(1, 8))):
        touched = draw(st.lists(st.sampled_from(buffers), min_size=1, max_size=5))
        instruction = Instruction(
            "add", "float32", (), touched[1:], touched[:1], 1, [True] * (len(touched) - 1), [True], 1.0
        )
        phases.append(Phase([Group(1, [instruction], 1)]))
    return phases


@settings(max_examples=200, deadline=None)
@given(programs())
def test_live_buffers_never_overlap(phases):
    size = memory.plan(phases)
    spans = list(memory.lifetimes(phases).items())
    for i, (a, (a_first, a_last)) in enumerate(spans):
        assert a.offset % memory.ALIGNMENT == 0 and a.offset + a.bytes <= size
        for b, (b_first, b_last) in spans[:i]:
            if a_first <= b_last and b_first <= a_last:
                assert a.offset + a.bytes <= b.offset or b.offset + b.bytes <= a.offset


def test_dead_buffers_share_memory():
    buffers = [Buffer(ARENA, 1000, f"b{i}") for i in range(6)]
    phases = [
        Phase([Group(1, [Instruction("add", "float32", (), [a], [b], 1, [True], [True], 1.0)], 1)])
        for a, b in zip(buffers, buffers[1:], strict=False)
    ]
    assert memory.plan(phases) == 2 * 1024
