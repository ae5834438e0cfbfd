"""Traces: a list of nodes that grows while user code runs on symbolic tensors."""

import contextlib
import threading

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph.opdef import REGISTRY
from keraunos.graph.tensor import Node, Tensor, TracedValueError

_local = threading.local()


class Trace:
    """A graph under construction.

    Attributes:
        nodes: nodes in order of creation.
        inputs: placeholders, in order.
        variables: variable -> the symbolic tensor that stands for its value when the Program starts.
        values: variable -> its value at this point of the trace; assignments replace it.
    """

    def __init__(self):
        self.nodes = []
        self.inputs = []
        self.variables = {}
        self.values = {}
        self._constants = {}

    def placeholder(self, shape, dtype):
        """A new input of the graph."""
        tensor = self._leaf("placeholder", tuple(shape), dtypes.standardize(dtype), {"position": len(self.inputs)})
        self.inputs.append(tensor)
        return tensor

    def read(self, variable):
        """The value of `variable` at this point of the trace."""
        if variable not in self.values:
            leaf = self._leaf("variable", variable.shape, variable._dtype, {"variable": variable})
            self.variables[variable] = self.values[variable] = leaf
        return self.values[variable]

    def assign(self, variable, tensor):
        self.read(variable)
        self.values[variable] = tensor

    def constant(self, tensor):
        """The symbolic stand-in of a concrete tensor."""
        key = id(tensor.value)
        if tensor.size == 1:
            key = (tensor.value.tobytes(), tensor.dtype, tensor.shape)
        if key not in self._constants:
            leaf = self._leaf("constant", tensor.shape, tensor.dtype, {"value": tensor.value})
            self._constants[key] = leaf
        return self._constants[key]

    def append(self, op, inputs, attrs):
        inputs = tuple(self.constant(t) if t.value is not None else t for t in inputs)
        node = Node(op, inputs, attrs, scope="/".join(scopes()))
        specs = op.infer(inputs, **attrs)
        node.outputs = tuple(Tensor(tuple(shape), dtype, node=node) for shape, dtype in specs)
        self.nodes.append(node)
        return node.outputs

    def updates(self):
        """variable -> new value, for the variables that were assigned."""
        return {v: t for v, t in self.values.items() if t is not self.variables[v]}

    def _leaf(self, op, shape, dtype, attrs):
        node = Node(REGISTRY[op], (), attrs, scope="/".join(scopes()))
        tensor = Tensor(shape, dtype, node=node)
        node.outputs = (tensor,)
        self.nodes.append(node)
        return tensor


def current():
    """The innermost active trace of this thread, or None."""
    stack = getattr(_local, "traces", None)
    return stack[-1] if stack else None


@contextlib.contextmanager
def tracing(trace):
    """Makes `trace` the active trace: variables are read from and assigned in it."""
    stack = _local.__dict__.setdefault("traces", [])
    stack.append(trace)
    try:
        yield trace
    finally:
        stack.pop()


def suspended():
    """Leaves the active trace for a while: weights that are created inside a model's first trace get concrete
    values."""
    return tracing(None)


def scopes():
    """Names of the layers being called, outermost first."""
    return _local.__dict__.setdefault("scopes", [])


@contextlib.contextmanager
def scope(name):
    """Names the nodes that are created inside, for dumps and error messages."""
    stack = scopes()
    stack.append(name)
    try:
        yield
    finally:
        stack.pop()


def autocast_dtype():
    """The float dtype in which variables are read now, or None: their own."""
    return getattr(_local, "autocast", None)


@contextlib.contextmanager
def autocast(dtype):
    """Float variables that are read inside are cast to `dtype`; None: they are read as they are."""
    outer = autocast_dtype()
    _local.autocast = dtype
    try:
        yield
    finally:
        _local.autocast = outer


def apply(op, inputs, attrs):
    """Applies `op` to tensors: at once when all are concrete, else as a node of the active trace. Returns the
    outputs."""
    if all(t.value is not None for t in inputs):
        from keraunos.graph import eager

        return eager.run(op, inputs, attrs)
    trace = current()
    if trace is None:
        symbolic = next(t for t in inputs if t.value is None)
        raise TracedValueError(
            f"[trace] a symbolic tensor of shape {symbolic.shape} was used after its trace had ended"
        )
    return trace.append(op, inputs, attrs)


def as_tensor(value, dtype=None):
    """`value` (tensor, variable, array, number, nested list) as a Tensor; concrete data is not copied when it fits.

    Python floats become float32 and Python integers int32, alone or in lists; NumPy arrays keep their dtype.
    """
    if isinstance(value, Tensor):
        return value
    if hasattr(value, "__keraunos_tensor__"):
        return value.__keraunos_tensor__()
    if hasattr(value, "__dlpack_device__") and not isinstance(value, np.ndarray):
        # The GPU's modules are loaded for arrays of other libraries only.
        from keraunos.runtime.device_array import adopt, is_foreign

        if is_foreign(value):
            return _on_device(adopt(value), dtype)
    if isinstance(value, (list, tuple)) and _holds_tensor(value):
        raise TypeError("[convert] expected numbers or arrays, got a list of tensors; use ops.stack")
    array = value if isinstance(value, np.ndarray) else np.asarray(value)
    if dtype is None and not isinstance(value, (np.ndarray, np.generic)) and not hasattr(value, "__array__"):
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        elif array.dtype == np.int64 and _fits_int32(array):
            array = array.astype(np.int32)
    array, name = dtypes.supported(array)
    if dtype is not None and dtypes.standardize(dtype) != name:
        array, name = dtypes.pack(dtypes.unpack(array, name), dtypes.standardize(dtype)), dtypes.standardize(dtype)
    return Tensor(array.shape, name, np.asarray(array, order="C"))


def _on_device(array, dtype):
    from keraunos.graph.device_tensor import DeviceTensor

    tensor = DeviceTensor(array.shape, array.dtype, array)
    if dtype is None or dtypes.standardize(dtype) == array.dtype:
        return tensor
    from keraunos.graph import primitives

    with suspended():
        return primitives.cast(tensor, dtypes.standardize(dtype))


def _holds_tensor(values):
    return any(isinstance(v, Tensor) or (isinstance(v, (list, tuple)) and _holds_tensor(v)) for v in values)


def _fits_int32(array):
    return array.size == 0 or (array.min() >= -(2**31) and array.max() < 2**31)
