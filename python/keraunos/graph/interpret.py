"""The oracle: runs a graph node by node with the ops' NumPy references."""

import numpy as np


def interpret(graph, arrays):
    """Evaluates `graph` on one array per input, with the variables' current values.

    Returns:
        (outputs, updates): arrays of `graph.outputs`, and {variable: new value}. Nothing is assigned.
    """
    values = {id(t): np.asarray(a) for t, a in zip(graph.inputs, arrays, strict=True)}
    values.update({id(leaf): variable.storage.copy() for variable, leaf in graph.variables.items()})
    for node in graph.nodes:
        if node.op.name == "constant":
            values[id(node.outputs[0])] = node.attrs["value"]
        if node.op.name in ("placeholder", "variable", "constant"):
            continue
        results = node.op.reference(*(values[id(t)] for t in node.inputs), **node.attrs)
        results = results if isinstance(results, tuple) else (results,)
        for tensor, result in zip(node.outputs, results, strict=True):
            values[id(tensor)] = np.asarray(result, tensor.dtype).reshape(tensor.shape)
    return [values[id(t)] for t in graph.outputs], {v: values[id(t)] for v, t in graph.updates.items()}
