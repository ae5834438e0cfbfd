"""Eager execution: an op on concrete tensors runs at once, as a Program of one instruction that is kept for next
time."""

import functools

from keraunos import config
from keraunos.graph import dtypes, tape
from keraunos.graph.device_tensor import DeviceTensor
from keraunos.graph.in_place import VIEWS
from keraunos.graph.tensor import SharedTensor, Tensor
from keraunos.graph.trace import Trace
from keraunos.runtime import devices


def run(op, inputs, attrs):
    """Applies `op` to concrete tensors and returns concrete tensors; active tapes record it."""
    if op.name in VIEWS:
        ((shape, dtype),) = op.infer(inputs, **attrs)
        outputs = [_view(inputs[0], shape, dtype)]
    elif op.name == "custom_gradient":
        outputs = [_view(t, t.shape, t.dtype) for t in inputs[-attrs["rule"].outputs :]]
    else:
        target = _target(inputs)
        specs = tuple((t.shape, t.dtype) for t in inputs)
        outputs = _executable(op, specs, tuple(attrs.items()), target, config.winograd()).call(inputs)
    tape.record(op, inputs, attrs, outputs)
    return outputs


def _view(tensor, shape, dtype):
    if isinstance(tensor, DeviceTensor):
        return DeviceTensor(shape, dtype, tensor.array.viewed(shape, dtype))
    value = tensor.value.copy() if isinstance(tensor, SharedTensor) else tensor.value
    if dtype != tensor.dtype:
        value = value.reshape(-1).view(dtypes.storage(dtype))
    return Tensor(shape, dtype, value.reshape(shape))


def _target(inputs):
    """The GPU that an operand lies on, or else the device in force."""
    for tensor in inputs:
        if isinstance(tensor, DeviceTensor):
            return devices.of_name(tensor.device)
    return devices.current()


@functools.lru_cache(maxsize=4096)
def _executable(op, specs, attrs, target, winograd):
    """`winograd` only tells Programs apart: lowering reads the setting itself."""
    from keraunos.graph.compile import placed
    from keraunos.graph.ir import Graph

    trace = Trace()
    inputs = tuple(trace.placeholder(shape, dtype) for shape, dtype in specs)
    outputs = trace.append(op, inputs, dict(attrs))
    return placed(Graph.from_trace(trace, list(outputs)), target)
