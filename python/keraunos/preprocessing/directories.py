"""Older names of what reads folders."""

from keraunos.utils.image_dataset import image_dataset_from_directory

__all__ = ["image_dataset_from_directory"]
