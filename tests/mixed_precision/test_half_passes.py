"""Passes on graphs with halves: what may be fused or left out, and what rounds and must stay."""

import numpy as np
import pytest
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.compile import Executable, optimize
from keraunos.graph.interpret import interpret
from keraunos.graph.ir import Graph
from keraunos.graph.passes import widen_halves
from keraunos.graph.trace import Trace, tracing
from keraunos.graph.verify import verify
from keraunos.runtime.target import CPU


def traced(function, *specs):
    trace = Trace()
    with tracing(trace):
        outputs = function(*[trace.placeholder(shape, dtype) for shape, dtype in specs])
    return Graph.from_trace(trace, list(outputs))


def executed(graph, arrays):
    executable = Executable(graph)
    outputs = [np.zeros(shape, dtypes.storage(dtype)) for shape, dtype in executable.outputs]
    for position, array in enumerate(arrays):
        executable.bind_input(position, array)
    for position, array in enumerate(outputs):
        executable.bind_output(position, array)
    executable.run()
    return outputs


def names(graph):
    return [node.op.name for node in graph.nodes]


class Without:
    """The processor without kernels for some rows."""

    name = CPU.name

    def __init__(self, *rows):
        self.rows = rows

    def has_kernel(self, row, dtype):
        return row not in self.rows and CPU.has_kernel(row, dtype)

    def __getattr__(self, attribute):
        return getattr(CPU, attribute)


FLOATS = np.linspace(-3, 3, 60, dtype=np.float32).reshape(6, 10) * np.float32(1.001)


@pytest.mark.parametrize("half", dtypes.HALVES)
def test_a_cast_to_a_half_and_back_rounds(half):
    graph = traced(lambda x: [p.cast(p.cast(x, half), "float32")], ((6, 10), "float32"))
    (got,) = executed(optimize(graph), [FLOATS])
    np.testing.assert_array_equal(got, dtypes.unpack(dtypes.pack(FLOATS, half), half).astype("float32"))
    assert not np.array_equal(got, FLOATS)


@pytest.mark.parametrize("half", dtypes.HALVES)
@pytest.mark.parametrize("target", [CPU, Without("round_bfloat16", "round_float16")])
def test_every_op_rounds(half, target):
    """Against the interpreter, which rounds after every node; exp and sums may differ by one place, so the chain has
    none of them."""

    def chain(x):
        y = p.multiply(p.cast(x, half), 1.7)
        z = p.add(p.relu(y), 0.3)
        return [p.subtract(z, p.negative(y)), p.cast(p.maximum(z, y), "float32"), p.less(y, z)]

    graph = traced(chain, ((6, 10), "float32"))
    want, _ = interpret(graph, [FLOATS])
    widened = verify(widen_halves.run(graph, target))
    for a, b in zip(executed(widened, [FLOATS]), want, strict=True):
        np.testing.assert_array_equal(a, b)
    # The cast, multiply, add and subtract; relu, negative and maximum select and need no rounding of their own.
    rounded = [n for n in widened.nodes if n.op.name == f"round_{half}" or n.attrs.get("dtype") == half]
    assert len(rounded) == 4, names(widened)


def test_what_has_kernels_is_left_alone():
    def moves(x):
        y = p.transpose(x)
        return [p.concatenate([y, p.pad(y, [(1, 1), (0, 0)])], 0), p.take(x, np.array([1, 0]))]

    graph = traced(moves, ((3, 4), "bfloat16"))
    assert "cast" not in names(widen_halves.run(graph, CPU))
    assert "cast" in names(widen_halves.run(graph, Without("take")))
    floats = traced(lambda x: [p.exp(x)], ((3, 4), "float32"))
    assert widen_halves.run(floats, CPU) is floats


@pytest.mark.parametrize("stored", ["uint8", "float32", "float64", "int32"])
@pytest.mark.parametrize("half", dtypes.HALVES)
def test_gathered_pictures(stored, half):
    """Scaled before or after they are rounded, on the way through the gather or behind it: the bits are the same."""
    rng = np.random.default_rng(0)
    pixels = (rng.integers(0, 256, (9, 33)) if "int" in stored else rng.normal(size=(9, 33)) * 100).astype(stored)
    order, cursor = np.arange(9, dtype=np.int32)[::-1].copy(), np.array(2, np.int64)
    specs = [(pixels.shape, stored), ((9,), "int32"), ((), "int64")]

    def run(function):
        graph = traced(lambda x, o, c: function(p.batch(x, o, c, 4, stored)), *specs)
        found = optimize(graph)
        (got,) = executed(found, [pixels, order, cursor])
        (want,), _ = interpret(graph, [pixels, order, cursor])
        np.testing.assert_array_equal(got, want)
        return names(found)

    after = run(lambda x: [p.multiply(p.cast(x, half), 1 / 255)])
    assert ("multiply" in after) == (stored != "uint8")
    back = run(lambda x: [p.cast(p.cast(x, half), "float32")])
    assert ("cast" in back) == (stored != "uint8")
    before = run(lambda x: [p.cast(p.multiply(p.cast(x, "float32"), 0.5), half)])
    assert "multiply" not in before and ("cast" in before) == (stored == "float64")


def test_a_product_with_its_epilogue_rounds_once():
    rng = np.random.default_rng(1)
    arrays = [dtypes.pack(rng.normal(size=s), "bfloat16") for s in ((40, 30), (30, 20), (20,))]

    def layer(x, w, b):
        return [p.relu(p.add(p.matmul(x, w), b))]

    graph = optimize(traced(layer, *[(a.shape, "bfloat16") for a in arrays]))
    assert names(graph)[-1] == "dense"
    (got,) = executed(graph, arrays)
    x, w, b = (dtypes.unpack(a, "bfloat16").astype("float64") for a in arrays)
    exact = np.maximum(x @ w + b, 0)
    # 30 products in float32, then half a place of bfloat16, up to 2**-8 of the result.
    bound = exact * 2.0**-8 + (np.abs(x) @ np.abs(w) + np.abs(b)) * 32 * 2.0**-24 * 1.01
    assert (np.abs(dtypes.unpack(got, "bfloat16") - exact) <= bound).all()
