"""`keras.ops.image`: functions of images `(N, H, W, C)` or `(H, W, C)`, or with channels first."""

from keraunos.ops.image.color import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv
from keraunos.ops.image.margins import crop_images, pad_images
from keraunos.ops.image.patches import extract_patches, extract_patches_3d
from keraunos.ops.image.resizing import resize
from keraunos.ops.image.warping import affine_transform, map_coordinates

__all__ = [
    "affine_transform",
    "crop_images",
    "extract_patches",
    "extract_patches_3d",
    "hsv_to_rgb",
    "map_coordinates",
    "pad_images",
    "resize",
    "rgb_to_grayscale",
    "rgb_to_hsv",
]
