"""Names of `keras.saving` that `keras.models` has too."""

from keraunos.saving import load_model, save_model

__all__ = ["load_model", "save_model"]
