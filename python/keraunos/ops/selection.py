"""`keras.ops`: elements chosen by number or by condition."""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.primitives import add, less, multiply, transpose
from keraunos.graph.trace import as_tensor
from keraunos.ops.creation import arange
from keraunos.ops.shapes import ravel


def get_item(x, key):
    """`x[key]`.

    Args:
        x: tensor.
        key: integers, slices, None, Ellipsis, and arrays of integers or bools, in a tuple for several axes. Inside a
            compiled function, bools must be concrete.

    Raises:
        IndexError: for what NumPy refuses too, and for symbolic bools.

    >>> from keraunos import ops
    >>> ops.get_item(ops.arange(4), slice(1, 3)).numpy()
    array([1, 2], dtype=int32)
    """
    return p.getitem(as_tensor(x), key)


def take(x, indices, axis=None):
    """Elements of `x` at `indices` along `axis` (None: of the flattened tensor)."""
    x = ravel(x) if axis is None else as_tensor(x)
    axis = 0 if axis is None else p.normalize_axis("take", axis, x.ndim)
    indices = as_tensor(indices)
    order = [axis, *[a for a in range(x.ndim) if a != axis]]
    found = p.take(transpose(x, order), indices)
    rank = indices.ndim
    return transpose(found, [*range(rank, rank + axis), *range(rank), *range(rank + axis, found.ndim)])


def take_along_axis(x, indices, axis=None):
    """`x[..., indices, ...]` with one index per element of the result.

    Args:
        x: tensor.
        indices: integers of the rank of `x`; axes other than `axis` broadcast against those of `x`. A negative one
            counts from the end.
        axis: int, or None for the flattened tensor.
    """
    if axis is None:
        return take(x, ravel(indices))
    x, indices = as_tensor(x), p.cast(indices, "int32")
    axis = p.normalize_axis("take_along_axis", axis, x.ndim)
    leading = np.broadcast_shapes(*(t.shape[:axis] + (1,) + t.shape[axis + 1 :] for t in (x, indices)))
    x, indices = (
        p.broadcast_to(t, [t.shape[axis] if a == axis else n for a, n in enumerate(leading)]) for t in (x, indices)
    )
    order = [*[a for a in range(x.ndim) if a != axis], axis]
    moved, places = transpose(x, order), transpose(indices, order)
    columns = moved.shape[-1]
    places = p.where(less(places, 0), add(places, columns), places)
    rows = p.reshape(arange(moved.size // columns if columns else 0), (*moved.shape[:-1], 1))
    found = p.take(ravel(moved), add(places, multiply(rows, columns)))
    return transpose(found, np.argsort(order).tolist())


def where(condition, x1=None, x2=None):
    """`x1` where `condition` holds, else `x2`; operands broadcast. Without both: the places where it holds.

    Args:
        condition: bools, or numbers of which 0 is false.
        x1, x2: tensors or numbers.

    Raises:
        ValueError: for one of `x1` and `x2` without the other.
    """
    if x1 is None and x2 is None:
        return nonzero(condition)
    if x1 is None or x2 is None:
        raise ValueError("[where] expected both x1 and x2, or neither")
    return p.where(condition, x1, x2)


def concrete(tag, x, instead):
    """The value of `x` as a NumPy array, for results whose shape depends on it.

    Raises:
        TypeError: for a symbolic tensor, with what to do `instead`.
    """
    x = as_tensor(x)
    if x.value is None:
        raise TypeError(
            f"[{tag}] the shape of the result depends on values, which a compiled function does not know; {instead}"
        )
    return x.numpy()


def nonzero(x):
    """The places of the elements that are not 0, one int32 vector per axis. Not inside a compiled function: how many
    there are depends on values.

    Args:
        x: tensor.

    Raises:
        TypeError: for a symbolic tensor.

    >>> from keraunos import ops
    >>> ops.nonzero([[0, 3], [4, 0]])[1].numpy()
    array([1, 0], dtype=int32)
    """
    places = np.nonzero(concrete("nonzero", x, "use ops.where(condition, x1, x2)"))
    return tuple(as_tensor(axis.astype(np.int32)) for axis in places)


def select(condlist, choicelist, default=0):
    """For each element the choice that belongs to the first condition that holds, `default` where none does.

    Args:
        condlist: bool tensors.
        choicelist: as many tensors.
        default: tensor or number.

    Raises:
        ValueError: for lists of different lengths, and empty ones.

    >>> from keraunos import ops
    >>> x = ops.arange(5)
    >>> ops.select([x < 2, x > 2], [x, 10 * x], -1).numpy()
    array([ 0,  1, -1, 30, 40], dtype=int32)
    """
    if not condlist or len(condlist) != len(choicelist):
        raise ValueError(
            f"[select] expected as many choices as conditions, at least one, got {len(choicelist)} and {len(condlist)}"
        )
    *choices, chosen = p.meet(*choicelist, default)
    for condition, choice in zip(reversed(condlist), reversed(choices), strict=True):
        chosen = p.where(condition, choice, chosen)
    return chosen


def unravel_index(indices, shape):
    """Places in a flattened tensor as one index per axis of its `shape`.

    Args:
        indices: integers; negative ones count from the end.
        shape: tuple of ints.

    Returns:
        Tuple of tensors in the shape and dtype of `indices`.

    >>> from keraunos import ops
    >>> [int(i) for i in ops.unravel_index(7, (2, 5))]
    [1, 2]
    """
    indices = as_tensor(indices)
    found = []
    for extent in reversed(shape):
        found.append(p.mod(indices, extent))
        indices = p.floor_divide(indices, extent)
    return tuple(reversed(found))
