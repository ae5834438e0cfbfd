"""`tf.linalg`."""

from keraunos import ops
from keraunos.compat.tensorflow.core import matmul as matmul
from keraunos.compat.tensorflow.functions import find


def matrix_transpose(a, name=None, conjugate=False):
    """The last two axes exchanged."""
    return ops.swapaxes(a, -1, -2)


def matvec(a, b, transpose_a=False, name=None, **unused):
    """Matrix times vector."""
    return ops.squeeze(matmul(a, ops.expand_dims(b, -1), transpose_a), -1)


def band_part(input, num_lower, num_upper, name=None):
    """The diagonals around the main one; -1: all on that side."""
    kept = input if num_lower < 0 else ops.triu(input, -num_lower)
    return kept if num_upper < 0 else ops.tril(kept, num_upper)


def __getattr__(name):
    return find("tf.linalg", name)
