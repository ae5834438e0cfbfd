"""clone_model: the same layers again, with weights of their own."""

from keraunos._structure import flatten, pack
from keraunos.layers.input_layer import Input, InputLayer
from keraunos.layers.layer import Layer
from keraunos.models.model import Model
from keraunos.models.sequential import Sequential
from keraunos.symbolic.keras_tensor import replace


def clone_model(model, input_tensors=None, clone_function=None, call_function=None, recursive=False, **kwargs):
    """A model of the same structure with fresh weights; layers that are shared stay shared.

    Args:
        model: a `Sequential` or functional model; other models are made again from their config.
        input_tensors: KerasTensors to build on, in the order of `model.inputs`; default: new Inputs.
        clone_function: `layer -> layer`, called for every layer; default: `from_config(get_config())`.
        call_function: `(layer, *args, **kwargs) -> KerasTensors`, called in the place of each layer of a functional
            model.
        recursive: whether the layers of models inside are passed to `clone_function` too, instead of those models.

    Raises:
        ValueError: for functions that only other kinds of models could use.

    Example:

    >>> import keraunos as keras
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> keras.models.clone_model(model).layers[0] is model.layers[0]
    False
    """
    if not isinstance(model, Model):
        raise ValueError(f"[clone_model] expected a model, got {type(model).__name__}")
    function = _clone_function(clone_function, recursive)
    if isinstance(model, Sequential):
        if call_function is not None:
            raise ValueError("[clone_model] call_function is for functional models, got a Sequential")
        return _clone_chain(model, input_tensors, function)
    if model._network is None:
        if any(given is not None for given in (input_tensors, clone_function, call_function)):
            raise ValueError("[clone_model] subclassed models are made again from their config: pass the model alone")
        return type(model).from_config(model.get_config())
    return _clone_graph(model, input_tensors, function, call_function or (lambda layer, *a, **k: layer(*a, **k)))


def _clone_function(function, recursive):
    function = function or (lambda layer: type(layer).from_config(layer.get_config()))
    if not recursive:
        return function
    return lambda layer: (
        clone_model(layer, clone_function=function, recursive=True) if isinstance(layer, Model) else function(layer)
    )


def _clone_chain(model, input_tensors, function):
    layers = [_checked(function(layer)) for layer in model.layers]
    tensors = flatten(input_tensors)
    if tensors:
        if len(tensors) != 1:
            raise ValueError(f"[clone_model] a Sequential has one input, got {len(tensors)} tensors")
        layers.insert(0, tensors[0])
    elif model._input is not None:
        layers.insert(0, InputLayer.from_config(model._input.get_config()))
    return Sequential(layers, name=model.name, trainable=model.trainable)


def _clone_graph(model, input_tensors, function, call):
    graph = model._network.function
    given = flatten(input_tensors) or [_new_input(tensor, function) for tensor in graph.inputs]
    if len(given) != len(graph.inputs):
        raise ValueError(f"[clone_model] expected {len(graph.inputs)} input tensors, got {len(given)}")
    values = {id(old): new for old, new in zip(graph.inputs, given, strict=True)}
    clones = {}
    for node in graph.nodes:
        if node.is_input:
            continue
        operation = node.operation
        if isinstance(operation, Layer) and id(operation) not in clones:
            clones[id(operation)] = _checked(function(operation))
        args, kwargs = replace((node.args, node.kwargs), values)
        results = flatten(call(clones.get(id(operation), operation), *args, **kwargs))
        values.update({id(old): new for old, new in zip(node.output_tensors, results, strict=True)})
    inputs = pack(graph.input_structure, iter(given))
    return type(model)(inputs, replace(graph.output_structure, values), name=model.name)


def _new_input(tensor, function):
    layer = tensor._keras_history.operation
    return (
        function(layer).output if isinstance(layer, InputLayer) else Input(batch_shape=tensor.shape, dtype=tensor.dtype)
    )


def _checked(layer):
    if not isinstance(layer, Layer):
        raise ValueError(f"[clone_model] clone_function must return a layer, got {type(layer).__name__}")
    return layer
