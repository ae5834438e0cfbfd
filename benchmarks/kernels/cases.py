"""The kernels that are timed: what keraunos runs, what each peer runs, and how many operations that is."""

import math
from dataclasses import dataclass, field

import numpy as np
from keraunos import config
from keraunos.graph import compile as graph_compile
from keraunos.graph import primitives as p
from keraunos.graph.trace import Trace, tracing


@dataclass
class Case:
    """One kernel on one shape.

    Attributes:
        name: what tables call it.
        arrays: operands.
        ours: function of symbolic operands.
        peers: framework -> function of the framework's own arrays that returns its result.
        operands: framework -> operands in the order and layout that it wants, where `arrays` are not what it wants.
        direct: whether to time our kernel without Winograd's transforms too, where it uses them.
        flops: floating-point operations of one call.
        bytes: bytes that must move, for kernels that memory bounds.
        terms: length of the longest sum, for the tolerance.
    """

    name: str
    arrays: list
    ours: object
    peers: dict = field(default_factory=dict)
    operands: dict = field(default_factory=dict)
    direct: bool = False
    flops: float = 0
    bytes: float = 0
    terms: int = 1


def gemm(rng, m, k, n, ta=False, tb=False, what=""):
    a = rng.normal(size=(k, m) if ta else (m, k)).astype("float32")
    b = rng.normal(size=(n, k) if tb else (k, n)).astype("float32")
    turn = lambda x, flag: x.T if flag else x  # noqa: E731
    return Case(
        name=f"matmul {m}x{k}x{n}{what}",
        arrays=[a, b],
        ours=lambda x, y: p.matmul(x, y, ta, tb),
        peers={
            "numpy": lambda np_, x, y: np_.matmul(turn(x, ta), turn(y, tb)),
            "torch": lambda torch, x, y: torch.matmul(turn(x, ta), turn(y, tb)),
            "tensorflow": lambda tf, x, y: tf.linalg.matmul(x, y, transpose_a=ta, transpose_b=tb),
        },
        flops=2.0 * m * k * n,
        terms=k,
    )


def softmax_cross_entropy(rng, rows, columns):
    logits = rng.normal(size=(rows, columns)).astype("float32")
    labels = rng.integers(0, columns, rows).astype("int32")

    def by_hand(np_, x, y):
        shifted = x - x.max(1, keepdims=True)
        return np_.log(np_.exp(shifted).sum(1)) - shifted[np_.arange(len(x)), y]

    return Case(
        name=f"softmax cross-entropy {rows}x{columns}",
        arrays=[logits, labels],
        ours=p.sparse_softmax_cross_entropy,
        peers={
            "numpy": by_hand,
            "torch": lambda torch, x, y: torch.nn.functional.cross_entropy(x, y.long(), reduction="none"),
            "tensorflow": lambda tf, x, y: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x),
        },
        bytes=logits.nbytes,
        terms=columns,
    )


def elementwise(rng, name, shape, ours, numpy, torch, tensorflow):
    x = rng.normal(size=shape).astype("float32")
    peers = {"numpy": numpy, "torch": torch, "tensorflow": tensorflow}
    return Case(f"{name} {'x'.join(map(str, shape))}", [x], ours, peers, bytes=2 * x.nbytes)


def reduction(rng, name, shape, axis):
    x = rng.normal(size=shape).astype("float32")
    peers = {
        "numpy": lambda np_, x: x.sum(axis),
        "torch": lambda torch, x: x.sum(axis),
        "tensorflow": lambda tf, x: tf.reduce_sum(x, axis),
    }
    label = f"{name} {'x'.join(map(str, shape))} axis {axis}"
    return Case(label, [x], lambda x: p.sum(x, axis), peers, bytes=x.nbytes, terms=shape[axis])


def cases():
    """All cases; squares first, then the layers of the models that README names, then what memory bounds."""
    rng = np.random.default_rng(0)
    found = [gemm(rng, n, n, n) for n in (512, 768, 1024)]
    for m, k, n in [(32, 784, 100), (32, 100, 75), (32, 26, 26), (128, 3072, 512)]:
        found += [gemm(rng, m, k, n), gemm(rng, k, m, n, ta=True, what=" weight gradient"),
                  gemm(rng, m, n, k, tb=True, what=" data gradient")]  # fmt: skip
    found += [softmax_cross_entropy(rng, 32, 10), softmax_cross_entropy(rng, 4096, 100)]
    big = (1024, 1024)
    found += [
        elementwise(
            rng,
            "relu",
            big,
            p.relu,
            lambda np_, x: np_.maximum(x, 0),
            lambda t, x: t.relu(x),
            lambda tf, x: tf.nn.relu(x),
        ),
        elementwise(
            rng, "tanh", big, p.tanh, lambda np_, x: np_.tanh(x), lambda t, x: t.tanh(x), lambda tf, x: tf.tanh(x)
        ),
        elementwise(rng, "exp", big, p.exp, lambda np_, x: np_.exp(x), lambda t, x: t.exp(x), lambda tf, x: tf.exp(x)),
        reduction(rng, "sum", big, 0),
        reduction(rng, "sum", big, 1),
    ]
    return found


def prepare(case):
    """(run, result, ops): `run(n)` makes n calls of our kernel on bound arrays; `result` is the array they fill; `ops`
    are the names of its instructions."""
    trace = Trace()
    with tracing(trace):
        output = case.ours(*[trace.placeholder(a.shape, a.dtype.name) for a in case.arrays])
    executable = graph_compile.compile_trace(trace, [output])
    for position, array in enumerate(case.arrays):
        executable.bind_input(position, array)
    result = np.empty(output.shape, output.dtype)
    executable.bind_output(0, result)
    instructions = [i for phase in executable.phases for group in phase.groups for i in group.instructions]
    return executable.run, result, [i.op for i in instructions]


def prepare_direct(case):
    """`prepare`, with Winograd's transforms forbidden."""
    config.set_winograd(False)
    try:
        return prepare(case)
    finally:
        config.set_winograd(True)


def tolerance(case, result):
    """Rounding of float32: a random walk of eps per term of the longest sum, in units of the largest result; 16 for the
    tail and for functions that are good to a few units in the last place."""
    return 16 * np.finfo(np.float32).eps * math.sqrt(case.terms) * max(1.0, float(np.abs(result).max()))
