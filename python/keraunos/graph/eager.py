"""Eager execution: an op on concrete tensors runs at once, as a Program of one instruction that is kept for next
time."""

import functools

from keraunos import config
from keraunos.graph import tape
from keraunos.graph.tensor import SharedTensor, Tensor
from keraunos.graph.trace import Trace

VIEWS = ("reshape", "stop_gradient")


def run(op, inputs, attrs):
    """Applies `op` to concrete tensors and returns concrete tensors; active tapes record it."""
    if op.name in VIEWS:
        ((shape, dtype),) = op.infer(inputs, **attrs)
        value = inputs[0].value
        value = value.copy() if isinstance(inputs[0], SharedTensor) else value
        outputs = [Tensor(shape, dtype, value.reshape(shape))]
    else:
        specs = tuple((t.shape, t.dtype) for t in inputs)
        outputs = _executable(op, specs, tuple(attrs.items()), config.winograd()).call(inputs)
    tape.record(op, inputs, attrs, outputs)
    return outputs


@functools.lru_cache(maxsize=4096)
def _executable(op, specs, attrs, winograd):
    """`winograd` only tells Programs apart: lowering reads the setting itself."""
    from keraunos.graph.compile import Executable
    from keraunos.graph.ir import Graph

    trace = Trace()
    inputs = tuple(trace.placeholder(shape, dtype) for shape, dtype in specs)
    outputs = trace.append(op, inputs, dict(attrs))
    return Executable(Graph.from_trace(trace, list(outputs)))
