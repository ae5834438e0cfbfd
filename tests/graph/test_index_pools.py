"""index_pools: pools note where their maxima were, relu moves into them, and not a bit of any result changes."""

import numpy as np
import pytest
from keraunos.graph import primitives as p
from keraunos.graph.compile import Executable
from keraunos.graph.interpret import interpret
from keraunos.graph.ir import Graph
from keraunos.graph.passes import index_pools, prune
from keraunos.graph.tape import GradientTape
from keraunos.graph.trace import Trace, tracing
from keraunos.graph.verify import verify

SHAPE = (3, 9, 8, 18)
TWO, THREE = ((2, 2), (2, 2), ((0, 0), (0, 0))), ((3, 3), (2, 2), ((1, 1), (1, 1)))


def traced(function, *shapes):
    trace = Trace()
    with tracing(trace):
        outputs = function(*[trace.placeholder(shape, "float64") for shape in shapes])
    return Graph.from_trace(trace, list(outputs))


def step(window, relu=True, reader=None):
    """Pool (behind relu) and its gradient; `reader`: another result that is made of the pool's input."""

    def function(x, dy):
        with GradientTape() as tape:
            tape.watch(x)
            active = p.relu(x) if relu else x
            y = p.max_pool(active, *window)
        results = [y, *tape.gradient([y], [x], [dy])]
        return [*results, reader(active)] if reader else results

    spatial = [(n + a + b - w) // s + 1 for n, w, s, (a, b) in zip(SHAPE[1:3], *window, strict=True)]
    return traced(function, SHAPE, (SHAPE[0], *spatial, SHAPE[-1]))


def passed(graph):
    return verify(prune.run(index_pools.run(graph)), after="index_pools")


def names(graph):
    return [n.op.name for n in graph.nodes]


def operands(graph):
    """Small whole numbers, so that windows are full of ties and zeros, and a NaN."""
    rng = np.random.default_rng(5)
    arrays = [rng.integers(-3, 4, t.shape).astype("float64") for t in graph.inputs]
    arrays[0][0, 4, 5, 6] = np.nan
    return arrays


def native(graph, arrays):
    executable = Executable(graph)
    outputs = [np.empty(shape, dtype) for shape, dtype in executable.outputs]
    for position, array in enumerate(arrays):
        executable.bind_input(position, array)
    for position, array in enumerate(outputs):
        executable.bind_output(position, array)
    executable.run()
    return outputs


@pytest.mark.parametrize("relu", [True, False])
@pytest.mark.parametrize("window", [TWO, THREE])
def test_results_keep_their_bits(window, relu):
    graph = step(window, relu)
    after = passed(graph)
    assert [n for n in names(after) if n != "placeholder"] == ["max_pool_index", "max_unpool"]
    arrays = operands(graph)
    for want, got in zip(interpret(graph, arrays)[0], interpret(after, arrays)[0], strict=True):
        np.testing.assert_array_equal(got, want)
    for want, got in zip(native(graph, arrays), native(after, arrays), strict=True):
        np.testing.assert_array_equal(got, want)


def test_inference_has_one_node():
    graph = passed(traced(lambda x: [p.max_pool(p.relu(x), *TWO)], SHAPE))
    assert names(graph)[-1] == "max_pool" and graph.nodes[-1].attrs["relu"] and "relu" not in names(graph)


def test_two_pools_of_one_relu():
    graph = traced(lambda x: [p.max_pool(r := p.relu(x), *TWO), p.max_pool(r, *THREE)], SHAPE)
    after = passed(graph)
    assert names(after).count("max_pool") == 2 and "relu" not in names(after)
    arrays = operands(graph)
    for want, got in zip(interpret(graph, arrays)[0], interpret(after, arrays)[0], strict=True):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("reader", [p.exp, lambda x: x])
def test_relu_stays_where_others_read_it(reader):
    after = passed(step(TWO, reader=reader))
    assert "relu" in names(after) and "relu_grad" in names(after) and "max_unpool" in names(after)


def test_relu_stays_where_its_gradient_has_other_sources():
    def function(x, dy):
        with GradientTape() as tape:
            tape.watch(x)
            active = p.relu(x)
            y, z = p.max_pool(active, *TWO), p.max_pool(active, *THREE)
        return tape.gradient([y, z], [x], [dy, p.multiply(z, 0.5)])

    graph = traced(function, SHAPE, (3, 4, 4, 18))
    after = passed(graph)
    assert "relu_grad" in names(after) and names(after).count("max_unpool") == 2
    arrays = operands(graph)
    np.testing.assert_array_equal(interpret(after, arrays)[0][0], interpret(graph, arrays)[0][0])


def test_windows_beyond_a_byte_find_their_maxima_again():
    wide = ((9, 8), (9, 8), ((0, 0), (0, 0)))
    assert "max_unpool" in names(passed(step(wide)))
    trace = Trace()
    with tracing(trace), GradientTape() as tape:
        x = trace.placeholder((1, 300, 1), "float64")
        tape.watch(x)
        y = p.max_pool(p.relu(x), (256,), (1,), ((0, 0),))
        outputs = tape.gradient([y], [x])
    after = passed(Graph.from_trace(trace, outputs))
    assert {"relu", "max_pool_grad", "relu_grad"} <= set(names(after))


def test_the_gradient_behind_relu_is_that_of_the_pool_alone():
    trace = Trace()
    with tracing(trace):
        x, dy = trace.placeholder(SHAPE, "float64"), trace.placeholder((3, 4, 4, 18), "float64")
        active = p.relu(x)
        with GradientTape() as tape:
            tape.watch(active)
            y = p.max_pool(active, *TWO)
        graph = Graph.from_trace(trace, tape.gradient([y], [active], [dy]))
    arrays = operands(graph)
    np.testing.assert_array_equal(interpret(passed(graph), arrays)[0][0], interpret(graph, arrays)[0][0])
