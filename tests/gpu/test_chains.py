"""Elementwise instructions that follow one another become one launch, with the results of single launches."""

import keraunos as keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keraunos import ops

RNG = np.random.default_rng(8)
X, Y = RNG.normal(size=(37, 53)).astype("float32"), RNG.normal(size=(37, 53)).astype("float32")
ROW, COLUMN = X[0], X[:, :1]

UNARY = [ops.negative, ops.exp, ops.square, ops.tanh, ops.relu, ops.sigmoid, ops.absolute, ops.log1p]
BINARY = [ops.add, ops.subtract, ops.multiply, ops.maximum, ops.minimum]


def both(function, *arrays):
    with keras.device("gpu"):
        got = [np.asarray(t) for t in keras.function(function)(*arrays)]
    with keras.device("cpu"):
        want = [np.asarray(t) for t in keras.function(function)(*arrays)]
    for g, w in zip(got, want, strict=True):
        # Functions of the two libraries differ by a few units in the last place, which a chain carries on.
        np.testing.assert_allclose(g, w, rtol=1e-4, atol=1e-5)
    return got


def test_one_launch_for_several_steps(emulator):
    emulator.take_log()
    both(lambda x, y: [ops.exp(-ops.square(x - y)) + x], X, Y)
    assert [name for name, *_ in emulator.take_log()] == ["chain"]


def test_results_in_between_are_written_when_somebody_wants_them():
    both(lambda x, y: [a := x + y, ops.exp(-ops.square(a)), ops.sum(ops.square(a), axis=0)], X, Y)


def test_rows_and_columns_are_broadcast():
    both(lambda x, r, c: [ops.relu(x * r + c) - r], X, ROW, COLUMN)


def test_truths_and_choices():
    both(lambda x, y: [z := x > y, ops.where(z, x * 2, ops.exp(y)), ops.isfinite(x / y)], X, Y)


def test_more_inputs_than_a_chain_holds():
    arrays = [X + i for i in range(12)]
    both(lambda *a: [sum(a[1:], a[0]) * a[0]], *arrays)


@pytest.mark.parametrize("shape", [(), (1,), (0, 3), (4, 1, 5), (1, 1, 1, 7)])
def test_shapes(shape):
    x = np.ones(shape, "float32") * 0.5
    both(lambda x: [ops.exp(x + 1) * x], x)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_chain(data):
    """Steps on any earlier values, broadcast ones among them; some of them are results."""
    steps = data.draw(
        st.lists(st.tuples(st.integers(0, 12), st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=12)
    )
    wanted = data.draw(st.sets(st.integers(0, len(steps) - 1), min_size=1, max_size=5))

    def function(x, row, column):
        values = [x, row, column]
        for kind, first, second in steps:
            a, b = values[first % len(values)], values[second % len(values)]
            value = UNARY[kind](ops.clip(a, -3, 3)) if kind < len(UNARY) else BINARY[kind - len(UNARY)](a, b)
            values.append(ops.clip(ops.where(value == value, value, 0), -4, 4))
        return [values[3 + i] for i in sorted(wanted)]

    both(function, X[:5, :7], ROW[:7], COLUMN[:5])
