"""A model as boxes and arrows: what `plot_model` draws, by whatever means."""

from dataclasses import dataclass, field

from keraunos.symbolic.operation import Operation


@dataclass
class Box:
    """One layer.

    Attributes:
        key: tells boxes apart.
        title: first line.
        rows: further lines: activation, shapes, dtypes.
        group: names of the models around it, outermost first.
    """

    key: str
    title: str
    rows: list = field(default_factory=list)
    group: tuple = ()


def boxes_of(
    model,
    shapes=False,
    dtypes=False,
    names=False,
    nested=False,
    activations=False,
    trainable=False,
    group=(),
    prefix="",
):
    """The boxes of a model and the arrows between them.

    Args:
        model: a built model.
        shapes, dtypes, names, activations, trainable: what boxes say beside the layer's class.
        nested: whether the layers of models inside get boxes of their own, in a frame.
        group, prefix: names around, for models inside.

    Returns:
        (boxes, arrows as pairs of keys, keys where data enters, keys where it leaves).
    """
    if model._network is None:
        return _chain_of(model, shapes, dtypes, names, activations, trainable, group, prefix)
    function = model._network.function
    inside = {id(node) for node in function.nodes}
    boxes, arrows, ends = [], [], {}
    for operation in function.operations:
        key = f"{prefix}{operation.name}"
        if nested and getattr(operation, "_network", None) is not None:
            inner, more, first, last = boxes_of(
                operation, shapes, dtypes, names, True, activations, trainable, (*group, operation.name), f"{key}/"
            )
            boxes += inner
            arrows += more
            ends[id(operation)] = first, last
        else:
            nodes = [node for node in operation._inbound_nodes if id(node) in inside]
            boxes.append(_box(operation, nodes, key, group, shapes, dtypes, names, activations, trainable))
            ends[id(operation)] = [key], [key]
    for node in function.nodes:
        for tensor in node.input_tensors:
            source = ends[id(tensor._keras_history.operation)][1]
            arrows += [(a, b) for a in source for b in ends[id(node.operation)][0]]
    entering = [key for t in function.inputs for key in ends[id(t._keras_history.operation)][0]]
    leaving = [key for t in function.outputs for key in ends[id(t._keras_history.operation)][1]]
    return boxes, list(dict.fromkeys(arrows)), list(dict.fromkeys(entering)), list(dict.fromkeys(leaving))


def _chain_of(model, *options):
    """The layers of a subclass, one below the other: what it does with them is known to Python alone."""
    *options, group, prefix = options
    boxes = [_box(layer, [], f"{prefix}{layer.name}", group, *options) for layer in model.layers]
    keys = [box.key for box in boxes]
    return boxes, list(zip(keys, keys[1:], strict=False)), keys[:1], keys[-1:]


def _box(operation, nodes, key, group, shapes, dtypes, names, activations, trainable):
    kind = getattr(operation, "class_name", type(operation).__name__)
    box = Box(key, f"{operation.name} ({kind})" if names else kind, group=group)
    activation = getattr(operation, "activation", None)
    if activations and callable(activation):
        box.rows.append(f"Activation: {getattr(activation, '__name__', type(activation).__name__)}")
    if shapes and nodes:
        inputs = [t.shape for t in nodes[-1].input_tensors]
        if inputs:
            box.rows.append(f"Input shape: {_listed(inputs)}")
        box.rows.append(f"Output shape: {_listed([t.shape for t in nodes[-1].output_tensors])}")
    if dtypes:
        kinds = [t.dtype for t in nodes[-1].output_tensors] if nodes else [getattr(operation, "compute_dtype", "?")]
        box.rows.append(f"Output dtype: {', '.join(dict.fromkeys(kinds))}")
    if trainable and isinstance(operation, Operation) and getattr(operation, "weights", None):
        box.rows.append("Trainable" if operation.trainable else "Frozen")
    return box


def _listed(shapes):
    return ", ".join(map(str, shapes))
