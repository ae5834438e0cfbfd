"""Elements of a pipeline: arrays, or tuples and dicts of arrays; how values enter, are stacked and are handed out."""

import dataclasses

import numpy as np

from keraunos._structure import flatten, map_leaves, pack
from keraunos.graph.tensor import Tensor
from keraunos.graph.trace import as_tensor


@dataclasses.dataclass(frozen=True)
class TensorSpec:
    """Shape and dtype of one array of an element.

    Args:
        shape: tuple of ints; None where the extent differs from element to element.
        dtype: name of the dtype, "string" for text.

    Example:

    >>> from keraunos.data import TensorSpec
    >>> TensorSpec((None, 28, 28), "uint8")
    TensorSpec(shape=(None, 28, 28), dtype='uint8')
    """

    shape: tuple
    dtype: str = "float32"


def to_leaf(value):
    """A value of the user's as an array: tensors, NumPy arrays of any layout, pandas objects, pictures, numbers, text.

    Raises:
        ValueError: for ragged lists.
    """
    if isinstance(value, Tensor):
        return value._concrete("a Dataset")
    if isinstance(value, (str, bytes)):
        return np.array(value, object)
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    if hasattr(value, "__keraunos_tensor__"):
        return as_tensor(value).numpy()
    try:
        array = value if isinstance(value, (np.ndarray, np.generic)) else _array(value)
    except ValueError:
        raise ValueError(
            "[data] a list with rows of different lengths is no array; pad or cut the rows to one length first"
        ) from None
    if array.dtype.kind in "OSU":
        return np.asarray(array, object)
    return as_tensor(array).value


def _array(value):
    """Python numbers in the dtypes that tensors have; an object with an array interface in its own."""
    if isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value):
        return np.stack([np.asarray(v) for v in value])
    array = np.asarray(value)
    return array if hasattr(value, "__array_interface__") or array.dtype.kind in "OSU" else as_tensor(value).value


def to_element(value):
    """What a function or a generator of the user's returned, as an element: tuples and dicts stay, lists are arrays."""
    if isinstance(value, tuple):
        return tuple(to_element(v) for v in value)
    if isinstance(value, dict):
        return {key: to_element(v) for key, v in value.items()}
    return None if value is None else to_leaf(value)


def to_tensors(element):
    """An element as the user sees it: tensors, and text as `str` or as an array of `str`."""
    return map_leaves(element, _tensor)


def _tensor(array):
    if array.dtype == object:
        return array if array.ndim else array[()]
    return Tensor(array.shape, array.dtype.name, array)


def spec_of(element):
    """The TensorSpecs of one element."""
    return map_leaves(element, lambda a: TensorSpec(a.shape, "string" if a.dtype == object else a.dtype.name))


def stack(elements):
    """One element with a leading axis of `len(elements)`.

    Raises:
        ValueError: when shapes, dtypes or structures differ.
    """
    first = elements[0]
    leaves = flatten(first)
    stacked = [np.empty((len(elements), *a.shape), a.dtype) for a in leaves]
    for row, element in enumerate(elements):
        parts = flatten(element)
        if len(parts) != len(leaves):
            raise ValueError(f"[data] batch: element 0 has {len(leaves)} arrays, element {row} has {len(parts)}")
        for whole, part in zip(stacked, parts, strict=True):
            if part.shape != whole.shape[1:] or part.dtype != whole.dtype:
                raise ValueError(
                    f"[data] batch: elements must have one shape and dtype, got {whole.dtype} {whole.shape[1:]} and, "
                    f"at place {row} of the batch, {part.dtype} {part.shape}\n"
                    "pad, cut or resize them with map() first, or use batch(1)"
                )
            whole[row] = part[()]  # a text, rather than an array of no axes that holds one
    return pack(first, iter(stacked))


def stack_padded(elements, shapes, fills):
    """One element with a leading axis of `len(elements)`, smaller arrays filled up at the end of their axes.

    Args:
        shapes: shape for every leaf; None, or None in the place of an extent: that of the largest.
        fills: value for every leaf.

    Raises:
        ValueError: when ranks, dtypes or structures differ, or an array is larger than its shape.
    """
    columns = list(zip(*map(flatten, elements), strict=True))
    stacked = []
    for column, shape, fill in zip(columns, shapes, fills, strict=True):
        if len({(a.ndim, a.dtype) for a in column}) > 1:
            kinds = sorted({f"{a.dtype} with {a.ndim} axes" for a in column})
            raise ValueError(f"[data] padded_batch: elements must have one rank and dtype, got {' and '.join(kinds)}")
        largest = tuple(max(extents) for extents in zip(*(a.shape for a in column), strict=True))
        shape = (
            largest
            if shape is None
            else tuple(m if n in (None, -1) else n for n, m in zip(shape, largest, strict=True))
        )
        if any(n < m for n, m in zip(shape, largest, strict=True)):
            raise ValueError(f"[data] padded_batch: an array of shape {largest} does not fit padded_shapes {shape}")
        whole = np.full((len(column), *shape), fill, column[0].dtype)
        for row, array in enumerate(column):
            whole[(row, *map(slice, array.shape))] = array[()]
        stacked.append(whole)
    return pack(elements[0], iter(stacked))


def rows(element):
    """The rows of a stacked element, one after another."""
    leaves = flatten(element)
    if not leaves:
        return
    for parts in zip(*leaves, strict=True):
        yield pack(element, iter([np.asarray(part, whole.dtype) for part, whole in zip(parts, leaves, strict=True)]))


def count_rows(element):
    """Rows of a stacked element.

    Raises:
        ValueError: when there is nothing to slice, or arrays have different lengths.
    """
    leaves = flatten(element)
    if not leaves or any(a.ndim == 0 for a in leaves):
        raise ValueError("[data] only arrays with at least one axis can be sliced into elements; see from_tensors")
    counts = [len(a) for a in leaves]
    if len(set(counts)) > 1:
        raise ValueError(f"[data] arrays must have the same number of rows, got {', '.join(map(str, counts))}")
    return counts[0]
