"""Passes: every one leaves a well-formed graph that computes what it computed before, and fusions happen where they
should."""

import keraunos
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keraunos.graph import Variable
from keraunos.graph import primitives as p
from keraunos.graph.compile import Executable, optimize
from keraunos.graph.interpret import interpret
from keraunos.graph.ir import Graph
from keraunos.graph.passes import PIPELINE, fold_scale, fuse_epilogue, fuse_update, prune, share
from keraunos.graph.tape import GradientTape
from keraunos.graph.trace import Trace, tracing
from keraunos.graph.verify import VerificationError, verify
from keraunos.ops import update


def traced(function, *shapes):
    trace = Trace()
    with tracing(trace):
        outputs = function(*[trace.placeholder(s, "float64") for s in shapes])
    return Graph.from_trace(trace, list(outputs))


def names(graph):
    return [n.op.name for n in graph.nodes]


def agree(before, after, arrays):
    want, want_updates = interpret(before, arrays)
    got, got_updates = interpret(after, arrays)
    # float64 through rewrites that only regroup: 1e-12 leaves 4 digits over eps times a few hundred terms.
    for a, b in [*zip(want, got, strict=True), *((want_updates[v], got_updates[v]) for v in want_updates)]:
        np.testing.assert_allclose(b, a, rtol=1e-12, atol=1e-12)


UNARY = (p.exp, p.tanh, p.negative, p.square, p.relu, p.sigmoid)
BINARY = (p.add, p.multiply, p.subtract, p.maximum)


@st.composite
def functions(draw):
    """A random program over tensors of shape (6, 5), with matrix products, reductions, constants and shared parts."""
    steps = draw(
        st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=14)
    )

    def function(x, w):
        values = [x]
        for kind, i, j in steps:
            a, b = values[i % len(values)], values[j % len(values)]
            if kind < 3:
                values.append(UNARY[i % len(UNARY)](a))
            elif kind < 6:
                values.append(BINARY[j % len(BINARY)](a, b))
            elif kind == 6:
                values.append(p.relu(p.add(p.matmul(a, w), p.mean(b, 0))))
            elif kind == 7:
                values.append(p.multiply(a, p.reshape(p.sum(b, 1), (6, 1))))
            elif kind == 8:
                values.append(p.reshape(p.transpose(p.reshape(a, (5, 6))), (6, 5)))
            else:
                values.append(p.add(a, p.multiply(np.ones((6, 5)), 0.5)))
        return [values[-1], p.sum(values[len(values) // 2])]

    return function


@settings(max_examples=60, deadline=None)
@given(functions(), st.integers(0, 10**6))
def test_pipeline_and_native_execution_agree_with_the_interpreter(function, seed):
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=(6, 5)) * 0.3, rng.normal(size=(5, 5)) * 0.3]
    graph = verify(traced(function, (6, 5), (5, 5)))
    with np.errstate(all="ignore"):
        want, _ = interpret(graph, arrays)
    for step in PIPELINE:
        graph = verify(step.run(graph), after=step.__name__)
    executable = Executable(graph)
    outputs = [np.full(shape, np.nan) for shape, _ in executable.outputs]
    for i, array in enumerate(arrays):
        executable.bind_input(i, array)
    for i, array in enumerate(outputs):
        executable.bind_output(i, array)
    executable.run()
    for a, b in zip(want, outputs, strict=True):
        # Chains of exp and squares may overflow; where they do not, kernels and NumPy differ by rounding that up to 14
        # steps amplify by at most their condition, under 1e4 here.
        same = (a == b) | (np.isnan(a) & np.isnan(b)) | (np.abs(a - b) <= 1e-11 * np.maximum(1, np.abs(a)))
        assert same.all() or not np.isfinite(a).all() or np.abs(a).max() > 1e30


def test_prune_drops_what_nobody_needs():
    graph = traced(lambda x: [p.exp(x), p.tanh(p.log(x))][:1], (3,))
    assert "tanh" in names(graph) and "tanh" not in names(prune.run(graph))


def test_share_computes_equal_nodes_once():
    graph = traced(lambda x: [p.add(p.exp(x), p.exp(x))], (3,))
    assert names(prune.run(share.run(graph))).count("exp") == 1


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh", None])
def test_dense_is_one_node(activation):
    def function(x, w):
        y = p.add(p.matmul(x, w), np.arange(4.0))
        return [getattr(p, activation)(y) if activation else y]

    graph = traced(function, (3, 5), (5, 4))
    fused = prune.run(fuse_epilogue.run(graph))
    assert "matmul" not in names(fused) and "add" not in names(fused)
    assert fused.nodes[-1].attrs["activation"] == (activation or "linear")
    rng = np.random.default_rng(1)
    agree(graph, fused, [rng.normal(size=(3, 5)), rng.normal(size=(5, 4))])


def test_dense_is_left_alone_when_the_product_is_read_elsewhere():
    def function(x, w):
        product = p.matmul(x, w)
        return [p.relu(p.add(product, np.arange(4.0))), product]

    graph = traced(function, (3, 5), (5, 4))
    assert "dense" not in names(fuse_epilogue.run(graph))


GEOMETRY = {"strides": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1), "groups": 1}


def convolution(x, w, **changes):
    return p._apply("convolution", (x, p.as_tensor(w)), **{**GEOMETRY, **changes})


@pytest.mark.parametrize("activation, inside", [("relu", "relu"), ("tanh", "linear"), (None, "linear")])
def test_bias_and_relu_go_into_the_convolution(activation, inside):
    def function(x, w):
        y = p.add(convolution(x, w), np.arange(4.0))
        return [getattr(p, activation)(y) if activation else y]

    graph = traced(function, (2, 5, 6, 3), (3, 3, 3, 4))
    fused = prune.run(fuse_epilogue.run(graph))
    (node,) = [n for n in fused.nodes if n.op.name == "convolution_bias"]
    assert node.attrs["activation"] == inside and "add" not in names(fused)
    rng = np.random.default_rng(1)
    agree(graph, fused, [rng.normal(size=(2, 5, 6, 3)), rng.normal(size=(3, 3, 3, 4))])


@pytest.mark.parametrize(
    "kind, bias", [("convolution", True), ("convolution", False), ("depthwise", True), ("matmul", True)]
)
def test_factors_behind_a_product_go_into_its_weights(kind, bias):
    """What batch normalization is at inference: both vectors come from variables that the step only reads."""
    rng = np.random.default_rng(2)
    gamma, shift = (Variable(rng.normal(size=4), dtype="float64") for _ in range(2))
    w = Variable(rng.normal(size={"convolution": (3, 3, 4, 4), "depthwise": (3, 3, 1, 4), "matmul": (4, 4)}[kind]),
                 dtype="float64")  # fmt: skip

    def function(x):
        y = p.matmul(x, w) if kind == "matmul" else convolution(x, w, groups=4 if kind == "depthwise" else 1)
        y = p.add(y, shift) if bias else y
        return [p.relu(p.add(p.multiply(y, p.exp(gamma)), p.tanh(gamma)))]

    shape = (5, 4) if kind == "matmul" else (2, 5, 6, 4)
    graph = traced(function, shape)
    folded = prune.run(fold_scale.run(graph))
    full = [n.op.name for n in folded.nodes if n.outputs[0].shape[:1] == shape[:1] and n.op.name != "placeholder"]
    assert "multiply" not in full and len(full) == (4 if bias else 3)
    agree(graph, folded, [rng.normal(size=shape)])


def test_factors_that_change_or_are_read_elsewhere_stay():
    gamma = Variable(np.ones(4), dtype="float64")
    w = Variable(np.ones((3, 3, 4, 4)), dtype="float64")

    def trained(x):
        y = p.multiply(convolution(x, w), gamma)
        gamma.assign(p.add(gamma, 1.0))
        return [y]

    def read_twice(x):
        y = convolution(x, w)
        return [p.multiply(y, gamma), y]

    def of_the_batch(x):
        return [p.multiply(convolution(x, w), p.mean(x, (0, 1, 2)))]

    for function in (trained, read_twice, of_the_batch):
        graph = traced(function, (2, 5, 6, 4))
        assert names(fold_scale.run(graph)) == names(graph), function.__name__


def test_sgd_goes_into_the_gradient_product():
    w = Variable(np.ones((5, 4)), dtype="float64")

    def function(x, y):
        w.assign(update.sgd(w, p.matmul(x, y, transpose_a=True), 0.1))
        return []

    trace = Trace()
    with tracing(trace):
        function(trace.placeholder((3, 5), "float64"), trace.placeholder((3, 4), "float64"))
    graph = Graph.from_trace(trace, [])
    fused = prune.run(fuse_update.run(graph))
    assert "matmul_update" in names(fused) and "matmul" not in names(fused)
    rng = np.random.default_rng(2)
    agree(graph, fused, [rng.normal(size=(3, 5)), rng.normal(size=(3, 4))])


def test_verify_notices_a_wrong_shape():
    graph = traced(lambda x: [p.exp(x)], (3,))
    graph.nodes[-1].outputs[0].shape = (4,)
    with pytest.raises(VerificationError, match="noted"):
        verify(graph)


def test_verify_notices_use_before_production():
    graph = traced(lambda x: [p.exp(p.tanh(x))], (3,))
    graph.nodes[-2], graph.nodes[-1] = graph.nodes[-1], graph.nodes[-2]
    with pytest.raises(VerificationError, match="before it is produced"):
        verify(graph)


def test_training_step_has_few_phases_and_instructions():
    """A lost fusion or a lost chain shows here: a three-layer step is one parallel phase forward and back, one for the
    weights, and serial remainders."""
    model = keraunos.Sequential(
        [
            keraunos.Input((784,)),
            *(keraunos.layers.Dense(n, activation="relu") for n in (100, 75)),
            keraunos.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(np.ones((64, 784), "float32"), np.zeros(64, int), verbose=0)
    step = next(e for key, e in model._programs._cache.items() if key[0] == "train")
    assert sum(not phase.serial for phase in step.phases) == 2
    ops = [i.op for phase in step.phases for group in phase.groups for i in group.instructions]
    assert ops.count("gemm_update") == 3 and ops.count("gemm_bias") == 3 and "strided_read" not in ops
    assert len(ops) <= 42


def test_gradients_through_the_pipeline():
    def function(x, w):
        with GradientTape() as tape:
            loss = p.sum(p.sigmoid(p.matmul(x, w)))
        return [tape.gradient(loss, w)]

    graph = traced(function, (4, 3), (3, 2))
    rng = np.random.default_rng(3)
    agree(graph, optimize(graph), [rng.normal(size=(4, 3)), rng.normal(size=(3, 2))])


def test_scaling_of_pictures_happens_in_the_gather():
    model = keraunos.Sequential(
        [
            keraunos.Input((4, 4)),
            keraunos.layers.Rescaling(1 / 255, offset=-0.5),
            keraunos.layers.Flatten(),
            keraunos.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    images = np.random.default_rng(0).integers(0, 256, (64, 4, 4)).astype("uint8")
    eager = keraunos.ops.convert_to_numpy(model(images))
    loss = model.evaluate(images, np.zeros(64, int), verbose=0)
    # Means of 64 float32 logarithms: a few eps.
    assert abs(loss + np.log(eager[:, 0]).mean()) <= 1e-5
    step = next(e for key, e in model._programs._cache.items() if key[0] == "test")
    (gather,) = [n for n in step.graph.nodes if n.op.name == "batch" and n.outputs[0].dtype == "float32"]
    assert gather.attrs["offset"] == -0.5 and abs(gather.attrs["scale"] - 1 / 255) < 1e-8
    assert {"multiply", "cast"} & {
        n.op.name for n in step.graph.nodes if n.outputs[0].shape[:1] == (32,) and n.outputs[0].ndim > 1
    } == set()
