"""EfficientNet: one small network, made wider, deeper and larger together."""

import math

from keraunos import layers
from keraunos.applications.blocks import divisible, strided_padding
from keraunos.applications.family import Family
from keraunos.applications.imagenet_utils import decode_predictions, preprocessing

__all__ = [*(f"EfficientNetB{number}" for number in range(8)), "decode_predictions", "preprocess_input"]

# Kernel, number of blocks, filters, widening, stride of the first block.
_STAGES = (
    (3, 1, 16, 1, 1),
    (3, 2, 24, 6, 2),
    (5, 2, 40, 6, 2),
    (3, 3, 80, 6, 2),
    (5, 3, 112, 6, 1),
    (5, 4, 192, 6, 2),
    (3, 1, 320, 6, 1),
)
DROPPED = 0.2  # rate at which the last block is left out of a training step; that of earlier ones is less
POOLS = ("avg_pool", "max_pool")
# He normal by outputs, and a uniform distribution of the same kind for the top.
KERNEL = {
    "class_name": "VarianceScaling",
    "config": {"scale": 2.0, "mode": "fan_out", "distribution": "truncated_normal"},
}
TOP_KERNEL = {
    "class_name": "VarianceScaling",
    "config": {"scale": 1.0 / 3.0, "mode": "fan_out", "distribution": "uniform"},
}
# What the weights expect beside the layer of moments: they were trained on pixels divided by these once more.
_DEVIATIONS = (0.229, 0.224, 0.225)


def conv(frame, x, filters, kernel, name, strides=1, padding="same"):
    """A convolution `<name>_conv` with normalization `<name>_bn` and without activation."""
    x = layers.Conv2D(
        filters,
        kernel,
        strides=strides,
        padding=padding,
        use_bias=False,
        kernel_initializer=KERNEL,
        name=f"{name}_conv",
    )(x)
    return frame.norm(x, f"{name}_bn")


def weighed(frame, x, inner, name):
    """Every channel times a number from 0 to 1 that two small layers make of the means of all.

    Args:
        frame: see `Frame`.
        x: KerasTensor of pictures.
        inner: channels of the first of the two.
        name: how the names of layers begin.
    """
    channels = x.shape[frame.axis]
    scale = layers.GlobalAveragePooling2D(name=f"{name}se_squeeze")(x)
    shape = (channels, 1, 1) if frame.axis == 1 else (1, 1, channels)
    scale = layers.Reshape(shape, name=f"{name}se_reshape")(scale)
    for filters, activation, what in ((inner, "swish", "reduce"), (channels, "sigmoid", "expand")):
        scale = layers.Conv2D(
            filters,
            1,
            padding="same",
            activation=activation,
            kernel_initializer=KERNEL,
            name=f"{name}se_{what}",
        )(scale)
    return layers.multiply([x, scale], name=f"{name}se_excite")


def shortened(x, shortcut, dropped, name):
    """`x + shortcut`, where whole pictures of `x` are left out at the rate `dropped` in training."""
    if dropped:
        x = layers.Dropout(dropped, noise_shape=(None, 1, 1, 1), name=f"{name}drop")(x)
    return layers.add([x, shortcut], name=f"{name}add")


def ending(frame, x, filters, dropout, **options):
    """The last convolution and the top; `options`: of its `Dense` layer."""
    x = layers.Activation("swish", name="top_activation")(conv(frame, x, filters, 1, "top"))
    return frame.top(x, "avg_pool", POOLS, dropout, kernel_initializer=TOP_KERNEL, **options)


def _block(frame, x, filters, kernel, stride, widening, dropped, name):
    shortcut, channels = x, x.shape[frame.axis]
    if widening != 1:
        x = conv(frame, x, channels * widening, 1, f"{name}expand")
        x = layers.Activation("swish", name=f"{name}expand_activation")(x)
    if stride == 2:
        x = layers.ZeroPadding2D(strided_padding(x, kernel), name=f"{name}dwconv_pad")(x)
    x = layers.DepthwiseConv2D(
        kernel,
        strides=stride,
        padding="valid" if stride == 2 else "same",
        use_bias=False,
        depthwise_initializer=KERNEL,
        name=f"{name}dwconv",
    )(x)
    x = layers.Activation("swish", name=f"{name}activation")(frame.norm(x, f"{name}bn"))
    x = weighed(frame, x, max(1, channels // 4), name)
    x = conv(frame, x, filters, 1, f"{name}project")
    return shortened(x, shortcut, dropped, name) if stride == 1 and channels == filters else x


def _build(frame, width, depth, dropout):
    x = layers.Rescaling(1.0 / 255.0)(frame.image)
    x = layers.Normalization(axis=frame.axis)(x)
    if frame.imagenet:
        x = layers.Rescaling([1.0 / math.sqrt(deviation) for deviation in _DEVIATIONS])(x)
    x = layers.ZeroPadding2D(strided_padding(x, 3), name="stem_conv_pad")(x)
    x = conv(frame, x, divisible(32 * width), 3, "stem", strides=2, padding="valid")
    x = layers.Activation("swish", name="stem_activation")(x)
    depths = [math.ceil(depth * stage[1]) for stage in _STAGES]
    done = 0
    for number, (kernel, _, filters, widening, first_stride) in enumerate(_STAGES, 1):
        for i in range(depths[number - 1]):
            name, stride = f"block{number}{chr(ord('a') + i)}_", 1 if i else first_stride
            dropped = DROPPED * done / sum(depths)
            x = _block(frame, x, divisible(filters * width), kernel, stride, widening, dropped, name)
            done += 1
    return ending(frame, x, divisible(1280 * width), dropout)


_family = Family(
    __name__,
    _build,
    paper="Tan, Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019, arXiv:1905.11946",
    pixels="from 0 to 255; the model scales them.",
    url="https://storage.googleapis.com/keras-applications/{file}{notop}.h5",
)
# Name -> rows and columns of pictures, factors of filters and of blocks, dropout in front of the top, hashes of the
# weights with and without a top.
_ROWS = {
    "EfficientNetB0": (224, 1.0, 1.0, 0.2, "902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"),
    "EfficientNetB1": (240, 1.0, 1.1, 0.2, "1d254153d4ab51201f1646940f018540", "74c4e6b3e1f6a1eea24c589628592432"),
    "EfficientNetB2": (260, 1.1, 1.2, 0.3, "b15cce36ff4dcbd00b6dd88e7857a6ad", "111f8e2ac8aa800a7a99e3239f7bfb39"),
    "EfficientNetB3": (300, 1.2, 1.4, 0.3, "ffd1fdc53d0ce67064dc6a9c7960ede0", "af6d107764bb5b1abb91932881670226"),
    "EfficientNetB4": (380, 1.4, 1.8, 0.4, "18c95ad55216b8f92d7e70b3a046e2fc", "ebc24e6d6c33eaebbd558eafbeedf1ba"),
    "EfficientNetB5": (456, 1.6, 2.2, 0.4, "ace28f2a6363774853a83a0b21b9421a", "38879255a25d3c92d5e44e04ae6cec6f"),
    "EfficientNetB6": (528, 1.8, 2.6, 0.5, "165f6e37dce68623721b423839de8be5", "9ecce42647a20130c1f39a5d4cb75743"),
    "EfficientNetB7": (600, 2.0, 3.1, 0.5, "8c03f828fec3ef71311cd463b6759d99", "cbcfe4450ddf6f3ad90b1b398090fe4a"),
}
(
    EfficientNetB0,
    EfficientNetB1,
    EfficientNetB2,
    EfficientNetB3,
    EfficientNetB4,
    EfficientNetB5,
    EfficientNetB6,
    EfficientNetB7,
) = (
    _family.model(name, name.lower(), hashes, size, width=width, depth=depth, dropout=dropout)
    for name, (size, width, depth, dropout, *hashes) in _ROWS.items()
)
preprocess_input = preprocessing(__name__, None)
