"""The operations between inputs and outputs, in an order in which they can run and in the order in which Keras lists
them."""

from keraunos.symbolic.keras_tensor import is_keras_tensor


def nodes_between(inputs, outputs):
    """The nodes that compute `outputs` from `inputs`, each after those that it needs: a walk from the outputs, depth
    first.

    Args:
        inputs, outputs: lists of KerasTensors. The walk stops at `inputs`.

    Returns:
        (nodes, operations in the order in which the walk first met them).

    Raises:
        ValueError: when an output does not depend on the inputs alone, naming where the path leads instead.
    """
    given = {id(tensor) for tensor in inputs}
    nodes, done, met = [], set(), {}
    for output in outputs:
        # Each entry: a tensor to be computed, or a node whose inputs have been; a stack, because networks may be deep.
        stack = [output]
        while stack:
            item = stack.pop()
            if not is_keras_tensor(item):
                if id(item) not in done:
                    done.add(id(item))
                    nodes.append(item)
                continue
            node = _origin(item)
            inner = id(item) in given
            if inner and (node is None or not node.is_input) or node is not None and id(node) in done:
                continue
            if node is None or node.is_input and not inner:
                raise ValueError(
                    f"[function] the outputs depend on {item.name} of shape {item.shape}, which is none of the inputs "
                    f"{[tensor.name for tensor in inputs]}; add it to inputs"
                )
            met.setdefault(id(node.operation), node.operation)
            stack.append(node)
            stack += reversed(node.input_tensors)
    return nodes, list(met.values())


def in_keras_order(nodes, met, inputs):
    """The operations of `nodes` as Keras lists them: those that are furthest from an output first; the farther call
    counts for an operation with several. Equally far ones come as `met`; inputs that nothing reads count as outputs and
    come before those.

    The order of a model's layers, and with it that of its weights in files, hangs on this.
    """
    depth_of_node, depth_of_operation = {}, {}
    inside = {id(node) for node in nodes}
    for node in reversed(nodes):
        key = id(node.operation)
        depth = max(depth_of_node.get(id(node), 0), depth_of_operation.get(key, 0))
        depth_of_node[id(node)] = depth_of_operation[key] = depth
        for parent in node.parents:
            if id(parent) in inside:
                depth_of_node[id(parent)] = max(depth + 1, depth_of_node.get(id(parent), 0))
    places = {id(operation): place for place, operation in enumerate(met)}
    operations = list(met)
    for tensor in inputs:
        operation = tensor._keras_history.operation if _origin(tensor) is not None else None
        if operation is not None and _origin(tensor).is_input and id(operation) not in places:
            places[id(operation)], depth_of_operation[id(operation)] = -1, 0
            operations.append(operation)
    return sorted(operations, key=lambda operation: (-depth_of_operation[id(operation)], places[id(operation)]))


def _origin(tensor):
    history = getattr(tensor, "_keras_history", None)
    return None if history is None else history.operation._inbound_nodes[history.node_index]
