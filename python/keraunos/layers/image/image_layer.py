"""ImageLayer and RandomImageLayer: what layers over images share."""

import numpy as np

from keraunos import _arguments, ops, random
from keraunos.layers.spatial import LayoutLayer


class ImageLayer(LayoutLayer):
    """Base of layers over one image `(H, W, C)` or a batch `(N, H, W, C)`; channels first likewise.

    The call takes such an array or tensor of any numeric dtype, or a dict with `"images"` and, if there are any,
    `"labels"` (passed on, where images are not mixed), `"segmentation_masks"` (transformed alike, with the nearest
    pixel) and `"bounding_boxes"` (where no pixels move). Subclasses implement `transform_images` and, where there is
    something to draw, `get_random_transformation`.
    """

    def __init__(self, data_format=None, bounding_box_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.bounding_box_format = bounding_box_format

    @property
    def _height_axis(self):
        """Position of the height, counted from the end; the width follows."""
        return -3 if self.data_format == "channels_last" else -2

    def _extents(self, images):
        """(number of images, height, width)."""
        shape = images.shape
        if len(shape) not in (3, 4):
            raise ValueError(
                f'[{self._tag}] layer "{self.name}": expected one image of rank 3 or a batch of rank 4, '
                f"got shape {tuple(shape)}; add a channel axis to images without one: x[..., None]"
            )
        return shape[0] if len(shape) == 4 else 1, shape[self._height_axis], shape[self._height_axis + 1]

    def _to_compute_dtype(self, images):
        return ops.cast(images, self.compute_dtype)

    def call(self, data, training=None):
        training = True if training is None else training  # as in Keras: quiet only where somebody says so
        images = data["images"] if isinstance(data, dict) else data
        transformation = self.get_random_transformation(images, training)
        transformed = self.transform_images(images, transformation, training)
        if not isinstance(data, dict):
            return transformed
        result = {**data, "images": transformed}
        if "labels" in data:
            result["labels"] = self.transform_labels(data["labels"], transformation, training)
        if "bounding_boxes" in data:
            boxes = self.transform_bounding_boxes(data["bounding_boxes"], transformation, training)
            if not self.bounding_box_format:
                raise ValueError(
                    f'[{self._tag}] layer "{self.name}" does not know what the numbers of bounding boxes are; create '
                    "it with bounding_box_format='xyxy', for example"
                )
            result["bounding_boxes"] = boxes
        if "segmentation_masks" in data:
            masks = data["segmentation_masks"]
            result["segmentation_masks"] = self.transform_segmentation_masks(masks, transformation, training)
        return result

    def get_random_transformation(self, data, training=True, seed=None):
        """What is drawn for these images: None, a tensor, or several; `transform_images` takes it."""
        return None

    def transform_images(self, images, transformation=None, training=True):
        """The images, transformed."""
        raise NotImplementedError(f"[layer] {type(self).__name__} must implement transform_images")

    def transform_labels(self, labels, transformation=None, training=True):
        """Labels of the images; layers that do not mix images return them as they are."""
        return labels

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        """Masks `(..., H, W, 1)`, transformed as the images; layers that change colours alone return them as they
        are."""
        return segmentation_masks

    def transform_bounding_boxes(self, bounding_boxes, transformation=None, training=True):
        """A dict with `"boxes"` `(..., M, 4)` and `"labels"` `(..., M)`; layers that change colours alone return it as
        it is, those that move pixels raise ValueError."""
        if type(self).transform_segmentation_masks is not ImageLayer.transform_segmentation_masks:
            raise ValueError(f'[{self._tag}] layer "{self.name}": bounding boxes are not supported; pass images alone')
        return bounding_boxes

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = {**super().get_config(), "data_format": self.data_format}
        if self.bounding_box_format is not None:
            config["bounding_box_format"] = self.bounding_box_format
        return config


class TargetSizeLayer(ImageLayer):
    """Base of layers that give images of `height` times `width` pixels."""

    def __init__(self, height, width, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        (self.height,) = _arguments.int_tuple(self._tag, "height", height, 1)
        (self.width,) = _arguments.int_tuple(self._tag, "width", width, 1)

    def _fitted(self, images):
        """The largest window of the target's aspect ratio in the middle of the images, resized."""
        return ops.image.resize(
            images, (self.height, self.width), crop_to_aspect_ratio=True, data_format=self.data_format
        )

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        return self.transform_images(segmentation_masks, transformation, training)

    def compute_output_shape(self, input_shape):
        shape = list(input_shape)
        shape[self._height_axis], shape[self._height_axis + 1] = self.height, self.width
        return tuple(shape)

    def get_config(self):
        return {**super().get_config(), "height": self.height, "width": self.width}


class RandomLayer(ImageLayer):
    """Base of layers that draw something per image, from a SeedGenerator of their own."""

    def __init__(self, seed=None, data_format=None, **kwargs):
        super().__init__(data_format, **kwargs)
        self.seed = seed
        self.generator = random.SeedGenerator(seed)

    def _draw(self, count, low, high, seed=None):
        """`count` float32 draws between two numbers."""
        return random.uniform((count,), low, high, seed=self.generator if seed is None else seed)

    def _per_image(self, draws, images, dtype=None):
        """Draws, one per image, in `dtype` (default: the compute dtype) and of a shape that broadcasts over the
        images."""
        shape = (-1, 1, 1, 1) if len(images.shape) == 4 else (1, 1, 1)
        return ops.reshape(ops.cast(draws, dtype or self.compute_dtype), shape)

    def _inside(self, bounds, images):
        """Which pixels lie in the rectangle of their image: (tops, bottoms, lefts, rights), `(N,)` each, in pixels."""
        top, bottom, left, right = (self._per_image(draws, images, "float32") for draws in bounds)
        inside = []
        for axis, first, last in ((self._height_axis, top, bottom), (self._height_axis + 1, left, right)):
            shape = [1] * len(images.shape)
            shape[axis] = images.shape[axis]
            places = np.arange(images.shape[axis], dtype="float32").reshape(shape)
            inside.append(ops.logical_and(places >= first, places < last))
        return ops.logical_and(*inside)

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


def factor_range(tag, name, factor, low, high):
    """(lower, upper) of a factor: a pair, or a number f that stands for `(max(-f, low), f)`.

    Raises:
        ValueError: for anything else and for numbers outside [low, high].
    """
    pair = factor if isinstance(factor, (tuple, list)) else (factor,)
    numbers = all(isinstance(f, (int, float)) and not isinstance(f, bool) for f in pair)
    if not numbers or len(pair) not in (1, 2) or (len(pair) == 1) == isinstance(factor, (tuple, list)):
        raise ValueError(f"[{tag}] {name} must be a number or a pair of numbers, got {factor!r}")
    if any(not low <= f <= high for f in pair):
        raise ValueError(f"[{tag}] {name} must lie in [{low}, {high}], got {factor!r}")
    return tuple(sorted(pair)) if len(pair) == 2 else (max(-abs(factor), low), abs(factor))
