"""Checks of matrices, and errors where values of a concrete result tell that there is none."""

import numpy as np

from keraunos.ops.promotion import floating


def matrices(tag, x, square=False):
    """`x` as a float tensor of rank 2 or more.

    Raises:
        ValueError: for another rank, and for matrices that are not square, if they should be.
    """
    x = floating(x)
    if x.ndim < 2 or (square and x.shape[-1] != x.shape[-2]):
        kind = "square matrices (..., M, M)" if square else "matrices (..., M, N)"
        raise ValueError(f"[{tag}] expected {kind}, got shape {x.shape}")
    return x


def refuse(tag, wrong, message):
    """Raises ValueError when an element of `wrong`, a function of NumPy arrays applied to a concrete tensor, holds.

    Args:
        tag: who asks.
        wrong: bool tensor; a symbolic one is let through: inside a compiled function the result has NaN or infinities.
        message: what is wrong.
    """
    if wrong.value is not None and bool(np.any(wrong.value)):
        raise ValueError(f"[{tag}] {message}")
