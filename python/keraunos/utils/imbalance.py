"""Classes of unequal size: their numbers, and weights that make up for it."""

import numpy as np


def class_numbers(y, tag="imbalance"):
    """The class of every row.

    Args:
        y: class numbers, `(N,)` or `(N, 1)`, floats rounded; or one-hot or probabilities, `(N, C)`.
        tag: who asks, for messages.

    Returns:
        int64 array `(N,)`.

    Raises:
        ValueError: for another rank.
    """
    y = np.asarray(y)
    if y.ndim not in (1, 2):
        raise ValueError(f"[{tag}] expected a class for every row, of shape (N,), or one-hot, (N, C); got {y.shape}")
    if y.ndim == 2 and y.shape[1] > 1:
        return y.argmax(-1)
    return np.round(y.reshape(len(y))).astype(np.int64)


def balanced_class_weights(y):
    """Weights with which every class counts the same: `rows / (classes * rows of the class)`.

    Args:
        y: class numbers of any shape, or one-hot rows `(N, C)`. Negative numbers stand for no class.

    Returns:
        dict of class -> weight, as `fit(class_weight=...)` takes it; classes without rows are left out.

    Source: scikit-learn's `class_weight="balanced"`; King, Zeng, 2001.

    >>> from keraunos.utils import balanced_class_weights
    >>> balanced_class_weights([0, 0, 0, 1])
    {0: 0.6666666666666666, 1: 2.0}
    """
    y = np.asarray(y)
    hot = y.ndim == 2 and y.shape[1] > 1 and np.isin(y, (0, 1)).all() and (y.sum(-1) == 1).all()
    numbers, counts = np.unique(y.argmax(-1) if hot else np.round(y).astype(np.int64), return_counts=True)
    counts = counts[numbers >= 0]
    numbers = numbers[numbers >= 0]
    return {int(n): float(counts.sum() / (len(counts) * count)) for n, count in zip(numbers, counts, strict=True)}
