"""Shapes and dtypes of what a function makes of KerasTensors: found by tracing it on tensors of two sizes.

An extent that differs between the traces depends on one that is not known, and is None.
"""

from keraunos._structure import flatten, map_leaves, pack
from keraunos.graph.tensor import Tensor
from keraunos.graph.trace import Trace, tracing
from keraunos.symbolic.keras_tensor import KerasTensor, contains

# Stand-ins for unknown extents, in the two traces: the number of rows is a prime that no product of other extents gives
# by chance, others are numbers that survive pools and strides as those of pictures do. Where the function wants unknown
# extents to be equal, such as those of `x.T @ x`, all are the same.
_STAND_INS = [((83, 256), (89, 320)), ((256, 256), (320, 320))]


class SpecTrace(Trace):
    """A trace whose tensors have `rows` rows only because some number had to be taken."""

    def __init__(self, rows):
        super().__init__()
        self.rows = rows


def known_shape(tensor):
    """The shape of a tensor, with None for the number of rows where that is a stand-in."""
    from keraunos.graph import trace

    shape = tuple(tensor.shape)
    rows = getattr(trace.current(), "rows", None)
    return (None, *shape[1:]) if rows is not None and shape and shape[0] == rows else shape


def output_spec(function, args, kwargs):
    """What `function(*args, **kwargs)` returns, with a new KerasTensor for each tensor.

    Args:
        function: a function of tensors.
        args, kwargs: its arguments, with KerasTensors in any lists, tuples or dicts.
    """
    unknown = any(None in leaf.shape for leaf in flatten((args, kwargs)) if isinstance(leaf, KerasTensor))
    for attempt, (small, large) in enumerate(_STAND_INS):
        try:
            first = _traced(function, args, kwargs, *small)
            second = _traced(function, args, kwargs, *large) if unknown else first
            break
        except ValueError:
            if not unknown or attempt == len(_STAND_INS) - 1:
                raise
    others = iter(flatten(second))
    return pack(first, iter([_merged(leaf, next(others)) for leaf in flatten(first)]))


def shapes_of(spec):
    """The shapes of a structure of KerasTensors."""
    return map_leaves(spec, lambda leaf: leaf.shape)


def map_shapes(shapes, function):
    """Applies `function` to every shape (a tuple of ints and None) of a structure."""
    if isinstance(shapes, dict):
        return {k: map_shapes(v, function) for k, v in shapes.items()}
    if isinstance(shapes, (list, tuple)) and not all(n is None or isinstance(n, int) for n in shapes):
        return [map_shapes(s, function) for s in shapes]
    return function(tuple(shapes))


def _traced(function, args, kwargs, rows, other):
    trace = SpecTrace(rows)

    def stand_in(leaf):
        if not isinstance(leaf, KerasTensor):
            return leaf
        extents = [(other if axis else rows) if n is None else n for axis, n in enumerate(leaf.shape)]
        return trace.placeholder(extents, leaf.dtype)

    with tracing(trace):
        args, kwargs = map_leaves((args, kwargs), stand_in) if contains((args, kwargs)) else (args, kwargs)
        return function(*args, **kwargs)


def _merged(first, second):
    if isinstance(first, Tensor):
        return KerasTensor(_same(first.shape, second.shape), first.dtype)
    # An extent, from `ops.shape`, is as unknown as the axis.
    return None if type(first) is int and first != second else first


def _same(first, second):
    return tuple(a if a == b else None for a, b in zip(first, second, strict=True))
