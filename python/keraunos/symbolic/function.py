"""Function: the operations between some KerasTensors and others, to be run on tensors."""

from keraunos import _naming
from keraunos._structure import flatten, pack
from keraunos.symbolic.graph_order import in_keras_order, nodes_between
from keraunos.symbolic.keras_tensor import KerasTensor
from keraunos.symbolic.operation import Operation


class Function(Operation):
    """A function of tensors made of recorded operations.

    Args:
        inputs: a KerasTensor, or a list, tuple or dict of them.
        outputs: KerasTensors that depend on `inputs`, in any structure.
        name: default: `"function"`, numbered.

    Raises:
        ValueError: when something else than KerasTensors is given, or an output depends on other inputs, too.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> x = keras.KerasTensor((None, 2))
    >>> keras.Function(x, x * 2 + 1)(np.ones((1, 2), "float32")).numpy()
    array([[3., 3.]], dtype=float32)
    """

    def __init__(self, inputs, outputs, name=None):
        super().__init__(name)
        self.input_structure, self.output_structure = inputs, outputs
        self.inputs, self.outputs = flatten(inputs), flatten(outputs)
        for what, tensors in (("inputs", self.inputs), ("outputs", self.outputs)):
            if not tensors:
                raise ValueError(
                    f"[function] {what} must hold at least one KerasTensor, got "
                    f"{inputs if what == 'inputs' else outputs!r}"
                )
            for tensor in tensors:
                if not isinstance(tensor, KerasTensor):
                    raise ValueError(
                        f"[function] {what} must be KerasTensors, such as keras.Input(...) and what layers make of it; "
                        "got "
                        f"{type(tensor).__name__}: {tensor!r}"
                    )
        nodes, met = nodes_between(self.inputs, self.outputs)
        self.operations = in_keras_order(nodes, met, self.inputs)
        self.nodes = nodes
        self._calls = [node for node in nodes if not node.is_input]
        names = [operation.name for operation in self.operations]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f'[function] two layers are named "{twice}"; names must be unique, pass name=...')

    def call(self, inputs):
        """The outputs for tensors in the structure of `inputs`."""
        return self.run(flatten(inputs))

    def run(self, tensors):
        """The outputs for a flat list of tensors."""
        if len(tensors) != len(self.inputs):
            raise ValueError(
                f"[{_naming.snake_case(type(self).__name__)}] {self.name}: expected {len(self.inputs)} inputs "
                f"({', '.join(tensor.name for tensor in self.inputs)}), got {len(tensors)}"
            )
        values = {id(symbol): tensor for symbol, tensor in zip(self.inputs, tensors, strict=True)}
        for node in self._calls:
            node.run(values)
        return pack(self.output_structure, iter([values[id(tensor)] for tensor in self.outputs]))
