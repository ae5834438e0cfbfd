"""The graph layer: tensors, ops, tracing, differentiation, passes and the way down to Program bytes."""

from keraunos.graph import defs as defs
from keraunos.graph import operators as operators
from keraunos.graph.tensor import Tensor
from keraunos.graph.variable import Variable

__all__ = ["Tensor", "Variable"]
