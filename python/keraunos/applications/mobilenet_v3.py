"""MobileNetV3: blocks of MobileNetV2 in an order found by search, some of which weigh their channels."""

from keraunos import layers
from keraunos.applications import checks
from keraunos.applications.blocks import divisible, strided_padding
from keraunos.applications.family import Family
from keraunos.applications.imagenet_utils import decode_predictions, preprocessing
from keraunos.applications.sized_family import check_agreement, check_alpha, warn_of_size
from keraunos.applications.weights import STORAGE

__all__ = ["MobileNetV3Large", "MobileNetV3Small", "decode_predictions", "preprocess_input"]

# Widening, filters, rows and columns of the kernel, stride, whether channels are weighed, whether hard swish is the
# activation (else ReLU).
_SMALL = (
    (1, 16, 3, 2, True, False),
    (72 / 16, 24, 3, 2, False, False),
    (88 / 24, 24, 3, 1, False, False),
    (4, 40, 5, 2, True, True),
    *[(6, 40, 5, 1, True, True)] * 2,
    *[(3, 48, 5, 1, True, True)] * 2,
    (6, 96, 5, 2, True, True),
    *[(6, 96, 5, 1, True, True)] * 2,
)
_LARGE = (
    (1, 16, 3, 1, False, False),
    (4, 24, 3, 2, False, False),
    (3, 24, 3, 1, False, False),
    (3, 40, 5, 2, True, False),
    *[(3, 40, 5, 1, True, False)] * 2,
    (6, 80, 3, 2, False, True),
    (2.5, 80, 3, 1, False, True),
    *[(2.3, 80, 3, 1, False, True)] * 2,
    *[(6, 112, 3, 1, True, True)] * 2,
    (6, 160, 5, 2, True, True),
    *[(6, 160, 5, 1, True, True)] * 2,
)


def _active(frame, x, swish=True):
    return layers.Activation("hard_swish")(x) if swish and not frame.given.minimalistic else layers.ReLU()(x)


def _weighed(x, filters, prefix):
    """Every channel times a number from 0 to 1 that two small layers make of the means of all."""
    prefix += "squeeze_excite"
    scale = layers.GlobalAveragePooling2D(keepdims=True, name=f"{prefix}_avg_pool")(x)
    scale = layers.Conv2D(divisible(filters / 4), 1, padding="same", name=f"{prefix}_conv")(scale)
    scale = layers.ReLU(name=f"{prefix}_relu")(scale)
    scale = layers.Conv2D(filters, 1, padding="same", name=f"{prefix}_conv_1")(scale)
    scale = layers.ReLU(6.0)(scale + 3.0) * (1.0 / 6.0)
    return layers.Multiply(name=f"{prefix}_mul")([x, scale])


def _block(frame, x, row, number):
    widening, filters, kernel, stride, weighed, swish = row
    filters = divisible(filters * frame.given.alpha)
    if frame.given.minimalistic:
        kernel, weighed = 3, False
    shortcut, channels = x, x.shape[frame.axis]
    wide = divisible(channels * widening)
    prefix = f"expanded_conv_{number}_" if number else "expanded_conv_"
    if number:
        x = layers.Conv2D(wide, 1, padding="same", use_bias=False, name=f"{prefix}expand")(x)
        x = _active(frame, frame.norm(x, f"{prefix}expand_bn"), swish)
    if stride == 2:
        x = layers.ZeroPadding2D(strided_padding(x, kernel), name=f"{prefix}depthwise_pad")(x)
    padding = "same" if stride == 1 else "valid"
    x = layers.DepthwiseConv2D(kernel, strides=stride, padding=padding, use_bias=False, name=f"{prefix}depthwise")(x)
    x = _active(frame, frame.norm(x, f"{prefix}depthwise_bn"), swish)
    if weighed:
        x = _weighed(x, wide, prefix)
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"{prefix}project")(x)
    x = frame.norm(x, f"{prefix}project_bn")
    return layers.Add(name=f"{prefix}add")([shortcut, x]) if stride == 1 and channels == filters else x


def _build(frame, rows, last):
    given, x = frame.given, frame.image
    if given.include_preprocessing:
        x = layers.Rescaling(scale=1.0 / 127.5, offset=-1.0)(x)
    x = layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False, name="conv")(x)
    x = _active(frame, frame.norm(x, "conv_bn"))
    for number, row in enumerate(rows):
        x = _block(frame, x, row, number)
    x = layers.Conv2D(divisible(x.shape[frame.axis] * 6), 1, padding="same", use_bias=False, name="conv_1")(x)
    x = _active(frame, frame.norm(x, "conv_1_bn"))
    if not given.include_top:
        return frame.pooled(x, ("avg_pool", "max_pool"))
    last = divisible(last * given.alpha) if given.alpha > 1 else last
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = _active(frame, layers.Conv2D(last, 1, padding="same", name="conv_2")(x))
    if given.dropout_rate > 0:
        x = layers.Dropout(given.dropout_rate)(x)
    x = layers.Conv2D(given.classes, 1, padding="same", name="logits")(x)
    return layers.Activation(given.classifier_activation, name="predictions")(layers.Flatten()(x))


class _MobileNetsV3(Family):
    def shape(self, tag, given, size):
        """Any size, also with a top: the layers there are convolutions."""
        check_agreement(tag, given)
        shape = checks.shape_of(None, None)
        if given.input_shape:
            shape = checks.three(tag, given.input_shape)
        elif given.input_tensor is not None:
            shape = tuple(given.input_tensor.shape[1:])
        checks.check_size(tag, shape, self.smallest)
        if given.weights == "imagenet":
            check_alpha(tag, given.alpha, (1.0,) if given.minimalistic else (0.75, 1.0))
            checks.check_channels(tag, shape, True)
            if checks.rows_and_columns(shape) != (size, size):
                warn_of_size(tag, size, shape)
        return shape

    def source(self, given, shape, file, hashes):
        kind = f"{file}{'_minimalistic' if given.minimalistic else ''}_224_{float(given.alpha)}_float"
        url = self.url.format(kind=kind, notop="" if given.include_top else "_no_top_v2")
        return url, _HASHES[kind][0 if given.include_top else 1]


_HASHES = {
    "large_224_0.75_float": ("765b44a33ad4005b3ac83185abf1d0eb", "40af19a13ebea4e2ee0c676887f69a2e"),
    "large_224_1.0_float": ("59e551e166be033d707958cf9e29a6a7", "07fb09a5933dd0c8eaafa16978110389"),
    "large_minimalistic_224_1.0_float": ("675e7b876c45c57e9e63e6d90a36599c", "ec5221f64a2f6d1ef965a614bdae7973"),
    "small_224_0.75_float": ("cb65d4e5be93758266aa0a7f2c6708b7", "ebdb5cc8e0b497cd13a7c275d475c819"),
    "small_224_1.0_float": ("8768d4c2e7dee89b9d02b2d03d65d862", "d3e8ec802a04aa4fc771ee12a9a9b836"),
    "small_minimalistic_224_1.0_float": ("99cd97fb2fcdad2bf028eb838de69e37", "cde8136e733e811080d9fcd8a252f7e4"),
}
_family = _MobileNetsV3(
    __name__,
    _build,
    paper="Howard and others, Searching for MobileNetV3, 2019, arXiv:1905.02244",
    pixels="from 0 to 255; without `include_preprocessing` from -1 to 1.",
    url=STORAGE + "mobilenet_v3/weights_mobilenet_v3_{kind}{notop}.h5",
    arguments=(
        "input_shape",
        "alpha",
        "minimalistic",
        "include_top",
        "weights",
        "input_tensor",
        "classes",
        "pooling",
        "dropout_rate",
        "classifier_activation",
        "include_preprocessing",
        "name",
    ),
    axis=-1,
    norm={"epsilon": 1e-3, "momentum": 0.999},
    scaled="pixels from -1 to 1",
    default_shape="any size",
    example="weights=None, input_shape=(32, 32, 3), alpha=0.75",
)
MobileNetV3Small = _family.model("MobileNetV3Small", "MobileNetV3Small", file="small", rows=_SMALL, last=1024)
MobileNetV3Large = _family.model("MobileNetV3Large", "MobileNetV3Large", file="large", rows=_LARGE, last=1280)
preprocess_input = preprocessing(__name__, None)
