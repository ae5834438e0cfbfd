"""Ops that cut images into blocks: a unit of theirs is no unit of their neighbours, and they say so."""

from keraunos.graph import primitives as p
from keraunos.graph.ir import Graph
from keraunos.graph.lower import lower
from keraunos.graph.tape import GradientTape
from keraunos.graph.trace import Trace, tracing


def instructions(function, shape):
    trace = Trace()
    with tracing(trace):
        x = trace.placeholder(shape, "float32")
        with GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        graph = Graph.from_trace(trace, [y, *tape.gradient([y], [x])])
    return {i.op: i for i in lower(graph)[0]}


def pooled(x):
    return p.square(p.average_pool(x, (2, 2), (2, 2), ((0, 0), (0, 0))))


def test_pools_of_few_images_share_their_lines():
    found = instructions(pooled, (3, 60, 60, 64))
    for name in ("average_pool", "average_pool_grad"):
        assert found[name].units == 15
        assert found[name].row_reads == found[name].row_writes == [False]


def test_pools_of_many_images_join_their_chain():
    found = instructions(pooled, (32, 60, 60, 64))
    for name in ("average_pool", "average_pool_grad"):
        assert found[name].units == 32
        assert found[name].row_reads == found[name].row_writes == [True]


def normalized(x):
    channels = x.shape[-1]
    return p.batch_norm(x, p.broadcast_to(1.0, (channels,)), p.broadcast_to(0.0, (channels,)), 1e-3)[0]


def test_blocks_of_rows_that_are_no_images():
    """90 rows in blocks of 32 are three units, as three images are, but not of the same rows."""
    found = instructions(normalized, (3, 30, 1024))
    for name in ("channel_moments", "channel_norm_sums"):
        assert found[name].units == 3
        assert not any(found[name].row_reads) and not any(found[name].row_writes)
    assert found["channel_norm"].row_reads == [True, False, False, False, False]


def test_statistics_of_many_images_join_their_chain():
    found = instructions(normalized, (16, 9, 9, 64))
    assert found["channel_moments"].units == found["channel_norm"].units == 16
    assert found["channel_moments"].row_reads == found["channel_moments"].row_writes == [True]
    assert found["channel_norm_sums"].row_reads[:3] == [True, True, False]
