"""An older place of `keraunos.utils.pad_sequences`."""

from keraunos.utils.sequences import pad_sequences

__all__ = ["pad_sequences"]
