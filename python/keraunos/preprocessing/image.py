"""Older names of the picture utilities of `keraunos.utils`, and what Keras 1 and 2 had for pictures."""

from keraunos.preprocessing.image_data_generator import ImageDataGenerator
from keraunos.preprocessing.resizing import smart_resize
from keraunos.utils.images import array_to_img, img_to_array, load_img, save_img

__all__ = ["ImageDataGenerator", "array_to_img", "img_to_array", "load_img", "save_img", "smart_resize"]
