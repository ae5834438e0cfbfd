"""Output shapes of layers that do not say them: found by tracing on two batch sizes."""

from keraunos.graph.tensor import Tensor
from keraunos.graph.trace import Trace, tracing

# Extents that stand for "not known" in the two traces: primes that no real layer is likely to produce.
_FIRST, _SECOND = 83, 89


def traced_output_shape(layer, input_shape):
    """Shape (or structure of shapes) of `layer.call` for `input_shape`, with None for extents that depend on the
    batch."""
    first, second = (_trace(layer, input_shape, extent) for extent in (_FIRST, _SECOND))
    return _merge(first, second)


def _trace(layer, input_shape, extent):
    trace = Trace()
    with tracing(trace):
        inputs = map_shapes(
            input_shape, lambda s: trace.placeholder([extent if n is None else n for n in s], layer.compute_dtype)
        )
        outputs = layer(inputs)
    return outputs


def map_shapes(shapes, function):
    """Applies `function` to every shape (a tuple of ints and None) of a structure."""
    if isinstance(shapes, dict):
        return {k: map_shapes(v, function) for k, v in shapes.items()}
    if isinstance(shapes, (list, tuple)) and not all(n is None or isinstance(n, int) for n in shapes):
        return [map_shapes(s, function) for s in shapes]
    return function(tuple(shapes))


def _merge(first, second):
    if isinstance(first, Tensor):
        return tuple(a if a == b else None for a, b in zip(first.shape, second.shape, strict=True))
    if isinstance(first, dict):
        return {k: _merge(v, second[k]) for k, v in first.items()}
    return [_merge(a, b) for a, b in zip(first, second, strict=True)]
