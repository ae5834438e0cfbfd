"""Histograms of whole groups of pixels at once, and pixels looked up in a table of their group."""

import math

import numpy as np

from keraunos import ops


def histograms(numbers, bins):
    """How often every number occurs in each group of pixels.

    Args:
        numbers: int32 tensor of shape `(..., P)`, 0..bins - 1: the bins of the P pixels of every group.
        bins: number of bins.

    Returns:
        int32 tensor `(..., bins)`.
    """
    places = ops.reshape(_with_group(numbers, bins), (-1,))
    ones = np.ones(places.shape, "int32")
    groups = math.prod(numbers.shape[:-1])
    return ops.reshape(ops.segment_sum(ones, places, groups * bins), (*numbers.shape[:-1], bins))


def look_up(tables, numbers):
    """`tables[..., numbers]`: for pixels `(..., P)` in bins the entries of their group's table `(..., bins)`."""
    return ops.take(ops.reshape(tables, (-1,)), _with_group(numbers, tables.shape[-1]), axis=0)


def _with_group(numbers, bins):
    groups = numbers.shape[:-1]
    first = np.arange(math.prod(groups), dtype="int32").reshape(*groups, 1) * bins
    return numbers + first
