"""Operators of Tensor and Variable: `a + b`, `a @ b`, `a > b`, `a[i]`."""

from keraunos.graph import primitives as p
from keraunos.graph.tensor import Tensor
from keraunos.graph.variable import Variable


def _install(cls):
    def binary(name, function):
        setattr(cls, f"__{name}__", lambda self, other: function(self, other))
        setattr(cls, f"__r{name}__", lambda self, other: function(other, self))

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
        setattr(cls, f"__{name}__", lambda self, other, function=function: function(self, other))
    cls.__neg__ = p.negative
    cls.__abs__ = p.absolute
    cls.__invert__ = p.logical_not
    cls.__getitem__ = p.getitem
    cls.T = property(p.transpose)


for _cls in (Tensor, Variable):
    _install(_cls)
# Variables are dictionary keys and list members: equality is identity, as in Keras.
del Variable.__eq__, Variable.__ne__
