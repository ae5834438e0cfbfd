"""`keras.ops.nn`: activations, softmaxes, crossentropies, convolutions, pooling, attention and normalizations."""

from keraunos._lazy import attach
from keraunos.ops.names import NN, places

__getattr__, __dir__, __all__ = attach(__name__, dict.fromkeys(places(NN), "."))
