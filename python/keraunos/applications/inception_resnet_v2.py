"""InceptionResNetV2: Inception's branches beside a shortcut."""

from keraunos import layers
from keraunos.applications.family import Family
from keraunos.applications.imagenet_utils import decode_predictions, preprocessing
from keraunos.applications.layers import CustomScaleLayer

__all__ = ["InceptionResNetV2", "decode_predictions", "preprocess_input"]

# The branches of a block: convolutions (filters, kernel) one after another.
_BRANCHES = {
    "block35": (((32, 1),), ((32, 1), (32, 3)), ((32, 1), (48, 3), (64, 3))),
    "block17": (((192, 1),), ((128, 1), (160, (1, 7)), (192, (7, 1)))),
    "block8": (((192, 1),), ((192, 1), (224, (1, 3)), (256, (3, 1)))),
}


def _conv(frame, x, filters, kernel, strides=1, padding="same", name=None):
    """A convolution with normalization and activation."""
    x = layers.Conv2D(filters, kernel, strides=strides, padding=padding, use_bias=False, name=name)(x)
    x = frame.norm(x, name and f"{name}_bn")
    return layers.Activation("relu", name=name and f"{name}_ac")(x)


def _chain(frame, x, *convolutions):
    for filters, kernel in convolutions:
        x = _conv(frame, x, filters, kernel)
    return x


def _halved(frame, x, filters):
    return _conv(frame, x, filters, 3, 2, "valid")


def _joined(frame, branches, name):
    return layers.Concatenate(axis=frame.axis, name=name)(branches)


def _block(frame, x, kind, number, scale, active=True):
    """Branches, brought to the channels of `x` and added to it, `scale` times."""
    name = f"{kind}_{number}"
    mixed = _joined(frame, [_chain(frame, x, *branch) for branch in _BRANCHES[kind]], f"{name}_mixed")
    mixed = layers.Conv2D(x.shape[frame.axis], 1, padding="same", name=f"{name}_conv")(mixed)
    x = CustomScaleLayer(scale)([x, mixed])
    return layers.Activation("relu", name=f"{name}_ac")(x) if active else x


def _build(frame):
    x = _halved(frame, frame.image, 32)
    x = _conv(frame, x, 32, 3, padding="valid")
    x = _conv(frame, x, 64, 3)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = _conv(frame, x, 80, 1, padding="valid")
    x = _conv(frame, x, 192, 3, padding="valid")
    x = layers.MaxPooling2D(3, strides=2)(x)
    chains = (((96, 1),), ((48, 1), (64, 5)), ((64, 1), (96, 3), (96, 3)))
    branches = [_chain(frame, x, *chain) for chain in chains]
    pooled = layers.AveragePooling2D(3, strides=1, padding="same")(x)
    x = _joined(frame, [*branches, _conv(frame, pooled, 64, 1)], "mixed_5b")
    for number in range(1, 11):
        x = _block(frame, x, "block35", number, 0.17)
    branches = [_halved(frame, x, 384), _halved(frame, _chain(frame, x, (256, 1), (256, 3)), 384)]
    x = _joined(frame, [*branches, layers.MaxPooling2D(3, strides=2)(x)], "mixed_6a")
    for number in range(1, 21):
        x = _block(frame, x, "block17", number, 0.1)
    branches = [
        _halved(frame, _chain(frame, x, (256, 1)), 384),
        _halved(frame, _chain(frame, x, (256, 1)), 288),
        _halved(frame, _chain(frame, x, (256, 1), (288, 3)), 320),
    ]
    x = _joined(frame, [*branches, layers.MaxPooling2D(3, strides=2)(x)], "mixed_7a")
    for number in range(1, 10):
        x = _block(frame, x, "block8", number, 0.2)
    x = _block(frame, x, "block8", 10, 1.0, active=False)
    return frame.top(_conv(frame, x, 1536, 1, name="conv_7b"), "avg_pool")


_family = Family(
    __name__,
    _build,
    paper="Szegedy, Ioffe, Vanhoucke, Alemi, Inception-v4, Inception-ResNet and the Impact of Residual Connections on "
    "Learning, 2016, arXiv:1602.07261",
    pixels="as `keras.applications.inception_resnet_v2.preprocess_input` makes them.",
    size=299,
    smallest=75,
    norm={"scale": False},
    example="weights=None, input_shape=(75, 75, 3)",
)
InceptionResNetV2 = _family.model(
    "InceptionResNetV2",
    "inception_resnet_v2",
    ("e693bd0210a403b3192acc6073ad2e96", "d19885ff4a710c122648d3b5c3b684e4"),
)
preprocess_input = preprocessing(__name__, "tf")
