"""Operation: something that can be applied to tensors and, symbolically, to KerasTensors; and Node, one such
application."""

from keraunos import _naming
from keraunos._structure import flatten
from keraunos.symbolic.keras_tensor import History, KerasTensor, contains, keras_tensors, replace
from keraunos.symbolic.spec import output_spec


class Node:
    """One application of an operation to KerasTensors.

    Attributes:
        operation: the operation.
        args, kwargs: the arguments, KerasTensors in them.
        outputs: what was returned, in its structure.
        input_tensors, output_tensors: the KerasTensors in them.
    """

    __slots__ = ("operation", "args", "kwargs", "outputs", "input_tensors", "output_tensors")

    def __init__(self, operation, args, kwargs, outputs):
        self.operation, self.args, self.kwargs, self.outputs = operation, args, kwargs, outputs
        self.input_tensors = keras_tensors((args, kwargs))
        self.output_tensors = keras_tensors(outputs)
        number = len(operation._inbound_nodes)
        operation._inbound_nodes.append(self)
        for position, tensor in enumerate(self.output_tensors):
            tensor._keras_history = History(operation, number, position)

    @property
    def is_input(self):
        """Whether data enters here."""
        return not self.input_tensors

    @property
    def parents(self):
        """The nodes that made the inputs."""
        histories = [tensor._keras_history for tensor in self.input_tensors if hasattr(tensor, "_keras_history")]
        return [history.operation._inbound_nodes[history.node_index] for history in histories]

    def run(self, values):
        """Applies the operation to `values` ({id of a KerasTensor: value}) and adds what it returns to them."""
        args, kwargs = replace((self.args, self.kwargs), values)
        results = flatten(self.operation(*args, **kwargs))
        for tensor, result in zip(flatten(self.outputs), results, strict=True):
            if isinstance(tensor, KerasTensor):
                values[id(tensor)] = result


class Operation:
    """Base of layers and of recorded functions. Subclasses implement `call`.

    Args:
        name: default: the class name in snake case, numbered.

    Example:

    >>> import keraunos as keras
    >>> class Twice(keras.Operation):
    ...     def call(self, x):
    ...         return x * 2
    >>> Twice()(keras.Input((3,))).shape
    (None, 3)
    """

    def __new__(cls, *args, **kwargs):
        operation = super().__new__(cls)
        # Set past `__setattr__`, which layers use to see what they own.
        object.__setattr__(operation, "_inbound_nodes", [])
        object.__setattr__(operation, "_constructor_arguments", (args, kwargs))
        return operation

    def __init__(self, name=None):
        self.name = name or _naming.automatic_name(type(self))

    def __call__(self, *args, **kwargs):
        if contains(args) or contains(kwargs.values()):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def call(self, *args, **kwargs):
        """The function of the operation; subclasses implement it with `keraunos.ops`."""
        raise NotImplementedError(f"[operation] {type(self).__name__} must implement call(inputs)")

    def symbolic_call(self, *args, **kwargs):
        """Records the application to KerasTensors and returns KerasTensors for its outputs."""
        outputs = self.compute_output_spec(*args, **kwargs)
        Node(self, args, kwargs, outputs)
        return outputs

    def compute_output_spec(self, *args, **kwargs):
        """KerasTensors in the place of what the operation returns for `args`."""
        return output_spec(self.call, args, kwargs)

    @property
    def input(self):
        """What the operation was first applied to: a KerasTensor or a list of them."""
        return _single(self._first_node("input").input_tensors)

    @property
    def output(self):
        """What the operation returned at its first application: a KerasTensor or a list of them."""
        return _single(self._first_node("output").output_tensors)

    def _first_node(self, attribute):
        if not self._inbound_nodes:
            raise AttributeError(
                f'[{_naming.snake_case(type(self).__name__)}] "{self.name}" has no {attribute} before it is part of a '
                "model with a known "
                "input: call it on keras.Input(...), or give the Sequential it is in an Input"
            )
        return self._inbound_nodes[0]

    def get_config(self):
        """Constructor arguments, for saving."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config):
        """The operation that `get_config` described."""
        return cls(**config)

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}>"


def _single(tensors):
    return tensors[0] if len(tensors) == 1 else list(tensors)
