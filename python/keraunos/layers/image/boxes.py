"""MaxNumBoundingBoxes: as many boxes for every image."""

from keraunos import _arguments, ops
from keraunos.layers.image.image_layer import ImageLayer


class MaxNumBoundingBoxes(ImageLayer):
    """Cuts or fills up the boxes of every image to one number, in training and outside.

    Args:
        max_number: the number.
        fill_value: what boxes and labels are filled up with.

    The call takes a dict with `"images"` and `"bounding_boxes"`, a dict with `"boxes"` and `"labels"`; the layer needs
    a `bounding_box_format`, any of `keras.utils.bounding_boxes`.

    Shapes: boxes `(N, M, 4)` to `(N, max_number, 4)`, labels `(N, M)` to `(N, max_number)`; without N for one image.

    Raises:
        ValueError: for a number below 1.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> boxes = {"boxes": np.ones((1, 3, 4), "float32"), "labels": np.ones((1, 3), "int32")}
    >>> layer = keras.layers.MaxNumBoundingBoxes(4, bounding_box_format="xyxy")
    >>> layer({"images": np.ones((1, 8, 8, 3)), "bounding_boxes": boxes})["bounding_boxes"]["labels"].numpy()
    array([[ 1,  1,  1, -1]], dtype=int32)
    """

    def __init__(self, max_number, fill_value=-1, **kwargs):
        super().__init__(**kwargs)
        (self.max_number,) = _arguments.int_tuple(self._tag, "max_number", int(max_number), 1)
        self.fill_value = int(fill_value)

    def transform_images(self, images, transformation=None, training=True):
        return images

    def transform_bounding_boxes(self, bounding_boxes, transformation=None, training=True):
        """The first `max_number` boxes and labels, and `fill_value` in the place of missing ones."""
        boxes = self._filled(bounding_boxes["boxes"], len(bounding_boxes["boxes"].shape) - 2)
        labels = self._filled(bounding_boxes["labels"], len(bounding_boxes["labels"].shape) - 1)
        return {**bounding_boxes, "boxes": boxes, "labels": labels}

    def _filled(self, x, axis):
        kept = x[(*(slice(None),) * axis, slice(self.max_number))]
        widths = [(0, self.max_number - kept.shape[a] if a == axis else 0) for a in range(len(x.shape))]
        return ops.pad(kept, widths, constant_values=self.fill_value)

    def compute_output_shape(self, input_shape):
        if not isinstance(input_shape, dict) or "bounding_boxes" not in input_shape:
            return input_shape
        boxes, labels = (tuple(input_shape["bounding_boxes"][key]) for key in ("boxes", "labels"))
        found = {"boxes": (*boxes[:-2], self.max_number, 4), "labels": (*labels[:-1], self.max_number)}
        return {**input_shape, "bounding_boxes": found}

    def get_config(self):
        config = {**super().get_config(), "max_number": self.max_number}
        # Keras leaves it out; files say it where a reader would take another.
        return config if self.fill_value == -1 else {**config, "fill_value": self.fill_value}
