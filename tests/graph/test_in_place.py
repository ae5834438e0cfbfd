"""Variables are updated in their own memory, and never before everybody who needs the old value has read it."""

import numpy as np
from keraunos.graph import Variable
from keraunos.graph import primitives as p
from keraunos.graph.compile import compile_trace
from keraunos.graph.trace import Trace, tracing


def run(function, steps=1):
    trace = Trace()
    with tracing(trace):
        outputs = [p.as_tensor(o) for o in function()]
    executable = compile_trace(trace, outputs)
    arrays = [np.empty(shape, dtype) for shape, dtype in executable.outputs]
    for i, array in enumerate(arrays):
        executable.bind_output(i, array)
    executable.run(steps)
    return executable, arrays


def test_counter_counts_in_place():
    v = Variable(np.int64(0))
    executable, _ = run(lambda: [v.assign_add(np.int64(1))][:0], steps=7)
    assert int(v) == 7
    assert all(i.op != "strided_read" for ph in executable.phases for g in ph.groups for i in g.instructions)


def test_swap():
    a, b = Variable([1.0, 2.0]), Variable([3.0, 4.0])

    def swap():
        old = a.value
        a.assign(b.value)
        b.assign(old)
        return []

    run(swap)
    assert a.numpy().tolist() == [3, 4] and b.numpy().tolist() == [1, 2]


def test_old_value_is_still_read_after_the_assignment():
    v = Variable([1.0, 2.0])

    def function():
        old = v.value
        v.assign(old * 10)
        return [old + v.value, old]

    _, (total, old) = run(function)
    assert total.tolist() == [11, 22] and old.tolist() == [1, 2] and v.numpy().tolist() == [10, 20]


def test_producer_that_reads_other_elements_does_not_overwrite_them():
    v = Variable(np.arange(12.0, dtype="float32").reshape(3, 4))

    def transpose_twice():
        v.assign(p.reshape(p.transpose(v.value), (3, 4)))
        return []

    run(transpose_twice)
    assert v.numpy().tolist() == np.arange(12.0).reshape(3, 4).T.reshape(3, 4).tolist()


def test_broadcast_of_the_variable_itself():
    v = Variable(np.arange(4.0, dtype="float32"))

    def function():
        v.assign(v.value + p.sum(v.value))
        return []

    run(function)
    assert v.numpy().tolist() == [6, 7, 8, 9]


def test_one_value_for_two_variables():
    a, b = Variable([1.0]), Variable([2.0])

    def function():
        total = a.value + b.value
        a.assign(total)
        b.assign(total)
        return [total]

    _, (total,) = run(function)
    assert a.numpy() == b.numpy() == total == 3


def test_assigning_a_view():
    a, b = Variable(np.arange(6.0, dtype="float32").reshape(2, 3)), Variable(np.zeros(6, "float32"))

    def function():
        b.assign(p.reshape(a.value, (6,)))
        a.assign(a.value + 1)
        return []

    run(function)
    assert b.numpy().tolist() == [0, 1, 2, 3, 4, 5] and a.numpy().ravel().tolist() == [1, 2, 3, 4, 5, 6]


def buffers_of(function, *shapes):
    """{op: (reads, writes)} of the compiled function."""
    trace = Trace()
    with tracing(trace):
        outputs = function(*[trace.placeholder(shape, "float32") for shape in shapes])
    phases = compile_trace(trace, outputs).phases
    return {i.op: (i.reads, i.writes) for ph in phases for g in ph.groups for i in g.instructions}


def test_an_elementwise_result_takes_the_place_of_its_only_operand():
    found = buffers_of(lambda x, w: [p.matmul(p.relu_grad(p.matmul(x, w), x), w)], (40, 8), (8, 8))
    (dy, _), (result,) = found["relu_grad"]
    assert result is dy


def test_operands_that_are_read_again_keep_their_place():
    def twice(x, w):
        y = p.matmul(x, w)
        return [p.matmul(p.tanh(y), w), p.matmul(p.exp(y), w)]

    def through_a_view(x, w):
        y = p.matmul(x, w)
        return [p.matmul(p.tanh(y), w), p.sum(p.square(p.reshape(y, (-1,))))]

    def of_the_caller(x, w):
        return [p.matmul(p.tanh(x), w)]

    for function in (twice, through_a_view, of_the_caller):
        (operand,), (result,) = buffers_of(function, (40, 8), (8, 8))["tanh"]
        assert result is not operand, function.__name__
