"""Older names of utilities: `preprocessing.image`, `preprocessing.sequence`,
`preprocessing.image_dataset_from_directory`."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, {"image_dataset_from_directory": "directories"}, ("image", "sequence"))
