"""`keras.ops.linalg`: factorizations, systems of equations and norms of matrices `(..., M, N)`."""

from keraunos._lazy import attach
from keraunos.ops.names import LINALG, places

__getattr__, __dir__, __all__ = attach(__name__, dict.fromkeys([*places(LINALG), "jvp"], "."))
