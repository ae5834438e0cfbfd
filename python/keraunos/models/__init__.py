"""Models: layers that can be trained."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, {"Model": "model", "Sequential": "sequential"})
