"""Pictures in files and in arrays, through Pillow, an extra: `pip install keraunos[image]`."""

import io
import os
import pathlib
import warnings

import numpy as np

from keraunos import config

METHODS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
_GREY = ("L", "I;16", "I")  # modes of 8, 16 and 32 bits that "grayscale" leaves as they are


def pillow():
    """The module `PIL.Image`."""
    try:
        from PIL import Image
    except ImportError:
        raise ImportError("[image] image files need Pillow: pip install keraunos[image]") from None
    return Image


def load_img(path, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False):
    """Loads a picture.

    Args:
        path: path (`str`, `bytes`, `pathlib.Path`) or `io.BytesIO`.
        color_mode: "rgb", "rgba" or "grayscale" (16 and 32 bit grey pictures keep their depth).
        target_size: `(height, width)` in pixels; None: as it is.
        interpolation: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos".
        keep_aspect_ratio: whether to cut the picture in the middle to the proportions of `target_size` first.

    Returns:
        A `PIL.Image.Image`.

    Raises:
        TypeError, ValueError: for other arguments.
        OSError: for files that are missing, damaged or no picture.

    Example:

    >>> import io
    >>> from keraunos.utils import load_img, save_img
    >>> file = io.BytesIO()
    >>> save_img(file, [[[0], [255]]], file_format="png")
    >>> load_img(file, target_size=(4, 6)).size
    (6, 4)

    Source: https://keras.io/api/utils/image_utils/
    """
    image = pillow()
    if color_mode not in _MODES:
        raise ValueError(f"[load_img] color_mode must be 'grayscale', 'rgb' or 'rgba', got {color_mode!r}")
    if isinstance(path, io.BytesIO):
        picture = image.open(path)
    elif isinstance(path, (str, bytes, pathlib.Path)):
        with open(path, "rb") as file:
            picture = image.open(io.BytesIO(file.read()))
    else:
        raise TypeError(f"[load_img] expected a path or io.BytesIO, got {type(path).__name__}")
    picture = in_colors(picture, color_mode)
    if target_size is None or picture.size == (target_size[1], target_size[0]):
        return picture
    if interpolation not in METHODS:
        raise ValueError(f"[load_img] interpolation must be one of {', '.join(METHODS)}, got {interpolation!r}")
    return resized(picture, target_size, interpolation, keep_aspect_ratio)


def in_colors(picture, color_mode):
    """A Pillow image in a `color_mode`."""
    mode = _MODES[color_mode]
    return picture if picture.mode == mode or (mode == "L" and picture.mode in _GREY) else picture.convert(mode)


def resized(picture, size, interpolation, crop=False):
    """A Pillow image of `size`, (height, width); with `crop` the middle part of the proportions of `size` only."""
    (width, height), (to_height, to_width) = picture.size, size
    box = None
    if crop:
        high = max(1, min(height, width * to_height // to_width))
        wide = max(1, min(width, height * to_width // to_height))
        left, top = (width - wide) // 2, (height - high) // 2
        box = (left, top, left + wide, top + high)
    return picture.resize((to_width, to_height), pillow().Resampling[interpolation.upper()], box=box)


def img_to_array(img, data_format=None, dtype=None):
    """A picture as an array.

    Args:
        img: `PIL.Image.Image`, or an array of 2 or 3 axes.
        data_format: "channels_last", "channels_first", or None for `config.image_data_format()`.
        dtype: dtype of the result; None: `config.floatx()`.

    Returns:
        Array `(H, W, C)`, or `(C, H, W)`, with values as in the picture, mostly 0 to 255.

    Raises:
        ValueError: for arrays of another rank.

    Example:

    >>> import numpy as np
    >>> from keraunos.utils import img_to_array
    >>> img_to_array(np.zeros((2, 3))).shape
    (2, 3, 1)
    """
    first = _channels_first("img_to_array", data_format)
    array = np.asarray(img, dtype=config.floatx() if dtype is None else dtype)
    if array.ndim not in (2, 3):
        raise ValueError(f"[img_to_array] expected a picture with 2 or 3 axes, got shape {array.shape}")
    if array.ndim == 2:
        return array[None] if first else array[..., None]
    return array.transpose(2, 0, 1) if first else array


def array_to_img(x, data_format=None, scale=True, dtype=None):
    """An array as a picture.

    Args:
        x: array `(H, W, C)` (or `(C, H, W)`) with 1, 3 or 4 channels.
        data_format: see `img_to_array`.
        scale: whether to stretch the values so that the least is 0 and the greatest 255.
        dtype: dtype to compute in; None: `config.floatx()`.

    Returns:
        A `PIL.Image.Image`.

    Raises:
        ValueError: for arrays of other shapes.

    Example:

    >>> import numpy as np
    >>> from keraunos.utils import array_to_img
    >>> array_to_img(np.zeros((2, 3, 3))).mode
    'RGB'
    """
    first = _channels_first("array_to_img", data_format)
    image = pillow()
    array = np.asarray(x, dtype=config.floatx() if dtype is None else dtype)
    if array.ndim != 3:
        raise ValueError(f"[array_to_img] expected one picture of shape (H, W, C), got shape {array.shape}")
    array = array.transpose(1, 2, 0) if first else array
    if array.shape[2] not in (1, 3, 4):
        raise ValueError(f"[array_to_img] expected 1, 3 or 4 channels, got {array.shape[2]} in shape {array.shape}")
    if scale:
        array = array - array.min()
        greatest = array.max()
        array = (array / greatest if greatest else array) * 255
    if array.shape[2] > 1:
        return image.fromarray(np.ascontiguousarray(array.astype("uint8")))
    # More than 8 bits of grey: a picture of 32 bit integers.
    deep = array.size and array.max() > 255
    return image.fromarray(np.ascontiguousarray(array[..., 0].astype("int32" if deep else "uint8")))


def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs):
    """Writes an array as an image file.

    Args:
        path: path, or file object.
        x: array `(H, W, C)` (or `(C, H, W)`) with 1, 3 or 4 channels.
        data_format: see `img_to_array`.
        file_format: name of the format; None: from the ending of `path`.
        scale: see `array_to_img`.
        **kwargs: for `PIL.Image.Image.save`.

    Raises:
        ValueError: for arrays of other shapes, and formats that Pillow cannot write.

    Example:

    >>> import io
    >>> from keraunos.utils import save_img
    >>> save_img(io.BytesIO(), [[[0], [255]]], file_format="png")
    """
    if file_format is None and isinstance(path, (str, os.PathLike)):
        file_format = pathlib.Path(path).suffix[1:].lower()
    file_format = "jpeg" if file_format and file_format.lower() == "jpg" else file_format
    picture = array_to_img(x, data_format, scale)
    if picture.mode == "RGBA" and file_format == "jpeg":
        warnings.warn("[save_img] JPEG has no transparency; the picture is saved as RGB", stacklevel=2)
        picture = picture.convert("RGB")
    try:
        picture.save(path, format=file_format or None, **kwargs)
    except KeyError:
        raise ValueError(f"[save_img] Pillow cannot write the format {file_format!r}; use 'png' or 'jpeg'") from None


def _channels_first(name, data_format):
    data_format = config.image_data_format() if data_format is None else data_format
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(f"[{name}] data_format must be 'channels_last' or 'channels_first', got {data_format!r}")
    return data_format == "channels_first"
