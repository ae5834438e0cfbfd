"""`keras.utils.bounding_boxes`: boxes around objects in images, `(N, 4)` or `(B, N, 4)`."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "convert_format": "formats",
        **dict.fromkeys(("affine_transform", "clip_to_image_size", "crop", "pad"), "placing"),
        **dict.fromkeys(("compute_ciou", "compute_iou"), "overlaps"),
        **dict.fromkeys(("decode_deltas_to_boxes", "encode_box_to_deltas"), "deltas"),
    },
)
