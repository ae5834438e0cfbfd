"""Older names of what makes Datasets of folders and series."""

from keraunos.utils.image_dataset import image_dataset_from_directory
from keraunos.utils.text_dataset import text_dataset_from_directory
from keraunos.utils.timeseries import timeseries_dataset_from_array

__all__ = ["image_dataset_from_directory", "text_dataset_from_directory", "timeseries_dataset_from_array"]
