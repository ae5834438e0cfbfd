"""Checks of what the functions of models are given, before anything is made or fetched."""

import os
import sys
import warnings

from keraunos import _arguments, activations, config
from keraunos.symbolic.keras_tensor import is_keras_tensor

IMAGENET_CLASSES = 1000


def check(tag, given):
    """Raises a ValueError for arguments that make no model.

    Args:
        tag: the model's name, for messages.
        given: the arguments by name, as attributes.
    """
    weights = given.weights
    is_path = isinstance(weights, (str, os.PathLike))
    if weights not in (None, "imagenet") and not (is_path and os.path.exists(weights)):
        raise ValueError(
            f"[{tag}] weights: expected None, 'imagenet' or the path of a file, got {weights!r}; there is no such file"
        )
    _arguments.int_tuple(tag, "classes", given.classes, 1)
    if weights == "imagenet" and given.include_top and given.classes != IMAGENET_CLASSES:
        raise ValueError(
            f"[{tag}] classes: expected {IMAGENET_CLASSES}, which the weights tell apart, got {given.classes}; pass "
            "include_top=False and put a Dense layer of your own on top"
        )
    if given.pooling is not None:
        _arguments.one_of(tag, "pooling", given.pooling, ("avg", "max"))
    if given.include_top and weights is not None:
        allowed = (activations.linear, activations.softmax)
        if activations.get(given.classifier_activation) not in allowed:
            raise ValueError(
                f"[{tag}] classifier_activation: expected None or 'softmax', with which the weights were trained, got "
                f"{given.classifier_activation!r}"
            )
    if given.input_tensor is not None and not is_keras_tensor(given.input_tensor):
        raise ValueError(
            f"[{tag}] input_tensor: expected a KerasTensor, such as keras.Input(...), got "
            f"{type(given.input_tensor).__name__}"
        )


def warn(message):
    """Warns with the line that called a function of this package."""
    level, package = 2, f"{__package__}."
    while sys._getframe(level - 1).f_globals.get("__name__", "").startswith(package):
        level += 1
    warnings.warn(message, stacklevel=level)


def rows_and_columns(shape):
    """The extents of a picture in the layout of `keras.config.image_data_format()`.

    >>> from keraunos.applications.checks import rows_and_columns
    >>> rows_and_columns((32, 48, 3))
    (32, 48)
    """
    return tuple(shape[1:] if config.image_data_format() == "channels_first" else shape[:-1])


def shape_of(rows, columns, channels=3):
    """The shape of a picture in the layout of `keras.config.image_data_format()`.

    >>> from keraunos.applications.checks import shape_of
    >>> shape_of(32, 48)
    (32, 48, 3)
    """
    first = config.image_data_format() == "channels_first"
    return (channels, rows, columns) if first else (rows, columns, channels)


def picture_shape(tag, given, size, smallest):
    """The shape of a picture without the batch axis, `(H, W, C)` or `(C, H, W)`.

    Args:
        tag: the model's name, for messages.
        given: the arguments by name, as attributes.
        size: rows and columns where `input_shape` says nothing and there is a top.
        smallest: rows and columns below which a layer would have no output.

    Raises:
        ValueError: for a shape that the model cannot take.
    """
    top, imagenet = given.include_top, given.weights == "imagenet"
    if not given.input_shape:
        return shape_of(size, size) if top else shape_of(None, None)
    shape = three(tag, given.input_shape)
    if imagenet and top and shape != shape_of(size, size):
        raise ValueError(
            f"[{tag}] input_shape: expected {shape_of(size, size)} with include_top=True and the weights of ImageNet, "
            f"got {shape}"
        )
    check_channels(tag, shape, imagenet)
    check_size(tag, shape, smallest)
    if top and None in shape:
        raise ValueError(f"[{tag}] input_shape: include_top=True needs known rows and columns, got {shape}")
    return shape


def three(tag, shape):
    """`shape` as a tuple of rows, columns and channels, which have to be known.

    Raises:
        ValueError: for anything else.

    >>> from keraunos.applications.checks import three
    >>> three("resnet50", [None, 32, 3])
    (None, 32, 3)
    """
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    known = [extent for extent in shape if extent is not None]
    whole = all(isinstance(extent, int) and extent > 0 for extent in known)
    if len(shape) != 3 or not whole or _channels(shape) is None:
        raise ValueError(
            f"[{tag}] input_shape: expected three integers such as {shape_of(224, 224)}, without the batch axis, got "
            f"{shape}"
        )
    return shape


def _channels(shape):
    return shape[0 if config.image_data_format() == "channels_first" else -1]


def check_channels(tag, shape, imagenet):
    """Raises a ValueError where the weights of ImageNet have another number of channels; warns where pictures usually
    have."""
    if imagenet and _channels(shape) != 3:
        raise ValueError(f"[{tag}] input_shape: the weights of ImageNet are for 3 channels, got {shape}")
    if _channels(shape) not in (1, 3):
        warn(f"[{tag}] pictures usually have 1 or 3 channels, input_shape={shape} has {_channels(shape)}")


def check_size(tag, shape, smallest):
    """Raises a ValueError for pictures that are too small."""
    if any(extent is not None and extent < smallest for extent in rows_and_columns(shape)):
        raise ValueError(f"[{tag}] input_shape: expected at least {smallest} x {smallest} pixels, got {shape}")


def only_channels_last(tag):
    """Raises a ValueError where pictures have their channels first, for models that are not made for that."""
    if config.image_data_format() == "channels_first":
        raise ValueError(
            f"[{tag}] needs pictures of shape (H, W, C): call keras.config.set_image_data_format('channels_last')"
        )
