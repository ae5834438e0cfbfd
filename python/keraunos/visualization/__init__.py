"""Pictures with boxes and masks drawn on them, and galleries of them, through Pillow and Matplotlib, extras."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "draw_bounding_boxes": "boxes",
        "draw_segmentation_masks": "masks",
        "plot_bounding_box_gallery": "galleries",
        "plot_image_gallery": "galleries",
        "plot_segmentation_mask_gallery": "galleries",
    },
)
