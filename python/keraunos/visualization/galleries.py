"""Galleries of pictures through Matplotlib, an extra: `pip install keraunos[plot]`."""

import math

import numpy as np

from keraunos.utils.plotting import load_pyplot
from keraunos.visualization.boxes import draw_bounding_boxes
from keraunos.visualization.masks import draw_segmentation_masks
from keraunos.visualization.pixels import channels_last


def plot_image_gallery(
    images,
    y_true=None,
    y_pred=None,
    label_map=None,
    rows=None,
    cols=None,
    value_range=(0, 255),
    scale=2,
    path=None,
    show=None,
    transparent=True,
    dpi=60,
    legend_handles=None,
    data_format=None,
):
    """Pictures in a grid.

    Args:
        images: `(N, H, W, C)` with 1, 3 or 4 channels.
        y_true, y_pred: true and predicted class numbers, `(N,)`, that are written above.
        label_map: dict of class number -> name; needed for these.
        rows, cols: extents of the grid; default: about square, room for all.
        value_range: (least, greatest) value that pictures may have.
        scale: width of a picture in inches.
        path: file to save the gallery to.
        show: whether to show it; default: when it is not saved.
        transparent, dpi: of the file.
        legend_handles: list of Matplotlib patches for a legend.
        data_format: "channels_last" or "channels_first"; None: `config.image_data_format()`.

    Returns:
        The Matplotlib figure.

    Raises:
        ValueError: for another rank, for `path` together with `show`, and for classes without `label_map`.
        ImportError: without Matplotlib.

    Source: https://keras.io/api/visualization/

    Example:

    >>> import numpy as np, keraunos as keras
    >>> figure = keras.visualization.plot_image_gallery(np.zeros((4, 8, 8, 3)))  # doctest: +SKIP
    """
    tag = "plot_image_gallery"
    pyplot = load_pyplot()
    images = channels_last(tag, images, data_format)
    if path is not None and show:
        raise ValueError(f"[{tag}] give path or show, not both")
    if (y_true is not None or y_pred is not None) and label_map is None:
        raise ValueError(f"[{tag}] y_true and y_pred need a label_map, a dict of class number -> name")
    count = len(images)
    rows = rows or max(1, math.ceil(math.sqrt(count)) if cols is None else math.ceil(count / cols))
    cols = cols or max(1, math.ceil(count / rows))
    shown = _in_bytes(images, value_range)
    figure, grid = pyplot.subplots(
        rows, cols, figsize=(cols * scale, rows * scale), frameon=False, squeeze=False, layout="constrained"
    )
    for axis in grid.flat:
        axis.set_axis_off()
    for number, (image, axis) in enumerate(zip(shown, grid.flat, strict=False)):
        axis.imshow(image[..., 0] if image.shape[-1] == 1 else image, cmap="gray", vmin=0, vmax=255)
        titles = [
            f"{word}: {label_map.get(int(np.asarray(values).reshape(-1)[number]), 'Unknown')}"
            for word, values in (("Label", y_true), ("Pred", y_pred))
            if values is not None and number < len(values)
        ]
        if titles:
            axis.set_title("  ".join(titles), fontsize=8)
    if legend_handles is not None:
        figure.legend(handles=legend_handles, loc="lower center")
    if path is not None:
        figure.savefig(path, pad_inches=0, bbox_inches="tight", transparent=transparent, dpi=dpi)
        pyplot.close(figure)
    elif show is None or show:
        pyplot.show()
    return figure


def plot_bounding_box_gallery(
    images,
    bounding_box_format,
    y_true=None,
    y_pred=None,
    value_range=(0, 255),
    true_color=(0, 188, 212),
    pred_color=(255, 235, 59),
    line_thickness=2,
    font_scale=1.0,
    text_thickness=None,
    class_mapping=None,
    ground_truth_mapping=None,
    prediction_mapping=None,
    legend=False,
    legend_handles=None,
    rows=None,
    cols=None,
    data_format=None,
    **kwargs,
):
    """Pictures in a grid, with true and predicted boxes.

    Args:
        images: `(N, H, W, C)` with values in `value_range`.
        bounding_box_format, line_thickness, text_thickness, font_scale: see `draw_bounding_boxes`.
        y_true, y_pred: dicts of boxes, labels and confidences; see there.
        value_range, rows, cols, data_format: see `plot_image_gallery`.
        true_color, pred_color: (red, green, blue) from 0 to 255.
        class_mapping, ground_truth_mapping, prediction_mapping: dicts of label -> text for both, and for one of them.
        legend: whether to say which colour is which.
        legend_handles: list of Matplotlib patches for a legend of one's own instead.
        **kwargs: for `plot_image_gallery`.

    Returns:
        The Matplotlib figure.

    Raises:
        ValueError: for other shapes, and for two legends.
        ImportError: without Matplotlib or Pillow.

    Example:

    >>> import numpy as np, keraunos as keras
    >>> boxes = {"boxes": [[[1, 1, 6, 6]]], "labels": [[0]]}
    >>> pictures = np.zeros((1, 8, 8, 3))
    >>> figure = keras.visualization.plot_bounding_box_gallery(pictures, "xyxy", boxes)  # doctest: +SKIP
    """
    tag = "plot_bounding_box_gallery"
    pyplot = load_pyplot()
    images = _in_bytes(channels_last(tag, images, data_format), value_range)
    if legend and legend_handles:
        raise ValueError(f"[{tag}] give legend or legend_handles, not both")
    for boxes, colour, mapping in (
        (y_true, true_color, ground_truth_mapping),
        (y_pred, pred_color, prediction_mapping),
    ):
        if boxes is not None:
            images = draw_bounding_boxes(
                images, boxes, bounding_box_format, mapping or class_mapping, colour, line_thickness, text_thickness,
                font_scale, "channels_last",
            )  # fmt: skip
    if legend:
        named = (("Ground Truth", true_color), ("Prediction", pred_color))
        legend_handles = [
            pyplot.Rectangle((0, 0), 1, 1, color=np.array(colour) / 255, label=name) for name, colour in named
        ]
    return plot_image_gallery(
        images, rows=rows, cols=cols, legend_handles=legend_handles, data_format="channels_last", **kwargs
    )


def plot_segmentation_mask_gallery(
    images,
    num_classes,
    value_range=(0, 255),
    y_true=None,
    y_pred=None,
    color_mapping=None,
    blend=True,
    alpha=0.8,
    ignore_index=-1,
    data_format=None,
    **kwargs,
):
    """Pictures in rows: each alone, with its true, and with its predicted, mask.

    Args:
        images: `(N, H, W, 3)` with values in `value_range`.
        num_classes, color_mapping, blend, alpha, ignore_index: see `draw_segmentation_masks`.
        value_range, data_format: see `plot_image_gallery`.
        y_true, y_pred: masks, `(N, H, W)` or `(N, H, W, 1)`.
        **kwargs: for `plot_image_gallery`.

    Returns:
        The Matplotlib figure.

    Raises:
        ValueError: for other shapes.
        ImportError: without Matplotlib.

    Example:

    >>> import numpy as np, keraunos as keras
    >>> pictures, masks = np.zeros((1, 8, 8, 3)), np.ones((1, 8, 8), "int32")
    >>> figure = keras.visualization.plot_segmentation_mask_gallery(pictures, 2, y_true=masks)  # doctest: +SKIP
    """
    images = _in_bytes(channels_last("plot_segmentation_mask_gallery", images, data_format), value_range)
    columns = [images]
    for masks in (y_true, y_pred):
        if masks is not None:
            masks = np.asarray(masks)
            masks = channels_last("plot_segmentation_mask_gallery", masks, data_format) if masks.ndim == 4 else masks
            masks = masks.astype(np.int32)
            columns.append(
                draw_segmentation_masks(
                    images, masks, num_classes, color_mapping, alpha, blend, ignore_index, "channels_last"
                )
            )
    gallery = np.stack(columns, axis=1).reshape(-1, *images.shape[1:])
    return plot_image_gallery(gallery, rows=len(images), cols=len(columns), data_format="channels_last", **kwargs)


def _in_bytes(images, value_range):
    low, high = value_range
    return ((images.astype(np.float64) - low) * (255 / (high - low))).clip(0, 255).astype(np.uint8)
