"""EfficientNetV2: EfficientNet whose first stages have whole convolutions in the place of depthwise ones."""

from math import ceil

from keraunos import layers
from keraunos.applications.efficientnet import DROPPED, KERNEL, conv, ending, shortened, weighed
from keraunos.applications.family import USUAL, Family
from keraunos.applications.imagenet_utils import decode_predictions, preprocessing
from keraunos.applications.weights import STORAGE

# Filters of the stem, and of every stage: whether its convolutions are whole, number of blocks, filters, widening,
# stride of the first block.
_B = (
    32,
    (True, 1, 16, 1, 1),
    (True, 2, 32, 4, 2),
    (True, 2, 48, 4, 2),
    (False, 3, 96, 4, 2),
    (False, 5, 112, 6, 1),
    (False, 8, 192, 6, 2),
)
_S = (
    24,
    (True, 2, 24, 1, 1),
    (True, 4, 48, 4, 2),
    (True, 4, 64, 4, 2),
    (False, 6, 128, 4, 2),
    (False, 9, 160, 6, 1),
    (False, 15, 256, 6, 2),
)
_M = (
    24,
    (True, 3, 24, 1, 1),
    (True, 5, 48, 4, 2),
    (True, 5, 80, 4, 2),
    (False, 7, 160, 4, 2),
    (False, 14, 176, 6, 1),
    (False, 18, 304, 6, 2),
    (False, 5, 512, 6, 1),
)
_L = (
    32,
    (True, 4, 32, 1, 1),
    (True, 7, 64, 4, 2),
    (True, 7, 96, 4, 2),
    (False, 10, 192, 4, 2),
    (False, 19, 224, 6, 1),
    (False, 25, 384, 6, 2),
    (False, 7, 640, 6, 1),
)
# As in files of Keras, which do not say "zeros".
_ZERO = {"class_name": "Constant", "config": {"value": 0.0}}


def _rounded(filters):
    """The multiple of 8 nearest to `filters`."""
    return max(8, int(filters + 4) // 8 * 8)


def _active(x, name):
    return layers.Activation("swish", name=f"{name}activation")(x)


def _whole(frame, x, filters, stride, widening, name):
    """A 3 x 3 convolution that widens, and one of 1 x 1 back; where nothing is widened, one 3 x 3 convolution."""
    if widening == 1:
        return _active(conv(frame, x, filters, 3, f"{name}project", stride), f"{name}project_")
    x = conv(frame, x, x.shape[frame.axis] * widening, 3, f"{name}expand", stride)
    return conv(frame, _active(x, f"{name}expand_"), filters, 1, f"{name}project")


def _split(frame, x, filters, stride, widening, name):
    """A 1 x 1 convolution that widens, a depthwise one, and one of 1 x 1 back."""
    inner = max(1, x.shape[frame.axis] // 4)
    x = conv(frame, x, x.shape[frame.axis] * widening, 1, f"{name}expand")
    x = layers.DepthwiseConv2D(
        3,
        strides=stride,
        depthwise_initializer=KERNEL,
        padding="same",
        use_bias=False,
        name=f"{name}dwconv2",
    )(_active(x, f"{name}expand_"))
    x = weighed(frame, _active(frame.norm(x, f"{name}bn"), name), inner, name)
    return conv(frame, x, filters, 1, f"{name}project")


def _scaled(frame, x, by_moments):
    """Pixels from 0 to 255 as the first convolution expects them."""
    if by_moments and frame.shape[frame.axis - 1] == 3:
        x = layers.Rescaling(scale=1.0 / 255)(x)
        variance = [0.229**2, 0.224**2, 0.225**2]
        return layers.Normalization(mean=[0.485, 0.456, 0.406], variance=variance, axis=frame.axis)(x)
    return layers.Rescaling(scale=1.0 / 128.0, offset=-1)(x)


def _build(frame, stages, width, depth):
    x = frame.image
    if frame.given.include_preprocessing:
        x = _scaled(frame, x, by_moments=stages is _B)
    stem, *stages = stages
    x = layers.Activation("swish", name="stem_activation")(conv(frame, x, _rounded(stem * width), 3, "stem", 2))
    # Dropped rates rise to those of the narrowest variant's number of blocks, and further in deeper ones.
    done, count = 0, sum(stage[1] for stage in stages)
    for number, (whole, blocks, filters, widening, first_stride) in enumerate(stages, 1):
        filters = _rounded(filters * width)
        for i in range(ceil(depth * blocks)):
            name, stride = f"block{number}{chr(ord('a') + i)}_", 1 if i else first_stride
            shortcut = x
            x = (_whole if whole else _split)(frame, x, filters, stride, widening, name)
            if stride == 1 and shortcut.shape[frame.axis] == filters:
                x = shortened(x, shortcut, DROPPED * done / count, name)
            done += 1
    return ending(frame, x, _rounded(1280 * width), DROPPED, bias_initializer=_ZERO)


_family = Family(
    __name__,
    _build,
    paper="Tan, Le, EfficientNetV2: Smaller Models and Faster Training, 2021, arXiv:2104.00298",
    pixels="from 0 to 255; without `include_preprocessing` from -1 to 1.",
    url=STORAGE + "efficientnet_v2/{file}{notop}.h5",
    arguments=(*USUAL[:-1], "include_preprocessing", "name"),
    norm={"momentum": 0.9},
    scaled="pixels from -1 to 1",
)
# Name -> stages, rows and columns of pictures, factors of filters and of blocks, hashes of the weights with and without
# a top.
_ROWS = {
    "B0": (_B, 224, 1.0, 1.0, "21ecbf6da12460d5c40bb2f29ceb2188", "893217f2bb855e2983157299931e43ff"),
    "B1": (_B, 240, 1.0, 1.1, "069f0534ff22adf035c89e2d9547a9dc", "0e80663031ca32d657f9caa404b6ec37"),
    "B2": (_B, 260, 1.1, 1.2, "424e49f28180edbde1e94797771950a7", "1dfe2e7a5d45b6632553a8961ea609eb"),
    "B3": (_B, 300, 1.2, 1.4, "1f1fc43bd98a6e4fd8fdfd551e02c7a0", "f6abf7b5849ac99a89b50dd3fd532856"),
    "S": (_S, 384, 1.0, 1.0, "e1d88a8495beba45748fedd0cecbe016", "af0682fb74e8c54910f2d4393339c070"),
    "M": (_M, 480, 1.0, 1.0, "a3bf6aa3276309f4fc6a34aa114c95cd", "1b8dc055df72dde80d614482840fe342"),
    "L": (_L, 480, 1.0, 1.0, "27e6d408b53c7ebc868fefa357689935", "b0b66b5c863aef5b46e8608fe1711615"),
}
(
    EfficientNetV2B0,
    EfficientNetV2B1,
    EfficientNetV2B2,
    EfficientNetV2B3,
    EfficientNetV2S,
    EfficientNetV2M,
    EfficientNetV2L,
) = (
    _family.model(
        f"EfficientNetV2{name}", f"efficientnetv2-{name.lower()}", hashes, size, stages=stages, width=width, depth=depth
    )
    for name, (stages, size, width, depth, *hashes) in _ROWS.items()
)
preprocess_input = preprocessing(__name__, None)
__all__ = [*(f"EfficientNetV2{name}" for name in _ROWS), "decode_predictions", "preprocess_input"]
