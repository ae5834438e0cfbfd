"""Functional models as plain dictionaries, in the format of Keras 3's files, and back."""

import inspect

from keraunos._structure import map_leaves
from keraunos.saving import serialization
from keraunos.symbolic.function_call import FunctionCall
from keraunos.symbolic.keras_names import class_of, function_of, split_arguments
from keraunos.symbolic.keras_tensor import KerasTensor
from keraunos.symbolic.operation import Operation

KEYS = ("layers", "input_layers", "output_layers")


def graph_config(network, class_is_functional):
    """{"layers", "input_layers", "output_layers"} of a model's graph.

    Args:
        network: the model's `Network`.
        class_is_functional: `(operation) -> bool`: whether it is a functional model; Keras counts the calls of those
            from 1, in the lists of inputs and outputs only.
    """
    function = network.function
    inside = {id(node) for node in function.nodes} | {id(_node(tensor)) for tensor in function.inputs}

    def reference(tensor):
        """[layer's name, which of its calls in this model, which of its outputs]."""
        operation, number, position = tensor._keras_history
        number -= sum(id(node) not in inside for node in operation._inbound_nodes[:number])
        return [operation.name, number, position]

    def place(tensor):
        name, number, position = reference(tensor)
        return [name, number + class_is_functional(tensor._keras_history.operation), position]

    layers = []
    for operation in function.operations:
        calls = [node for node in operation._inbound_nodes if id(node) in inside and not node.is_input]
        entry = _operation_entry(operation, calls)
        entry["name"] = operation.name
        entry["inbound_nodes"] = [_node_entry(operation, node, reference) for node in calls]
        layers.append(entry)
    return {
        "layers": layers,
        "input_layers": map_leaves(function.input_structure, place),
        "output_layers": map_leaves(function.output_structure, place),
    }


def graph_from_config(config, custom_objects, class_is_functional):
    """(inputs, outputs) of the graph that `graph_config` described, made of new layers.

    Raises:
        ValueError: when calls refer to layers that are not there, or to one another in a circle.
    """
    layers, waiting = {}, []
    for entry in config["layers"]:
        operation = _operation(entry, custom_objects)
        layers[_name_of(entry)] = operation
        waiting += [(operation, call) for call in entry.get("inbound_nodes", ())]

    def tensor(name, number, position, counted=False):
        if name not in layers:
            raise ValueError(f"[functional] the config refers to a layer {name!r}, which it does not describe")
        number -= counted and class_is_functional(layers[name])
        nodes = layers[name]._inbound_nodes
        if not 0 <= number < len(nodes):
            return None
        outputs = nodes[number].output_tensors
        if not 0 <= position < len(outputs):
            raise ValueError(
                f"[functional] layer {name!r} has {len(outputs)} outputs, the config refers to number {position}"
            )
        return outputs[position]

    while waiting:
        left = []
        for operation, call in waiting:
            # The calls of one layer keep their order, because they are told apart by number.
            blocked = any(operation is other for other, _ in left)
            arguments = None if blocked else _arguments(operation, call, tensor)
            if arguments is None:
                left.append((operation, call))
            else:
                operation(*arguments[0], **arguments[1])
        if len(left) == len(waiting):
            names = sorted({operation.name for operation, _ in left})
            raise ValueError(
                f"[functional] the calls of {names} wait for one another or for tensors that nothing makes"
            )
        waiting = left

    def place(reference):
        found = tensor(*reference, counted=True)
        if found is None:
            raise ValueError(
                f"[functional] the config names {reference} as an input or output, but there is no such call"
            )
        return found

    return _map_references(config["input_layers"], place), _map_references(config["output_layers"], place)


def takes_a_graph(cls):
    """Whether a model's class can be made from inputs and outputs alone."""
    parameters = inspect.signature(cls.__init__).parameters.values()
    names = [parameter.name for parameter in parameters]
    kinds = {parameter.kind for parameter in parameters}
    return (
        names[1:3] == ["inputs", "outputs"]
        or {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD} <= kinds
    )


def _node(tensor):
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


def _operation_entry(operation, calls):
    if not isinstance(operation, FunctionCall):
        return serialization.serialize_keras_object(operation)
    module, kind, _ = class_of(operation.function.__name__)
    if module is None:
        raise ValueError(
            f"[functional] a model with {operation.function.__name__}() in its graph cannot be saved; put it into a "
            "layer"
        )
    config = split_arguments(operation.function, calls[0].args, calls[0].kwargs)[0]
    config = {"name": operation.name, **{name: _plain(value) for name, value in config.items()}}
    return {"module": module, "class_name": kind, "config": config, "registered_name": kind}


def _node_entry(operation, node, reference):
    args, kwargs = list(node.args), node.kwargs
    if isinstance(operation, FunctionCall):
        _, args, kwargs = split_arguments(operation.function, node.args, node.kwargs)

    def entry(value):
        if isinstance(value, KerasTensor):
            shape, history = list(value.shape), reference(value)
            return {
                "class_name": "__keras_tensor__",
                "config": {"shape": shape, "dtype": value.dtype, "keras_history": history},
            }
        if isinstance(value, tuple) and not _is_key(value) and _indexes(operation):
            return {"class_name": "__tuple__", "config": {"value": [entry(item) for item in value]}}
        if isinstance(value, (list, tuple)):
            return [entry(item) for item in value]
        if isinstance(value, dict):
            return {key: entry(item) for key, item in value.items()}
        return serialization.serialize_keras_object(value)

    return {"args": entry(args), "kwargs": entry(kwargs)}


def _indexes(operation):
    return getattr(operation, "class_name", None) == "GetItem"


def _is_key(values):
    """Whether a list can only be the key of `x[...]`: files have lists where tuples were."""
    return any(value is None or value is Ellipsis or isinstance(value, slice) for value in values)


def _plain(value):
    return (
        [_plain(item) for item in value]
        if isinstance(value, (list, tuple))
        else serialization.serialize_keras_object(value)
    )


def _name_of(entry):
    return entry.get("name") or entry["config"]["name"]


def _operation(entry, custom_objects):
    module, kind, config = entry.get("module"), entry["class_name"], entry["config"]
    # Older files do not say that `Add` is the function; configs of layers have a "trainable".
    in_older = module is None and "name" in config and "trainable" not in config and function_of(None, kind)
    if in_older or isinstance(module, str) and module.startswith("keras.src.ops"):
        from keraunos import ops

        name = function_of(module, kind)
        if name is None or not hasattr(ops, name):
            raise ValueError(f"[functional] unknown operation {module}.{kind}")
        config = {key: serialization.deserialize_keras_object(value) for key, value in config.items()}
        return FunctionCall(getattr(ops, name), config.pop("name", None), config)
    found = serialization.deserialize_keras_object(entry, custom_objects=custom_objects)
    if not isinstance(found, Operation):
        raise ValueError(f"[functional] expected the config of a layer, got that of a {type(found).__name__}")
    return found


def _arguments(operation, call, tensor):
    """(args, kwargs) of a call with its KerasTensors, or None when one of them is not made yet."""
    missing = []

    def revive(value):
        if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
            found = tensor(*value["config"]["keras_history"])
            missing.extend([value] if found is None else [])
            return found
        if isinstance(value, list):
            found = [revive(item) for item in value]
            return tuple(found) if _indexes(operation) and _is_key(found) else found
        if isinstance(value, dict) and "class_name" not in value:
            return {key: revive(item) for key, item in value.items()}
        return serialization.deserialize_keras_object(value)

    if isinstance(call, list):
        return _older_arguments(call, tensor)
    args, kwargs = (
        [revive(value) for value in call["args"]],
        {key: revive(value) for key, value in call["kwargs"].items()},
    )
    return None if missing else (args, _without_default(operation, kwargs))


def _without_default(operation, kwargs):
    """Without a `training` that only repeats the default of `call`: Keras writes that down for every `Dropout`, as
    False, and drops in training all the same."""
    if "training" in kwargs:
        parameter = inspect.signature(operation.call).parameters.get("training")
        if parameter is not None and kwargs["training"] is parameter.default:
            return {name: value for name, value in kwargs.items() if name != "training"}
    return kwargs


def _older_arguments(call, tensor):
    """The same for files of Keras 2: a list of [layer, call, output, keywords]."""
    found = [tensor(*reference[:3], counted=True) for reference in call]
    if any(one is None for one in found):
        return None
    keywords = call[0][3] if call and len(call[0]) > 3 else {}
    return [found[0] if len(found) == 1 else found], keywords


def _map_references(structure, function):
    if isinstance(structure, dict):
        return {key: _map_references(value, function) for key, value in structure.items()}
    if len(structure) == 3 and isinstance(structure[0], str):
        return function(structure)
    return [_map_references(value, function) for value in structure]
