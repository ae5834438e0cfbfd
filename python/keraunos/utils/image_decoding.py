"""The stage of a pipeline that reads image files."""

import io

import numpy as np

from keraunos.data.elements import TensorSpec
from keraunos.data.work import Map
from keraunos.utils.image_files import FORMATS
from keraunos.utils.images import CHANNELS, in_colors, pillow, resized

# Keras's names of interpolations that Pillow has.
METHODS = {
    "bilinear": "bilinear",
    "nearest": "nearest",
    "bicubic": "bicubic",
    "area": "box",
    "lanczos3": "lanczos",
}


class ImageReader:
    """Reads one file as a float32 array `(H, W, C)`, or `(C, H, W)`, with values from 0 to 255.

    Args:
        size: `(height, width)`.
        color_mode: "rgb", "rgba" or "grayscale".
        interpolation: a key of METHODS. Pillow averages over all pixels when it makes pictures smaller.
        fit: "stretch", "crop" (the middle part that has the proportions of `size`) or "pad" (with zeros).
        channels_first: whether channels are the first axis.
    """

    def __init__(self, size, color_mode, interpolation, fit, channels_first):
        self._size, self._mode, self._fit, self._first = size, color_mode, fit, channels_first
        self._method = METHODS[interpolation]
        self._open = pillow().open
        channels = CHANNELS[color_mode]
        self.shape = (channels, *size) if channels_first else (*size, channels)

    def __call__(self, path):
        try:
            # From memory: Pillow reads small pieces, each with a system call.
            with open(path, "rb", buffering=0) as file:
                content = io.BytesIO(file.read())
            array = self._array(self._open(content, formats=FORMATS))
        except OSError as error:
            raise OSError(f"[image] {path}: {error}") from error
        return np.ascontiguousarray(array.transpose(2, 0, 1)) if self._first else array

    def _array(self, picture):
        height, width = self._size
        if picture.format == "JPEG" and self._method != "nearest" and self._mode != "rgba":
            # JPEG decodes to 1/2, 1/4 or 1/8 of the size for less work; twice the size wanted leaves room to average.
            picture.draft(None, (2 * width, 2 * height))
        picture = in_colors(picture, self._mode)
        if self._fit == "pad":
            return self._padded(picture)
        if picture.size != (width, height):
            picture = resized(picture, self._size, self._method, self._fit == "crop")
        return self._floats(picture)

    def _padded(self, picture):
        height, width = self._size
        ratio = max(picture.width / width, picture.height / height)
        inner = max(1, int(picture.height / ratio)), max(1, int(picture.width / ratio))
        small = self._floats(resized(picture, inner, self._method))
        array = np.zeros((height, width, small.shape[2]), np.float32)
        top, left = (height - inner[0]) // 2, (width - inner[1]) // 2
        array[top : top + inner[0], left : left + inner[1]] = small
        return array

    def _floats(self, picture):
        array = np.asarray(picture).astype(np.float32)
        return array if array.ndim == 3 else array[..., None]


class ReadImages(Map):
    """Paths, or (path, ...), as pictures; `parallel` threads."""

    def __init__(self, source, reader, parallel):
        super().__init__(source, reader, parallel)
        self._reader = reader

    def apply(self, element):
        if isinstance(element, tuple):
            return (self._reader(element[0][()]), *element[1:])
        return self._reader(element[()])

    def spec(self):
        read, before = TensorSpec(self._reader.shape, "float32"), self.sources[0].spec()
        return (read, *before[1:]) if isinstance(before, tuple) else read
