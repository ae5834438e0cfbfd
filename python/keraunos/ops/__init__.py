"""`keras.ops`: tensor functions with the names and rules of Keras 3, composed of the primitives of the graph layer."""

from keraunos._lazy import attach
from keraunos.ops.names import LINALG, NN, NUMPY, OTHERS, places
from keraunos.symbolic.function_call import install_operators, public

__getattr__, __dir__, __all__ = attach(
    __name__, places(NUMPY, NN, LINALG, OTHERS), ("image", "linalg", "nn", "numpy"), public
)
install_operators(__getattr__)
