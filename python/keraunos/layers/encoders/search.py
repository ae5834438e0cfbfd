"""Binary search that can be traced: as many steps as the sorted values have bits in their number."""

import numpy as np

from keraunos import ops


def count_not_above(sorted_values, x):
    """How many of `sorted_values` are not greater than each element of `x`, int32; all of them for NaN.

    Args:
        sorted_values: ascending NumPy array.
        x: tensor.
    """
    total = len(sorted_values)
    bits = total.bit_length()
    # Values that are greater than all others fill the array up, so that every step has something to look at.
    last = np.inf if sorted_values.dtype.kind == "f" else np.iinfo(sorted_values.dtype).max
    padded = np.full(max(2**bits - 1, 1), last, sorted_values.dtype)
    padded[:total] = sorted_values
    count = ops.zeros(x.shape, "int32")
    for bit in reversed(range(bits)):
        further = count + 2**bit
        # Not `value <= x`: a NaN goes to the end, as NumPy's digitize sends it.
        below = ops.logical_not(ops.less(x, ops.take(padded, further - 1, axis=0)))
        count = ops.where(below, further, count)
    return ops.minimum(count, total)


def find(sorted_keys, values, x, missing):
    """`values[i]` for elements of `x` that equal `sorted_keys[i]`, `missing` for others; int64.

    Args:
        sorted_keys: ascending int64 array without repetitions.
        values: int64 array.
        x: int64 tensor.
        missing: int, or a tensor that broadcasts with `x`.
    """
    if not len(sorted_keys):
        return ops.broadcast_to(ops.cast(missing, "int64"), x.shape)
    place = ops.maximum(count_not_above(sorted_keys, x) - 1, 0)
    known = ops.equal(ops.take(sorted_keys, place, axis=0), x)
    return ops.where(known, ops.take(values, place, axis=0), ops.cast(missing, "int64"))
