"""Xception: depthwise separable convolutions with shortcuts around every two or three."""

from keraunos import layers
from keraunos.applications.family import Family
from keraunos.applications.imagenet_utils import decode_predictions, preprocessing

__all__ = ["Xception", "decode_predictions", "preprocess_input"]


def _separable(frame, x, filters, name):
    x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    return frame.norm(x, f"{name}_bn")


def _active(x, name):
    return layers.Activation("relu", name=f"{name}_act")(x)


def _halving(frame, x, block, filters):
    """Two separable convolutions and a pool beside a strided convolution. The first block's input is active already."""
    shortcut = layers.Conv2D(filters[-1], 1, strides=2, padding="same", use_bias=False)(x)
    shortcut = frame.norm(shortcut)
    for i, count in enumerate(filters, 1):
        name = f"block{block}_sepconv{i}"
        x = _separable(frame, x if (block, i) == (2, 1) else _active(x, name), count, name)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"block{block}_pool")(x)
    return layers.add([x, shortcut])


def _build(frame):
    x = layers.Conv2D(32, 3, strides=2, use_bias=False, name="block1_conv1")(frame.image)
    x = _active(frame.norm(x, "block1_conv1_bn"), "block1_conv1")
    x = layers.Conv2D(64, 3, use_bias=False, name="block1_conv2")(x)
    x = _active(frame.norm(x, "block1_conv2_bn"), "block1_conv2")
    for block, filters in ((2, (128, 128)), (3, (256, 256)), (4, (728, 728))):
        x = _halving(frame, x, block, filters)
    for block in range(5, 13):
        shortcut = x
        for name in (f"block{block}_sepconv{i}" for i in (1, 2, 3)):
            x = _separable(frame, _active(x, name), 728, name)
        x = layers.add([x, shortcut])
    x = _halving(frame, x, 13, (728, 1024))
    for i, filters in ((1, 1536), (2, 2048)):
        name = f"block14_sepconv{i}"
        x = _active(_separable(frame, x, filters, name), name)
    return frame.top(x, "avg_pool")


_family = Family(
    __name__,
    _build,
    paper="Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, 2016, arXiv:1610.02357",
    pixels="as `keras.applications.xception.preprocess_input` makes them.",
    size=299,
    smallest=71,
    axis=-1,
    example="weights=None, input_shape=(71, 71, 3)",
)
Xception = _family.model(
    "Xception", "xception", ("0a58e3b7378bc2990ea3b43d5981f1f6", "b0042744bf5b25fce3cb969f33bebb97")
)
preprocess_input = preprocessing(__name__, "tf")
