"""`keras.ops.numpy`: the functions of `keras.ops` that NumPy has under these names."""

from keraunos._lazy import attach
from keraunos.ops.names import NUMPY, places

__getattr__, __dir__, __all__ = attach(__name__, dict.fromkeys([*places(NUMPY), "slogdet"], "."))
