"""Eager execution: an op on concrete tensors runs at once."""

import numpy as np

from keraunos.graph import tape
from keraunos.graph.tensor import Tensor


def run(op, inputs, attrs):
    """Applies `op` to concrete tensors and returns concrete tensors; active tapes record it."""
    specs = op.infer(inputs, **attrs)
    arrays = op.reference(*(t.value for t in inputs), **attrs)
    if not isinstance(arrays, tuple):
        arrays = (arrays,)
    outputs = [
        Tensor(tuple(shape), dtype, np.asarray(array, dtype=dtype, order="C").reshape(shape))
        for (shape, dtype), array in zip(specs, arrays, strict=True)
    ]
    tape.record(op, inputs, attrs, outputs)
    return outputs
