"""`tf.debugging`: checks of concrete values."""

import numpy as np


def assert_equal(x, y, message="", **unused):
    """Raises ValueError unless all are equal."""
    if not np.array_equal(np.asarray(x), np.asarray(y)):
        raise ValueError(f"[assert_equal] {message or 'values differ'}: {x} and {y}")


def assert_near(x, y, rtol=1e-6, atol=1e-6, message="", **unused):
    """Raises ValueError unless all are near."""
    if not np.allclose(np.asarray(x), np.asarray(y), rtol, atol):
        raise ValueError(f"[assert_near] {message or 'values differ'}: {x} and {y}")


def assert_shapes(shapes, message="", **unused):
    """Raises ValueError unless the shapes are those given; names stand for one extent each."""
    known = {}
    for tensor, shape in shapes:
        got = tuple(tensor.shape)
        fits = len(got) == len(shape) and all(
            known.setdefault(s, n) == n if isinstance(s, str) else s in (None, n)
            for s, n in zip(shape, got, strict=True)
        )
        if not fits:
            raise ValueError(f"[assert_shapes] {message} expected {tuple(shape)}, got {got}")


def check_numerics(tensor, message, name=None):
    """`tensor`; raises ValueError for NaN and infinities."""
    if not np.isfinite(np.asarray(tensor)).all():
        raise ValueError(f"[check_numerics] {message}: NaN or infinite values")
    return tensor


def set_log_device_placement(enabled):
    """Accepted."""


def __getattr__(name):
    raise AttributeError(f"[compat] tf.debugging.{name} is not covered by keraunos")
