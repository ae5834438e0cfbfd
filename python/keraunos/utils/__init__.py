"""Utilities around training."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__, {"Progbar": "progbar", "clear_session": "session", "set_random_seed": "session"}
)
