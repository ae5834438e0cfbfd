"""The oracle: runs a graph node by node with the ops' NumPy references."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph.ir import LEAVES


def interpret(graph, arrays):
    """Evaluates `graph` on one array per input, with the variables' current values.

    Returns:
        (outputs, updates): arrays of `graph.outputs`, and {variable: new value}. Nothing is assigned.
    """
    values = {id(t): np.asarray(a) for t, a in zip(graph.inputs, arrays, strict=True)}
    values.update({id(leaf): variable.current().copy() for variable, leaf in graph.variables.items()})
    for node in graph.nodes:
        if node.op.name == "constant":
            values[id(node.outputs[0])] = node.attrs["value"]
        if node.op.name in LEAVES:
            continue
        results = evaluate(node, [values[id(t)] for t in node.inputs])
        for tensor, result in zip(node.outputs, results, strict=True):
            values[id(tensor)] = result
    return [values[id(t)] for t in graph.outputs], {v: values[id(t)] for v, t in graph.updates.items()}


def evaluate(node, arrays):
    """The results of one node by its reference, arrays in storage types. Halves are computed with as float32, and what
    comes out is rounded once."""
    arrays = [
        dtypes.unpack(a, t.dtype).astype(dtypes.compute(t.dtype), copy=False)
        for a, t in zip(arrays, node.inputs, strict=True)
    ]
    results = node.op.reference(*arrays, **dtypes.compute_attrs(node.attrs))
    results = results if isinstance(results, tuple) else (results,)
    return [dtypes.pack(np.asarray(r), t.dtype).reshape(t.shape) for r, t in zip(results, node.outputs, strict=True)]
