"""GradientTape, grad and function: what they record, how often they may be asked, how they nest."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import ops
from keraunos.graph.autodiff import NotDifferentiableError

Tape = keras.GradientTape


def test_structures_of_sources():
    a, b = keras.Variable(2.0), keras.Variable(3.0)
    with Tape(persistent=True) as tape:
        y = a * a * b
    assert float(tape.gradient(y, a)) == 12
    assert [float(g) for g in tape.gradient(y, [a, b])] == [12, 4]
    assert {k: float(g) for k, g in tape.gradient(y, {"a": a, "b": b}).items()} == {"a": 12, "b": 4}
    assert tape.gradient(y, (a, [b]))[1][0].numpy() == 4


def test_a_tape_answers_once_unless_it_is_persistent():
    x = keras.Variable(3.0)
    with Tape() as tape:
        y = x * x
    tape.gradient(y, x)
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.gradient(y, x)


def test_unconnected_sources():
    x, z = keras.Variable(3.0), keras.Variable([1.0, 2.0])
    with Tape(persistent=True) as tape:
        y = x * x
    assert tape.gradient(y, z) is None
    assert tape.gradient(y, [x, z], unconnected_gradients="zero")[1].numpy().tolist() == [0, 0]


def test_several_targets_and_cotangents():
    x = keras.Variable([1.0, 2.0])
    with Tape(persistent=True) as tape:
        y, z = x * 3, ops.sum(x * x)
    assert tape.gradient([y, z], x).numpy().tolist() == [5, 7]
    assert tape.gradient(y, x, output_gradients=ops.convert_to_tensor([10.0, 1.0])).numpy().tolist() == [30, 3]
    assert tape.gradient([y, z], x, [np.ones(2, "float32"), np.float32(2)]).numpy().tolist() == [7, 11]


def test_tensors_as_sources():
    x = ops.convert_to_tensor([1.0, 2.0])
    with Tape() as tape:
        tape.watch(x)
        h = x * 2
        y = ops.sum(h * h)
    gradients = tape.gradient(y, [x, h])
    assert gradients[0].numpy().tolist() == [8, 16] and gradients[1].numpy().tolist() == [4, 8]


def test_nested_tapes_give_second_derivatives():
    x = keras.Variable(2.0)
    with Tape() as outer:
        with Tape() as inner:
            y = x * x * x
        first = inner.gradient(y, x)
    assert float(first) == 12 and float(outer.gradient(first, x)) == 12


def test_a_hessian_by_nested_grads():
    f = keras.grad(lambda x: ops.sum(keras.grad(lambda t: ops.sum(ops.exp(t) * t))(x)))
    x = np.array([0.5, -1.0])
    np.testing.assert_allclose(f(x), np.exp(x) * (x + 2), rtol=1e-12)


def test_what_happens_outside_the_tape_is_not_recorded():
    x = keras.Variable(3.0)
    y = x * x
    with Tape() as tape:
        z = y * 2
    assert tape.gradient(z, x) is None


@pytest.mark.parametrize("compiled", [False, True])
def test_what_an_earlier_tape_recorded_is_constant_for_a_later_one(compiled):
    """Two networks that are trained in turn, as in a GAN: the second loss does not lead through the first update."""
    v, w = keras.Variable(2.0), keras.Variable(3.0)
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build([v])

    def step():
        with keras.GradientTape() as first:
            y = v * w
        optimizer.apply(first.gradient(y, [v]), [v])
        with keras.GradientTape() as second:
            z = v * w
        return second.gradient(z, [w, v])

    dw, dv = (keras.function(step) if compiled else step)()
    # v is 2 - 0.1 * 3 by then, which depends on w, but not for the second tape.
    np.testing.assert_allclose([float(dw), float(dv)], [1.7, 3.0], rtol=1e-6)


def test_assigning_a_variable_between_reads():
    """Gradients are with respect to the value that was read last."""
    x = keras.Variable(3.0)
    with Tape() as tape:
        x.assign(x * 2)
        y = x * x
    assert float(tape.gradient(y, x)) == 12


def test_a_tape_is_closed_when_its_body_raises():
    with pytest.raises(ZeroDivisionError), Tape():
        raise ZeroDivisionError
    assert ops.ones(2).node is None and (ops.ones(2) * 2).node is None


def test_stop_gradient_and_integers():
    x = keras.Variable(3.0)
    with Tape(persistent=True) as tape:
        y = ops.stop_gradient(x * x) * x
        whole = ops.cast(x, "int32") * 2
        z = ops.cast(whole, "float32") + x
    assert float(tape.gradient(y, x)) == 9
    assert tape.gradient(whole, x) is None and float(tape.gradient(z, x)) == 1


def test_an_op_without_a_gradient():
    x = keras.Variable([3.0, 1.0])
    with Tape() as tape:
        y = ops.cast(ops.argmax(x), "float32")
    assert tape.gradient(y, x) is None


def test_grad_argnums_and_errors():
    f = lambda a, b: ops.sum(a * b * b)  # noqa: E731
    assert [float(g) for g in keras.grad(f, (0, 1))(2.0, 3.0)] == [9, 12]
    assert float(keras.grad(f, 1)(2.0, 3.0)) == 12 and float(keras.grad(lambda a, b: a)(1.0, 2.0)) == 1
    assert float(keras.grad(lambda a, b: a, 1)(1.0, 2.0)) == 0
    with pytest.raises(ValueError, match="must return a scalar, got shape"):
        keras.grad(lambda x: x * x)(np.ones(2))


def test_grad_inside_a_function():
    f = keras.function(keras.grad(lambda x: ops.sum(ops.sin(x))))
    x = np.linspace(-2, 2, 7)
    np.testing.assert_allclose(f(x), np.cos(x), rtol=1e-14, atol=1e-15)


def test_a_tape_inside_a_function():
    w = keras.Variable([1.0, 2.0])

    @keras.function
    def step(x):
        with Tape() as tape:
            loss = ops.sum(ops.square(w * x))
        w.assign_sub(tape.gradient(loss, w) * 0.5)
        return loss

    assert float(step(np.ones(2, "float32"))) == 5 and w.numpy().tolist() == [0, 0]


def test_functions_are_traced_once_per_signature():
    traces = []

    @keras.function(jit_compile=True)
    def f(x, scale=1, *, names=("a",)):
        traces.append(scale)
        return {"sum": ops.sum(x) * scale, "rest": (x, [x + 1])}

    out = f(np.ones(3, "float32"), 2)
    assert float(out["sum"]) == 6 and out["rest"][1][0].numpy().tolist() == [2, 2, 2]
    f(np.zeros(3, "float32"), 2)
    assert traces == [2]
    f(np.zeros(3, "float64"), 2)
    f(np.zeros(4, "float32"), 2)
    f(np.zeros(3, "float32"), scale=3)
    assert traces == [2, 2, 2, 3]


def test_functions_see_the_variables_value_of_each_call():
    v = keras.Variable(1.0)
    f = keras.function(lambda x: x * v)
    assert float(f(np.float32(3))) == 3
    v.assign(5.0)
    assert float(f(np.float32(3))) == 15


def test_functions_update_variables_in_order():
    v = keras.Variable(1.0)

    @keras.function
    def f():
        v.assign_add(1.0)
        doubled = v * 2
        v.assign(doubled)
        return doubled, v + 0

    assert [float(t) for t in f()] == [4, 4] and float(v) == 4
    assert [float(t) for t in f()] == [10, 10] and float(v) == 10


def test_a_function_called_inside_a_function():
    inner = keras.function(lambda x: x * 2)
    outer = keras.function(lambda x: inner(x) + inner(x))
    assert float(outer(np.float32(3))) == 12


def test_results_of_functions_are_their_own():
    f = keras.function(lambda x: x * 1)
    first = f(np.float32(1))
    f(np.float32(2))
    assert float(first) == 1


def test_not_differentiable_names_the_op():
    assert issubclass(NotDifferentiableError, ValueError)
