"""FunctionCall: a function of `keras.ops` as an operation, so that `ops.relu(x)` and `x + 1` can be part of a model."""

import functools
import inspect

from keraunos import _naming
from keraunos.symbolic.keras_names import class_of, join_arguments
from keraunos.symbolic.keras_tensor import KerasTensor, contains
from keraunos.symbolic.operation import Operation


class FunctionCall(Operation):
    """The operation behind a function called on KerasTensors.

    Args:
        function: a function of tensors.
        name: default: the name of Keras's class for it in snake case, numbered.
        config: arguments that the first call gets beside its own.
    """

    def __init__(self, function, name=None, config=None):
        self.function = function
        self.config = config or {}
        super().__init__(name or _naming.unique_name(_naming.snake_case(self.class_name)))

    @property
    def class_name(self):
        """The name of Keras's class for the function."""
        return class_of(self.function.__name__)[1]

    def symbolic_call(self, *args, **kwargs):
        """Records the call with all arguments, those from a file's config among them; from then on the node has
        them."""
        config, self.config = self.config, {}
        if config:
            args, kwargs = join_arguments(self.function, config, args, kwargs)
        return super().symbolic_call(*args, **kwargs)

    def call(self, *args, **kwargs):
        return self.function(*args, **kwargs)


@functools.cache
def aware(function):
    """`function`, which called on KerasTensors becomes part of the model that is being put together."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        if contains(args) or kwargs and contains(kwargs.values()):
            return FunctionCall(function)(*args, **kwargs)
        return function(*args, **kwargs)

    return call


def public(function, package):
    """`function` as its users see it in `package`: aware of KerasTensors."""
    if inspect.isfunction(function) and not hasattr(function, "__wrapped__"):
        function = aware(function)
        function.__module__ = package
    return function


def make_aware(names):
    """Makes the public functions of a module aware.

    Args:
        names: the module's namespace.
    """
    for name, value in list(names.items()):
        if not name.startswith("_"):
            names[name] = public(value, names["__name__"])


_BINARY = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "floordiv": "floor_divide",
    "mod": "mod",
    "pow": "power",
    "matmul": "matmul",
    "and": "logical_and",
    "or": "logical_or",
    "xor": "logical_xor",
}
_COMPARISONS = {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "ne": "not_equal"}
_UNARY = {"neg": "negative", "abs": "absolute", "invert": "logical_not"}


def install_operators(functions):
    """Gives KerasTensor the operators of tensors.

    Args:
        functions: name -> function of `keras.ops`; called when an operator is used.
    """
    KerasTensor._operations = staticmethod(functions)
    for mark, name in {**_BINARY, **_COMPARISONS}.items():
        setattr(KerasTensor, f"__{mark}__", lambda self, other, name=name: functions(name)(self, other))
    for mark, name in _BINARY.items():
        setattr(KerasTensor, f"__r{mark}__", lambda self, other, name=name: functions(name)(other, self))
    for mark, name in _UNARY.items():
        setattr(KerasTensor, f"__{mark}__", lambda self, name=name: functions(name)(self))
