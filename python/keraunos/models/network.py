"""Network: the functional graph inside a model, and how the data that users pass meets its inputs."""

from keraunos._structure import flatten
from keraunos.graph import primitives as p
from keraunos.layers.input_layer import Input, InputLayer
from keraunos.layers.layer import Layer
from keraunos.symbolic.function import Function
from keraunos.symbolic.graph_order import nodes_between
from keraunos.symbolic.keras_tensor import KerasTensor, replace


class Network:
    """What computes the outputs of a functional model.

    Attributes:
        function: the recorded operations.
        layers: the layers among them, as Keras lists them.
        input_names, output_names: names of the layers where data enters and leaves.
    """

    def __init__(self, inputs, outputs):
        for tensor in flatten(inputs):
            if not isinstance(tensor, KerasTensor):
                raise ValueError(
                    f"[model] inputs must be KerasTensors, such as keras.Input(...), got {type(tensor).__name__}: "
                    f"{tensor!r}"
                )
        self.function = Function(*from_inputs(inputs, outputs))
        self.layers = [operation for operation in self.function.operations if isinstance(operation, Layer)]
        self.input_names = [tensor._keras_history.operation.name for tensor in self.function.inputs]
        self.output_names = [tensor._keras_history.operation.name for tensor in self.function.outputs]

    def __call__(self, inputs, mask=None):
        """The outputs for tensors in any structure that says which input is which."""
        tensors = [self._fitted(*pair) for pair in zip(self.leaves(inputs), self.function.inputs, strict=True)]
        for tensor, one in zip(tensors, flatten(mask), strict=False):
            tensor._keras_mask = one
        return self.function.run(tensors)

    def leaves(self, inputs):
        """One value per input, in the order of `function.inputs`: by name from a dict, else by position.

        Raises:
            ValueError: when there are too few or too many, or a name is missing.
        """
        wanted = self.function.input_structure
        names = sorted(wanted) if isinstance(wanted, dict) else self.input_names
        if isinstance(inputs, dict):
            missing = [name for name in names if name not in inputs]
            if missing:
                raise ValueError(
                    f"[model] expected a dict with the inputs {names}, got {sorted(inputs)}; {missing[0]!r} is missing"
                )
            return [inputs[name] for name in names]
        found = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        if isinstance(wanted, dict) and len(found) > 1 and list(wanted) != names:
            raise ValueError(
                f"[model] the inputs are a dict with keys {list(wanted)}: pass a dict, a list does not say which is "
                "which"
            )
        if len(found) != len(names):
            found = flatten(inputs)
        if len(found) != len(names):
            raise ValueError(f"[model] expected {len(names)} inputs {names}, got {len(found)}")
        return found

    def _fitted(self, tensor, symbol):
        """`tensor` in the dtype of the input; an axis of extent 1 at the end is added or dropped where the input has
        one more or less."""
        if tensor is None:
            if symbol._keras_history.operation.optional:
                return None
            raise ValueError(f'[model] input "{symbol.name}" is not optional, got None')
        mask = getattr(tensor, "_keras_mask", None)
        tensor = tensor if symbol.dtype == "string" else p.cast(p.as_tensor(tensor), symbol.dtype)
        shape = tuple(tensor.shape)
        if len(shape) == len(symbol.shape) + 1 and shape[-1] == 1:
            tensor = p.reshape(tensor, shape[:-1])
        elif len(shape) == len(symbol.shape) - 1 and symbol.shape[-1] == 1:
            tensor = p.reshape(tensor, (*shape, 1))
        elif not fits(shape, symbol.shape):
            raise ValueError(f'[shape] input "{symbol.name}": expected shape {symbol.shape}, got {shape}')
        if mask is not None:
            tensor._keras_mask = mask
        return tensor


def fits(shape, wanted):
    """Whether a tensor of `shape` can be an input of shape `wanted`; the number of rows is free.

    >>> from keraunos.models.network import fits
    >>> fits((8, 3), (None, 3)), fits((8, 4), (None, 3)), fits((8, 4), (None, None))
    (True, False, True)
    """
    return len(shape) == len(wanted) and all(w is None or w == n for w, n in zip(wanted[1:], shape[1:], strict=True))


def from_inputs(inputs, outputs):
    """`inputs` and `outputs`, with an Input in the place of every tensor in the middle of a graph among `inputs`: what
    lies between is recorded once more behind it."""
    middle = [t for t in flatten(inputs) if not _is_input(t)]
    if not middle:
        return inputs, outputs
    nodes, _ = nodes_between(flatten(inputs), flatten(outputs))
    values = {id(t): t for t in flatten(inputs)}
    for tensor in middle:
        values[id(tensor)] = Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=f"{tensor.name}CLONE")
    for node in nodes:
        if not node.is_input:
            node.run(values)
    return replace(inputs, values), replace(outputs, values)


def _is_input(tensor):
    history = getattr(tensor, "_keras_history", None)
    return history is not None and isinstance(history.operation, InputLayer)
