"""fuse_norm: relu behind a batch normalization goes into it, forward and back."""

import numpy as np
import pytest
from keraunos.graph import primitives as p
from keraunos.graph.compile import Executable
from keraunos.graph.interpret import interpret
from keraunos.graph.ir import Graph
from keraunos.graph.passes import fuse_norm, prune
from keraunos.graph.tape import GradientTape
from keraunos.graph.trace import Trace, tracing
from keraunos.graph.verify import verify

SHAPE = (9, 6, 5, 18)


def step(before=lambda y: y, after=lambda r: r, backward=True):
    trace = Trace()
    with tracing(trace):
        x, dy, gamma, beta = (trace.placeholder(s, "float64") for s in (SHAPE, SHAPE, (18,), (18,)))
        with GradientTape() as tape:
            for tensor in (x, gamma, beta):
                tape.watch(tensor)
            y, mean, variance = p.batch_norm(x, gamma, beta, 1e-3)
            result = after(p.relu(before(y)))
        outputs = [result, mean, variance]
        if backward:
            outputs += tape.gradient([result], [x, gamma, beta], [dy])
    return Graph.from_trace(trace, outputs)


def passed(graph):
    return verify(prune.run(fuse_norm.run(graph)), after="fuse_norm")


def names(graph):
    return [n.op.name for n in graph.nodes if n.op.name != "placeholder"]


def operands():
    rng = np.random.default_rng(11)
    return [rng.normal(size=SHAPE), rng.normal(size=SHAPE), rng.uniform(0.5, 1.5, 18), rng.normal(size=18)]


@pytest.mark.parametrize("backward", [True, False])
def test_relu_and_its_gradient_are_no_passes_of_their_own(backward):
    graph = step(backward=backward)
    after = passed(graph)
    assert names(after) == ["batch_norm_relu", *(["batch_norm_relu_grad"] if backward else [])]
    for want, got in zip(interpret(graph, operands())[0], interpret(after, operands())[0], strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)
    results = []
    for each in (graph, after):
        executable = Executable(each)
        outputs = [np.empty(shape, dtype) for shape, dtype in executable.outputs]
        for position, array in enumerate(operands()[: len(each.inputs)]):
            executable.bind_input(position, array)
        for position, array in enumerate(outputs):
            executable.bind_output(position, array)
        executable.run()
        results.append(outputs)
    for want, got in zip(*results, strict=True):
        np.testing.assert_array_equal(got, want)


def test_other_readers_of_the_relu_change_nothing():
    assert "batch_norm_relu_grad" in names(passed(step(after=lambda r: p.exp(r))))


def test_a_result_that_others_read_keeps_its_relu():
    trace = Trace()
    with tracing(trace):
        x = trace.placeholder(SHAPE, "float64")
        y, *_ = p.batch_norm(x, np.ones(18), np.zeros(18), 1e-3)
        graph = Graph.from_trace(trace, [p.relu(y), p.exp(y)])
    assert {"batch_norm", "relu"} <= set(names(passed(graph)))


def test_something_between_keeps_everything():
    assert {"batch_norm", "relu", "batch_norm_grad"} <= set(names(passed(step(before=p.negative))))


def test_a_gradient_of_the_relu_that_is_read_elsewhere_keeps_everything():
    graph = step()
    gradient = next(n for n in graph.nodes if n.op.name == "relu_grad").outputs[0]
    graph.outputs.append(gradient)
    assert {"batch_norm", "relu", "relu_grad", "batch_norm_grad"} <= set(names(passed(graph)))
