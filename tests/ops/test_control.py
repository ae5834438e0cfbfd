"""Loops and branches of keras.ops: eager and compiled, by loops of Python and NumPy's reductions."""

import keraunos as keras
import numpy as np
import pytest
from derivative_checks import RNG, both, check_gradient
from keraunos import ops
from keraunos.graph.trace import TracedValueError


def test_branches():
    x = RNG.normal(size=(3,))
    signed = lambda t: ops.cond(ops.sum(t) > 0, lambda: t * 2, lambda: -t)  # noqa: E731
    np.testing.assert_array_equal(both(signed, np.abs(x)), 2 * np.abs(x))
    np.testing.assert_array_equal(both(signed, -np.abs(x)), np.abs(x))
    check_gradient(signed, -np.abs(x))
    # Of a concrete condition one side alone is run.
    assert float(ops.cond(True, lambda: 1.0, lambda: 1 / 0)) == 1.0
    branches = [lambda t: t, lambda t: t + 1, lambda t: t * 3]
    for index, want in [(-7, x), (0, x), (1, x + 1), (2, x * 3), (9, x * 3)]:
        np.testing.assert_array_equal(both(lambda i, t: ops.switch(i, branches, t), np.array(index), x), want)
        np.testing.assert_array_equal(ops.switch(index, branches, x), want)
    with pytest.raises(ValueError, match="at least one branch"):
        ops.switch(0, [])
    uneven = keras.function(lambda t: ops.cond(ops.sum(t) > 0, lambda: t, lambda: (t, t)))
    with pytest.raises(ValueError, match="same structure"):
        uneven(x)


def test_a_loop_that_ends_by_a_symbolic_condition():
    def doubled(x):
        return ops.while_loop(lambda i, t: ops.sum(t) < 50, lambda i, t: (i + 1, t * 2), (0, x), maximum_iterations=10)

    # Each row takes its own number of steps; sums of 3, 40 and 1e-3 (which stops at the limit).
    for total, steps in [(3.0, 5), (40.0, 1), (60.0, 0), (1e-3, 10)]:
        x = np.full(4, total / 4)
        count, values = both(doubled, x)
        assert int(count) == steps
        np.testing.assert_array_equal(values, x * 2**steps)
        if steps < 10:
            # The steps behind the end have no share in the gradient.
            np.testing.assert_array_equal(both(keras.grad(lambda t: ops.sum(doubled(t)[1])), x), np.full(4, 2.0**steps))
    # A loop that has ended does not begin again, whatever its condition says later.
    flags = iter([1.0, 0.0, 1.0])
    once = keras.function(lambda x: ops.while_loop(lambda t: t[0] * next(flags) > 0, lambda t: t * 2, x, 3))
    np.testing.assert_array_equal(once(np.ones(2)), np.full(2, 2.0))
    with pytest.raises(TracedValueError):
        keras.function(lambda x: ops.while_loop(lambda t: ops.sum(t) < 50, lambda t: t * 2, x))(x)


def test_loops():
    assert float(ops.while_loop(lambda t: t < 50, lambda t: t + 1, 1.0)) == 50
    assert float(ops.while_loop(lambda t: t < 50, lambda t: t + 1, 1.0, maximum_iterations=5)) == 6
    pair = ops.while_loop(lambda i, t: i < 3, lambda i, t: [i + 1, t * 2], [0, np.ones(2)])
    assert isinstance(pair, tuple) and int(pair[0]) == 3
    x = RNG.normal(size=(2,))
    np.testing.assert_allclose(both(lambda t: ops.fori_loop(2, 5, lambda i, v: v * i, t), x), x * 24, rtol=1e-15)
    assert ops.fori_loop(5, 2, lambda i, v: v / 0, 7.0) == 7.0


@pytest.mark.parametrize("mapped", [ops.map, ops.vectorized_map])
def test_maps(mapped):
    x, y = RNG.normal(size=(4, 3)), np.arange(4)
    np.testing.assert_allclose(both(lambda t: mapped(ops.sum, t), x), x.sum(1), rtol=1e-14)
    sums, pairs = both(lambda a, b: mapped(lambda pair: (pair["a"] + pair["b"], pair), {"a": a, "b": b}), x, y)
    np.testing.assert_array_equal(sums, x + y[:, None])
    assert set(pairs) == {"a", "b"}
    np.testing.assert_array_equal(pairs["b"], y)
    check_gradient(lambda t: mapped(lambda row: ops.prod(row), t), x)
    empty = mapped(lambda row: (row, ops.cast(ops.sum(row), "int32")), x[:0])
    assert [t.shape for t in empty] == [(0, 3), (0,)] and empty[1].dtype == "int32"
    with pytest.raises(ValueError, match="equal extent"):
        mapped(lambda pair: pair[0], [x, x[:2]])
    with pytest.raises(ValueError, match="equal extent"):
        mapped(lambda t: t, 3.0)


@pytest.mark.parametrize("reverse", [False, True])
def test_scan(reverse):
    x, start = RNG.normal(size=(5, 2)), RNG.normal(size=(2,))

    def run(first, rows):
        return ops.scan(lambda c, row: (c * row + 1, c - row), first, rows, reverse=reverse)

    carry, results = start, np.zeros_like(x)
    for i in reversed(range(5)) if reverse else range(5):
        results[i] = carry - x[i]
        carry = carry * x[i] + 1
    got = both(run, start, x)
    np.testing.assert_allclose(got[0], carry, rtol=1e-14)
    np.testing.assert_allclose(got[1], results, rtol=1e-14)
    check_gradient(lambda t: run(start, t), x)
    check_gradient(lambda t: run(t, x), start)


def test_scan_by_length_and_its_errors():
    last, powers = ops.scan(lambda c, _: (c * 2, c), ops.array(1.0), length=4)
    assert float(last) == 16
    assert powers.numpy().tolist() == [1, 2, 4, 8]
    last, nothing = ops.scan(lambda c, x: (c, c), np.ones(3), np.ones((0, 7)))
    assert nothing.shape == (0, 3)
    with pytest.raises(TypeError, match="must be a function"):
        ops.scan(3, 0.0, np.ones(2))
    for arguments, named, message in [((), {}, "xs or length"), ((np.ones(2),), {"length": 3}, "extent"),
                                      ((np.ones(2),), {"unroll": 0}, "unroll")]:  # fmt: skip
        with pytest.raises(ValueError, match=message):
            ops.scan(lambda c, x: (c, x), 0.0, *arguments, **named)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 13])
def test_associative_scan(count, reverse):
    x = RNG.normal(size=(2, count, 3))
    turned = (lambda t: t[:, ::-1]) if reverse else (lambda t: t)

    def add(a, b):
        assert a.shape == b.shape and (a.shape[1] > 0 or count == 0)
        return a + b

    got = both(lambda t: ops.associative_scan(add, t, reverse=reverse, axis=1), x)
    np.testing.assert_allclose(got, turned(np.cumsum(turned(x), 1)), rtol=1e-13, atol=1e-13)
    # Products of 2 x 2 matrices do not commute: the order matters.
    m = RNG.normal(size=(count, 2, 2))
    order = m[::-1] if reverse else m
    products = list(order[:1])
    for one in order[1:]:
        products.append(products[-1] @ one)
    want = np.array(products[::-1] if reverse else products).reshape(count, 2, 2)
    got = both(lambda t: ops.associative_scan(ops.matmul, t, reverse=reverse), m)
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


def test_associative_scan_of_structures():
    x = RNG.normal(size=(6, 2))
    combine = lambda a, b: {"sum": a["sum"] + b["sum"], "max": ops.maximum(a["max"], b["max"])}  # noqa: E731
    got = ops.associative_scan(combine, {"sum": x, "max": x})
    np.testing.assert_allclose(got["sum"], np.cumsum(x, 0), rtol=1e-13, atol=1e-13)
    np.testing.assert_array_equal(got["max"], np.maximum.accumulate(x, 0))
    check_gradient(lambda t: ops.associative_scan(lambda a, b: a * b, t, axis=-1), x)
    with pytest.raises(ValueError, match="equal extents"):
        ops.associative_scan(combine, {"sum": x, "max": x[:3]})
    with pytest.raises(TypeError, match="function"):
        ops.associative_scan(None, x)


def test_vectorize():
    a, b = RNG.normal(size=(4, 1)), RNG.normal(size=(3,))
    np.testing.assert_array_equal(both(ops.vectorize(lambda x, y: x * y + 1), a, b), a * b + 1)
    both_results = ops.vectorize(lambda x, y: (x + y, ops.maximum(x, y)))(a, b)
    np.testing.assert_array_equal(both_results[1], np.maximum(a, b))
    assert float(ops.vectorize(lambda x, y: x + y)(1.0, 2.0)) == 3
    np.testing.assert_array_equal(ops.vectorize(lambda x, y=1: x + y)([1, 2, 3], y=np.arange(3)), [1, 3, 5])
    scaled = ops.vectorize(lambda x, n, unit=None: x * len(n), excluded={1})
    np.testing.assert_array_equal(scaled(b, "abc", unit=None), b * 3)
    assert ops.vectorize(lambda x: x)(np.zeros((0, 2))).shape == (0, 2)
    check_gradient(lambda t: ops.vectorize(lambda x, y: x * y)(t, b), a)


def test_vectorize_by_signature():
    a, b = RNG.normal(size=(3, 1, 4, 5)), RNG.normal(size=(2, 5))
    for signature, function in [("(m,n),(n)->(m)", np.dot), ("(m, n),(n)->()", lambda x, y: (x @ y).sum())]:
        ours = ops.dot if function is np.dot else lambda x, y: ops.sum(ops.dot(x, y))
        want = np.vectorize(function, signature=signature)(a, b)
        # 20 products are added up, the other way round perhaps.
        np.testing.assert_allclose(both(ops.vectorize(ours, signature=signature), a, b, rtol=1e-13), want, atol=1e-13)
    sums, rows = ops.vectorize(lambda x: (ops.sum(x), x * 2), signature="(n)->(),(n)")(b)
    assert sums.shape == (2,) and rows.shape == (2, 5)
    dot = ops.vectorize(ops.dot, signature="(m,n),(n)->(m)")
    for bad, message in [((a, b[:, :4]), "expected 5 for n"), ((a,), "needs 2 arguments"), ((b[0], b), "axes")]:
        with pytest.raises(ValueError, match=message):
            dot(*bad)
    for wrong in (lambda x, y: x[:, 0] * y[0] + y[:4, None], lambda x, y: y, lambda x, y: (x[:, 0],) * 2):
        with pytest.raises(ValueError, match=r"a result of|has 1 results"):
            ops.vectorize(wrong, signature="(m,n),(n)->(m)")(a, b)
    with pytest.raises(ValueError, match="must look like"):
        ops.vectorize(ops.dot, signature="(m,n),n->(m)")
    with pytest.raises(TypeError, match="function"):
        ops.vectorize(None)
