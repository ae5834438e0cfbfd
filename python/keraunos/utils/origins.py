"""Where a symbolic tensor comes from."""

from keraunos.backend.settings import is_keras_tensor

__all__ = ["get_source_inputs", "is_keras_tensor"]


def get_source_inputs(tensor):
    """The inputs that a symbolic tensor is computed from.

    Args:
        tensor: what `keras.Input`, or a layer called on it, returned.

    Returns:
        List of the tensors of `keras.Input`, each once, in the order in which they are met going back.

    >>> import keraunos as keras
    >>> x = keras.Input((3,), name="pixels")
    >>> [tensor.name for tensor in keras.utils.get_source_inputs(keras.layers.Dense(2)(x + 1))]
    ['pixels']
    """
    found, done, stack = {}, set(), [tensor]
    while stack:
        item = stack.pop()
        operation, position, _ = getattr(item, "_keras_history", (None, None, None))
        node = operation._inbound_nodes[position] if operation is not None and operation._inbound_nodes else None
        if node is None or node.is_input:
            for source in [item] if node is None else node.output_tensors:
                found.setdefault(id(source), source)
        elif id(node) not in done:
            done.add(id(node))
            stack.extend(reversed(node.input_tensors))
    return list(found.values())
