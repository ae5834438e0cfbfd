"""Gradients of tables by position: the updates that an optimizer makes are those of the dense gradient, and no tensor
of the size of the table is written for them."""

import contextlib

import keraunos as keras
import numpy as np
import pytest
from keraunos.graph import compile as graph_compile
from keraunos.graph.instructions import ARENA
from keraunos.graph.passes import group_updates
from keraunos.runtime import devices

rng = np.random.default_rng(8)
ROWS, COLUMNS = 700, 8
TABLE = rng.normal(size=(ROWS, COLUMNS)).astype("float32")
# Repeated numbers, one that half of all places have, many rows that none has, one counted from the end.
NUMBERS = np.where(rng.random((3, 40)) < 0.5, 0, rng.integers(1, 300, (3, 40))).astype("int32")
NUMBERS[0, 0] = -1
COTANGENTS = rng.normal(size=(2, 3, 40, COLUMNS)).astype("float32")
RULES = {
    "SGD": (lambda: keras.optimizers.SGD(0.1), "sgd_rows"),
    "momentum": (lambda: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True), "sgd_momentum_rows"),
    "Adam": (lambda: keras.optimizers.Adam(0.1), "adam_rows"),
    "RMSprop": (lambda: keras.optimizers.RMSprop(0.1), "rmsprop_rows"),
    "Adagrad": (lambda: keras.optimizers.Adagrad(0.1), "adagrad_rows"),
    "decay": (lambda: keras.optimizers.SGD(0.1, weight_decay=0.1), "sgd_rows"),
    "clipped": (lambda: keras.optimizers.SGD(0.1, clipnorm=1.0), "sum_rows"),
    "Nadam": (lambda: keras.optimizers.Nadam(0.1), "sum_rows"),
}


@contextlib.contextmanager
def watching():
    """Names of the ops of the last graph that is compiled inside."""
    ops, original = [], graph_compile.fitted

    def fitted(graph, target):
        found = original(graph, target)
        ops[:] = [node.op.name for node in found.nodes]
        return found

    graph_compile.fitted = fitted
    try:
        yield ops
    finally:
        graph_compile.fitted = original


def trained(make, numbers=NUMBERS, dtype="float32"):
    """(the table and the optimizer's state after two steps, ops of a step)."""
    table = keras.Variable(TABLE.astype(dtype), name="table")
    optimizer = make()
    optimizer.build([table])

    def step(numbers, cotangent):
        with keras.GradientTape() as tape:
            found = keras.ops.take(table, numbers, axis=0)
        optimizer.apply([tape.gradient(found, table, output_gradients=cotangent)], [table])

    run = keras.function(step)
    with watching() as ops:
        for cotangent in COTANGENTS:
            run(numbers, cotangent.astype(dtype))
    return [v.numpy() for v in (table, *optimizer.variables)], ops


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("index", ["int32", "int64"])
@pytest.mark.parametrize("name", RULES)
def test_updates_are_those_of_the_dense_gradient(name, index, dtype, monkeypatch):
    make, op = RULES[name]
    found, ops = trained(make, NUMBERS.astype(index), dtype)
    assert op in ops and "group_rows" in ops and "scatter_add" not in ops
    assert ("sum_rows" in ops) == (op == "sum_rows")
    monkeypatch.setattr(group_updates, "SMALLEST", 1 << 40)
    dense, ops = trained(make, NUMBERS.astype(index), dtype)
    assert "scatter_add" in ops and "group_rows" not in ops
    for a, b in zip(found, dense, strict=True):
        np.testing.assert_array_equal(a, b)


def test_small_tables_and_empty_batches_stay_as_they_are(monkeypatch):
    make, _ = RULES["SGD"]
    monkeypatch.setattr(group_updates, "SMALLEST", TABLE.size + 1)
    assert "scatter_add" in trained(make)[1]
    monkeypatch.setattr(group_updates, "SMALLEST", TABLE.size)
    assert "scatter_add" not in trained(make)[1]


def test_a_target_without_the_kernels_keeps_the_dense_gradient(monkeypatch):
    make, _ = RULES["Adam"]
    wanted = trained(make)[0]
    for missing, left in (("group_rows", "scatter_add"), ("sum_rows", "scatter_add"), ("adam_rows", "sum_rows")):
        with monkeypatch.context() as m:
            m.setattr(type(devices.current()), "has_kernel", lambda self, row, dtype, missing=missing: row != missing)
            found, ops = trained(make)
        assert left in ops and missing not in ops
        for a, b in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_gradient_that_somebody_else_reads_is_summed_once():
    table = keras.Variable(TABLE, name="table")
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build([table])

    @keras.function
    def step(numbers, cotangent):
        with keras.GradientTape() as tape:
            found = keras.ops.take(table, numbers, axis=0)
        gradient = tape.gradient(found, table, output_gradients=cotangent)
        optimizer.apply([gradient], [table])
        return gradient

    with watching() as ops:
        gradient = step(NUMBERS, COTANGENTS[0]).numpy()
    assert "sum_rows" in ops and "sgd" in ops and "sgd_rows" not in ops
    wanted = np.zeros_like(TABLE)
    np.add.at(wanted, NUMBERS, COTANGENTS[0])
    # 60 numbers of order 1, whose sums stay below 30, in any order: each is rounded by 2^-24 of 30, sqrt(60) of that.
    np.testing.assert_allclose(gradient, wanted, rtol=1e-6, atol=2e-5)
    # w - rate * g, rounded once or twice.
    np.testing.assert_allclose(table.numpy(), TABLE - np.float32(0.1) * gradient, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("columns", [1, 5, 8])
@pytest.mark.parametrize("index", ["int32", "int64"])
@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_one_number_for_all_and_numbers_out_of_range(name, index, columns, monkeypatch):
    """3,000 positions name one row, the rest are out of range and count for none; columns of any width."""
    monkeypatch.setattr(group_updates, "SMALLEST", ROWS)
    numbers = np.full(3007, ROWS - 1, index)
    numbers[::430] = [ROWS, -ROWS - 1, 2**31 - 1, -(2**31), ROWS + 5, -ROWS - 2, ROWS]
    start = TABLE[:, :columns]
    # Whole numbers: their sums are exact in any order.
    cotangent = rng.integers(-3, 4, (numbers.size, columns)).astype("float32")
    table = keras.Variable(start, name="table")
    optimizer = RULES[name][0]()
    optimizer.build([table])

    @keras.function
    def step(numbers, cotangent):
        with keras.GradientTape() as tape:
            found = keras.ops.take(table, numbers, axis=0)
        optimizer.apply([tape.gradient(found, table, output_gradients=cotangent)], [table])

    with watching() as ops:
        step(numbers, cotangent)
    assert RULES[name][1] in ops
    inside = numbers == ROWS - 1
    assert inside.sum() == 3000
    np.testing.assert_array_equal(table.numpy()[:-1], start[:-1])
    moved = table.numpy()[-1] - start[-1]
    sums = cotangent[inside].sum(0)
    # Adam's first step is the rate with the sign of the gradient, but for epsilon; differences of numbers below 200.
    wanted = -0.1 * sums if name == "SGD" else -0.1 * np.sign(sums)
    np.testing.assert_allclose(moved, wanted, rtol=1e-5, atol=2e-5)


def test_no_numbers_at_all():
    table = keras.Variable(TABLE, name="table")
    optimizer = keras.optimizers.Adagrad(0.1)
    optimizer.build([table])

    @keras.function
    def step(numbers, cotangent):
        with keras.GradientTape() as tape:
            found = keras.ops.take(table, numbers, axis=0)
        optimizer.apply([tape.gradient(found, table, output_gradients=cotangent)], [table])

    step(np.zeros((0,), "int32"), np.zeros((0, COLUMNS), "float32"))
    np.testing.assert_array_equal(table.numpy(), TABLE)


def test_a_training_step_writes_nothing_as_large_as_the_table():
    model = keras.Sequential([keras.layers.Embedding(ROWS, COLUMNS), keras.layers.Flatten(), keras.layers.Dense(1)])
    for optimizer in ("sgd", "adam"):
        model.compile(optimizer, "mse")
        model.fit(np.abs(NUMBERS), np.ones((3, 1)), verbose=0)
        step = next(e for key, e in model._programs._cache.items() if key[0] == "train")
        instructions = [i for phase in step.phases for group in phase.groups for i in group.instructions]
        assert not [i.op for i in instructions for b in i.writes if b.kind == ARENA and b.bytes >= TABLE.nbytes]
