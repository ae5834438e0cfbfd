"""InceptionV3: several convolutions of different size side by side, large ones as a row and a column."""

from keraunos import layers
from keraunos.applications.family import Family
from keraunos.applications.imagenet_utils import decode_predictions, preprocessing

__all__ = ["InceptionV3", "decode_predictions", "preprocess_input"]


def _conv(frame, x, filters, *kernel, **options):
    """A convolution of `kernel` rows and columns with normalization and activation."""
    x = layers.Conv2D(filters, kernel, use_bias=False, **{"padding": "same", **options})(x)
    return layers.Activation("relu")(frame.norm(x))


def _chain(frame, x, *convolutions):
    """Convolutions (filters, rows, columns) one after another."""
    for filters, rows, columns in convolutions:
        x = _conv(frame, x, filters, rows, columns)
    return x


def _halved(frame, x, filters):
    return _conv(frame, x, filters, 3, 3, strides=2, padding="valid")


def _pooled(frame, x, filters):
    """The branch of the mean of neighbours."""
    return _conv(frame, layers.AveragePooling2D(3, strides=1, padding="same")(x), filters, 1, 1)


def _joined(frame, branches, name=None):
    return layers.concatenate(branches, axis=frame.axis, name=name)


def _small(frame, x, pooled, name):
    """35 x 35: kernels up to 5 x 5."""
    branches = [
        _conv(frame, x, 64, 1, 1),
        _chain(frame, x, (48, 1, 1), (64, 5, 5)),
        _chain(frame, x, (64, 1, 1), (96, 3, 3), (96, 3, 3)),
        _pooled(frame, x, pooled),
    ]
    return _joined(frame, branches, name)


def _long(frame, x, width, name):
    """17 x 17: kernels of 7 x 7 as rows and columns."""
    branches = [
        _conv(frame, x, 192, 1, 1),
        _chain(frame, x, (width, 1, 1), (width, 1, 7), (192, 7, 1)),
        _chain(frame, x, (width, 1, 1), (width, 7, 1), (width, 1, 7), (width, 7, 1), (192, 1, 7)),
        _pooled(frame, x, 192),
    ]
    return _joined(frame, branches, name)


def _wide(frame, x, number):
    """8 x 8: a row and a column side by side."""
    first = _conv(frame, x, 320, 1, 1)
    second = _conv(frame, x, 384, 1, 1)
    crossed = [_conv(frame, second, 384, 1, 3), _conv(frame, second, 384, 3, 1)]
    second = _joined(frame, crossed, f"mixed9_{number}")
    third = _chain(frame, x, (448, 1, 1), (384, 3, 3))
    third = _joined(frame, [_conv(frame, third, 384, 1, 3), _conv(frame, third, 384, 3, 1)])
    return _joined(frame, [first, second, third, _pooled(frame, x, 192)], f"mixed{9 + number}")


def _build(frame):
    x = _halved(frame, frame.image, 32)
    x = _conv(frame, x, 32, 3, 3, padding="valid")
    x = _conv(frame, x, 64, 3, 3)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = _conv(frame, x, 80, 1, 1, padding="valid")
    x = _conv(frame, x, 192, 3, 3, padding="valid")
    x = layers.MaxPooling2D(3, strides=2)(x)
    for number, pooled in enumerate((32, 64, 64)):
        x = _small(frame, x, pooled, f"mixed{number}")
    branches = [_halved(frame, x, 384), _halved(frame, _chain(frame, x, (64, 1, 1), (96, 3, 3)), 96)]
    x = _joined(frame, [*branches, layers.MaxPooling2D(3, strides=2)(x)], "mixed3")
    for number, width in enumerate((128, 160, 160, 192), 4):
        x = _long(frame, x, width, f"mixed{number}")
    branches = [
        _halved(frame, _conv(frame, x, 192, 1, 1), 320),
        _halved(frame, _chain(frame, x, (192, 1, 1), (192, 1, 7), (192, 7, 1)), 192),
        layers.MaxPooling2D(3, strides=2)(x),
    ]
    x = _joined(frame, branches, "mixed8")
    for number in range(2):
        x = _wide(frame, x, number)
    return frame.top(x, "avg_pool")


_family = Family(
    __name__,
    _build,
    paper="Szegedy, Vanhoucke, Ioffe, Shlens, Wojna, Rethinking the Inception Architecture for Computer Vision, 2015, "
    "arXiv:1512.00567",
    pixels="as `keras.applications.inception_v3.preprocess_input` makes them.",
    size=299,
    smallest=75,
    norm={"scale": False},
    example="weights=None, input_shape=(75, 75, 3)",
)
InceptionV3 = _family.model(
    "InceptionV3", "inception_v3", ("9a0d58056eeedaa3f26cb7ebd46da564", "bcbd6486424b2319ff4ef7d526e38f63")
)
preprocess_input = preprocessing(__name__, "tf")
