"""What layers make of category numbers: the numbers, a vector for each, or one vector for all of a sample."""

import numpy as np

from keraunos import _arguments, ops
from keraunos.graph import dtypes

MODES = ("int", "one_hot", "multi_hot", "count")


def checked_mode(tag, mode, allowed=MODES):
    """`mode` under its present name, if it is one of `allowed`."""
    mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(mode, mode)
    return _arguments.one_of(tag, "output_mode", mode, allowed)


def check_dense(tag, sparse):
    """Raises ValueError for `sparse=True`: there are no sparse tensors here."""
    if sparse:
        raise ValueError(f"[{tag}] sparse=True is not supported; use sparse=False")


def encode(numbers, mode, depth, dtype, count_weights=None):
    """Category numbers, encoded.

    Args:
        numbers: integers in 0..depth - 1; others belong to no category and are left out.
        mode: `"int"`: as they are; `"one_hot"`: a vector for each, in place of a last axis of extent 1; `"multi_hot"`:
            which are there along axis 1 (axis 0 of a vector); `"count"`: how often.
        depth: number of categories.
        dtype: that of the result; with `count_weights` their own.
        count_weights: what each number adds to its count, shaped like `numbers`; default 1.
    """
    if mode == "int":
        return ops.cast(numbers, dtype)
    numbers = ops.convert_to_tensor(numbers)
    if numbers.dtype not in ("int32", "int64"):
        numbers = ops.cast(numbers, "int32")
    numbers = ops.reshape(numbers, (1,)) if not numbers.shape else numbers
    if mode == "one_hot":
        if len(numbers.shape) > 1 and numbers.shape[-1] == 1:
            numbers = ops.squeeze(numbers, -1)
        return ops.one_hot(numbers, depth, dtype=dtype)
    samples = _samples(numbers)
    # All samples are counted in one vector: a vector for every number would be larger by the length of the samples.
    *kept, length = samples.shape
    rows = int(np.prod(kept, dtype=np.int64))
    wide = "int64" if rows * depth >= 2**31 else samples.dtype
    first = np.arange(rows, dtype=wide).reshape(*kept, 1) * depth
    inside = ops.logical_and(samples >= 0, samples < depth)
    places = ops.where(inside, ops.cast(samples, wide) + first, rows * depth)
    if count_weights is None:
        amounts = np.ones(rows * length, dtypes.compute(dtype))
    else:
        amounts = ops.reshape(_samples(ops.convert_to_tensor(count_weights)), (-1,))
        dtype = amounts.dtype
    found = ops.segment_sum(amounts, ops.reshape(places, (-1,)), rows * depth)
    if mode == "multi_hot":
        found = ops.minimum(found, 1)
    return ops.reshape(ops.cast(found, dtype), (*kept, depth))


def _samples(x):
    """`x` with the axis that is encoded at the end."""
    return ops.moveaxis(x, 1, -1) if len(x.shape) > 1 else x


def encoded_shape(shape, mode, depth):
    """Shape of `encode` for numbers of `shape`, which may hold None."""
    shape = tuple(shape)
    if mode == "int":
        return shape
    if mode == "one_hot":
        shape = shape or (1,)
        return (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), depth)
    return (*shape[:1], *shape[2:], depth) if len(shape) > 1 else (depth,)
