"""Quantiles of data that are seen once, batch by batch: a summary of values with weights that stays small.

A summary is a float32 array (2, n): ascending values and how many data each stands for. The scheme is that of
`keras.layers.Discretization`, so that boundaries come out equal.
"""

import numpy as np

EMPTY = np.zeros((2, 0), "float32")


def summarize(values, epsilon):
    """The summary of one batch: about `1 / epsilon` of its values, evenly spaced in order."""
    values = np.sort(np.asarray(values, "float32").reshape(-1))
    step = max(values.size * epsilon, 1)
    chosen = values[int(step - 1) :: int(step)]
    return np.stack([chosen, np.full_like(chosen, step)])


def merge(first, second, epsilon):
    """The summary of two batches together."""
    both = np.concatenate([first, second], axis=1)
    return compress(both[:, np.argsort(both[0])], epsilon)


def compress(summary, epsilon):
    """A summary of no more than `1 / epsilon` values, interpolated where the sum of weights reaches multiples of
    `epsilon` of the whole; smaller ones stay."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    sums = summary[1].cumsum()
    values = np.interp(shares, sums / sums[-1], summary[0])
    reached = np.interp(shares, sums / sums[-1], sums)
    return np.stack([values, np.diff(reached, prepend=0)]).astype("float32")


def boundaries(summary, bins):
    """The `bins - 1` values that part the data into `bins` of equal size."""
    return compress(summary, 1.0 / bins)[0, :-1]
