"""`keras.ops.image`: functions of images `(N, H, W, C)` or `(H, W, C)`, or with channels first."""

from keraunos._lazy import attach
from keraunos.symbolic.function_call import public

_MEMBERS = {
    "blurring": ("gaussian_blur",),
    "color": ("hsv_to_rgb", "rgb_to_grayscale", "rgb_to_hsv"),
    "edges": ("sobel_edges",),
    "elastic": ("elastic_transform",),
    "margins": ("crop_images", "pad_images"),
    "patches": ("extract_patches", "extract_patches_3d"),
    "perspective": ("perspective_transform",),
    "resizing": ("resize",),
    "similarity": ("ssim",),
    "translating": ("scale_and_translate",),
    "warping": ("affine_transform", "map_coordinates"),
}

__getattr__, __dir__, __all__ = attach(
    __name__, {name: module for module, names in _MEMBERS.items() for name in names}, wrap=public
)
