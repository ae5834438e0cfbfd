"""Tensor: an immutable array, concrete (it has a value) or symbolic (a node of a trace will produce it)."""

import itertools

import numpy as np

from keraunos.graph import dtypes

_sequence = itertools.count()


def next_number():
    """A number between those of the nodes before and those to come."""
    return next(_sequence)


class TracedValueError(TypeError):
    """A symbolic tensor was used where a number is needed."""


class Node:
    """One application of an op: `outputs = op(*inputs, **attrs)`.

    `number` grows with creation, so that descending numbers are a reverse topological order.
    """

    __slots__ = ("op", "inputs", "attrs", "outputs", "number", "scope")

    def __init__(self, op, inputs, attrs, scope=""):
        self.op = op
        self.inputs = inputs
        self.attrs = attrs
        self.outputs = ()
        self.number = next(_sequence)
        self.scope = scope


class Tensor:
    """An array of fixed shape and dtype.

    Attributes:
        shape: tuple of ints.
        dtype: name of the dtype, e.g. `"float32"`.
        value: the NumPy array of a concrete tensor, `None` for a symbolic one; bfloat16 as its bits in uint16.

    Symbolic tensors appear while a model is traced; `if`, `float()` or `np.asarray` on one raises
    `TracedValueError` naming the layer.

    Example:

    >>> from keraunos import ops
    >>> t = ops.add(ops.ones((2,)), 1)
    >>> t.numpy()
    array([2., 2.], dtype=float32)
    """

    __slots__ = ("shape", "dtype", "value", "node", "_keras_logits", "_keras_mask", "__weakref__")
    __array_priority__ = 100

    def __init__(self, shape, dtype, value=None, node=None):
        self.shape = shape
        self.dtype = dtype
        self.value = value
        self.node = node

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def size(self):
        size = 1
        for extent in self.shape:
            size *= extent
        return size

    def numpy(self):
        """A copy of the value as a NumPy array of shape `shape`."""
        return dtypes.public(self._concrete("numpy()").copy(), self.dtype)

    def __array__(self, dtype=None, copy=None):
        value = dtypes.public(self._concrete("np.asarray"), self.dtype)
        if dtype is not None and np.dtype(dtype) != value.dtype:
            return value.astype(dtype)
        return value.copy() if copy is None or copy else value

    def __bool__(self):
        return bool(self._numbers("a condition (if, while, and, or)"))

    def __float__(self):
        return float(self._numbers("float()"))

    def __int__(self):
        return int(self._numbers("int()"))

    def __index__(self):
        return self._concrete("an index").__index__()

    def item(self):
        """The value of a tensor with one element as a Python number."""
        return self._numbers("item()").item()

    def __len__(self):
        if not self.shape:
            raise TypeError("[tensor] len() of a scalar tensor")
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __hash__(self):
        return id(self)

    def __repr__(self):
        if self.value is None:
            return f"<Tensor shape={self.shape} dtype={self.dtype} symbolic>"
        return f"<Tensor shape={self.shape} dtype={self.dtype} value={np.array2string(self._numbers('repr()'))}>"

    def __format__(self, spec):
        return format(self._numbers("format()").item(), spec) if spec else str(self)

    def _numbers(self, use):
        return dtypes.unpack(self._concrete(use), self.dtype)

    def _concrete(self, use):
        if self.value is None:
            scope = f' in layer "{self.node.scope}"' if self.node is not None and self.node.scope else ""
            raise TracedValueError(
                f"[trace] a symbolic tensor of shape {self.shape}{scope} has no value yet, "
                f"so {use} cannot be used on it; "
                "express it with keraunos.ops (where, maximum, ...); print and debug in a Model with run_eagerly=True"
            )
        return self.value


class SharedTensor(Tensor):
    """A concrete tensor whose memory is that of a Variable; see `Variable.shared`. Ops that give views copy it."""

    __slots__ = ()
