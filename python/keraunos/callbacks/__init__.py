"""Callbacks: hooks into training."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "Callback": "callback",
        "CallbackList": "callback_list",
        "History": "history",
        "ProgbarLogger": "progbar_logger",
    },
)
