"""Older names of utilities, and what Keras 1 and 2 had for pictures and text: `preprocessing.image`,
`preprocessing.sequence`, `preprocessing.text`."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    dict.fromkeys(
        ("image_dataset_from_directory", "text_dataset_from_directory", "timeseries_dataset_from_array"), "directories"
    ),
    ("image", "sequence", "text"),
)
