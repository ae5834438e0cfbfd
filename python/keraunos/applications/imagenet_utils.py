"""What goes in front of a model and behind it: pixels as its weights expect them, and names of classes."""

import functools
import json

import numpy as np

from keraunos import _arguments, config, ops
from keraunos.applications.checks import IMAGENET_CLASSES
from keraunos.applications.weights import fetched
from keraunos.graph import dtypes

__all__ = ["decode_predictions", "preprocess_input"]

_CLASS_INDEX = "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json"
_CLASS_INDEX_HASH = "c2c37ea517e94d9795004a39431a14cb"
# Means of the pixels of ImageNet per channel: blue, green, red from 0 to 255; red, green, blue from 0 to 1, with their
# standard deviations.
_BGR_MEANS = (103.939, 116.779, 123.68)
_RGB_MEANS, _RGB_DEVIATIONS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_MODES = {
    "caffe": "blue, green, red from 0 to 255, less the means of ImageNet",
    "tf": "from -1 to 1",
    "torch": "from 0 to 1, less the means of ImageNet, divided by its standard deviations",
}


def preprocess_input(x, data_format=None, mode="caffe"):
    """Pixels as a network was trained on them.

    Args:
        x: pictures, `(N, H, W, 3)` or `(H, W, 3)`, red, green and blue from 0 to 255: an array, which is left as it is
            (Keras writes over arrays of floats), a tensor or a KerasTensor. Integers become floats.
        data_format: "channels_last", or "channels_first" for `(N, 3, H, W)` or `(3, H, W)`; default:
            `keras.config.image_data_format()`.
        mode: "caffe": blue, green, red, less the means of ImageNet; "tf": from -1 to 1; "torch": from 0 to 1, less
            the means, divided by the standard deviations.

    Returns:
        Pictures of the same kind and shape, floats.

    Raises:
        ValueError: for other modes and layouts, and where "caffe" and "torch" find no 3 channels.

    Source: https://keras.io/api/applications/

    Example:

    >>> import keraunos as keras, numpy as np
    >>> pixel = np.array([[[255, 0, 51]]], "uint8")
    >>> keras.applications.imagenet_utils.preprocess_input(pixel, mode="tf")
    array([[[ 1. , -1. , -0.6]]], dtype=float32)
    """
    _arguments.one_of("preprocess_input", "mode", mode, tuple(_MODES))
    data_format = _arguments.data_format("preprocess_input", data_format)
    is_array = isinstance(x, np.ndarray)
    if is_array:
        x = x if np.issubdtype(x.dtype, np.floating) else x.astype(config.floatx())
    else:
        x = ops.convert_to_tensor(x)
        x = x if dtypes.is_float(x.dtype) else ops.cast(x, config.floatx())
    if mode == "tf":
        return x / 127.5 - 1.0
    axis = len(x.shape) - 1 if data_format == "channels_last" else 0 if len(x.shape) == 3 else 1
    if len(x.shape) < 3 or x.shape[axis] not in (None, 3):
        raise ValueError(
            f"[preprocess_input] expected pictures with 3 channels on axis {axis} ({data_format}), got shape "
            f"{tuple(x.shape)}"
        )
    shape = [3 if place == axis else 1 for place in range(len(x.shape))]

    def channels(values):
        values = np.reshape(values, shape)
        return values.astype(x.dtype) if is_array else ops.convert_to_tensor(values, dtype=x.dtype)

    if mode == "torch":
        return (x / 255.0 - channels(_RGB_MEANS)) / channels(_RGB_DEVIATIONS)
    return (np if is_array else ops).flip(x, axis) - channels(_BGR_MEANS)


def decode_predictions(preds, top=5):
    """The likeliest classes of ImageNet by name. The names are a file of 35 KB, which is downloaded into the cache when
    it is not there.

    Args:
        preds: what a model with a top predicts, `(N, 1000)`.
        top: number of classes.

    Returns:
        For every picture a list of (WordNet's identifier, name, score), the likeliest first.

    Raises:
        ValueError: for other shapes, and less than one class.
        FileNotFoundError: when the names are neither on this machine nor to be had.

    Source: https://keras.io/api/applications/

    Example:

    >>> import keraunos as keras, numpy as np
    >>> scores = np.eye(1000)[:1]
    >>> keras.applications.imagenet_utils.decode_predictions(scores, top=1)  # doctest: +SKIP
    [[('n01440764', 'tench', 1.0)]]
    """
    preds = ops.convert_to_numpy(preds)
    if preds.ndim != 2 or preds.shape[1] != IMAGENET_CLASSES:
        raise ValueError(
            f"[decode_predictions] expected scores of shape (N, {IMAGENET_CLASSES}), which models with the classes of "
            f"ImageNet predict, got {preds.shape}"
        )
    _arguments.int_tuple("decode_predictions", "top", top, 1)
    classes = _classes(fetched("decode_predictions", _CLASS_INDEX, _CLASS_INDEX_HASH))
    return [[(*classes[str(i)], scores[i]) for i in scores.argsort()[::-1][:top]] for scores in preds]


@functools.cache
def _classes(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def preprocessing(module, mode):
    """The function `preprocess_input` of a family.

    Args:
        module: `__name__` of the family's module.
        mode: see `preprocess_input`; None: the models do it themselves.
    """

    def function(x, data_format=None):
        return x if mode is None else preprocess_input(x, data_format, mode)

    what = f"{_MODES[mode]}: see `imagenet_utils.preprocess_input`" if mode else "left as they are"
    why = "" if mode else " The models of this family scale pixels from 0 to 255 themselves."
    place = module.removeprefix("keraunos.")
    function.__name__ = function.__qualname__ = "preprocess_input"
    function.__module__ = module
    function.__doc__ = f"""Pixels {what}.{why}

    Args:
        x: pictures, `(N, H, W, 3)` or `(H, W, 3)`, from 0 to 255: an array, tensor or KerasTensor.
        data_format: "channels_last" or "channels_first"; default: `keras.config.image_data_format()`.

    Raises:
        ValueError: for other layouts.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.{place}.preprocess_input(np.zeros((1, 32, 32, 3))).shape
    (1, 32, 32, 3)
    """
    return function
