"""Older names of utilities: `preprocessing.image`."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, {}, ("image",))
