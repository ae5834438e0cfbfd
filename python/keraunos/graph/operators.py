"""Operators of Tensor and Variable: `a + b`, `a @ b`, `a > b`, `a[i]`."""

from keraunos.graph import primitives as p
from keraunos.graph.tensor import Tensor
from keraunos.graph.variable import Variable


def _is_symbolic(value):
    return hasattr(value, "_keras_symbolic")


def _install(cls):
    def binary(name, function):
        # Symbolic operands have operators of their own, which record the operation.
        setattr(cls, f"__{name}__", lambda a, b: NotImplemented if _is_symbolic(b) else function(a, b))
        setattr(cls, f"__r{name}__", lambda a, b: function(b, a))

    for name, function in [
        ("add", p.add),
        ("sub", p.subtract),
        ("mul", p.multiply),
        ("truediv", p.true_divide),
        ("pow", p.power),
        ("floordiv", p.floor_divide),
        ("mod", p.mod),
        ("matmul", p.matmul),
        ("and", p.logical_and),
        ("or", p.logical_or),
    ]:
        binary(name, function)
    for name, function in [
        ("lt", p.less),
        ("le", p.less_equal),
        ("gt", p.greater),
        ("ge", p.greater_equal),
        ("eq", p.equal),
        ("ne", p.not_equal),
    ]:
        setattr(cls, f"__{name}__", lambda a, b, f=function: NotImplemented if _is_symbolic(b) else f(a, b))
    cls.__neg__ = p.negative
    cls.__abs__ = p.absolute
    cls.__invert__ = p.logical_not
    cls.__getitem__ = p.getitem
    cls.T = property(p.transpose)


for _cls in (Tensor, Variable):
    _install(_cls)
# Variables are dictionary keys and list members: equality is identity, as in Keras.
del Variable.__eq__, Variable.__ne__
