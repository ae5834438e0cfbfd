"""Forms of older Keras versions: `legacy.saving`."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, {}, ("saving",))
