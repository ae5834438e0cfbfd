"""NASNet: cells found by search, each of which sees the outputs of the two before it."""

from keraunos import layers, name_scope
from keraunos.applications import checks
from keraunos.applications.blocks import strided_padding
from keraunos.applications.family import Family
from keraunos.applications.imagenet_utils import decode_predictions, preprocessing
from keraunos.applications.weights import STORAGE

__all__ = ["NASNetLarge", "NASNetMobile", "decode_predictions", "preprocess_input"]


def _conv(x, filters, name):
    return layers.Conv2D(filters, 1, padding="same", use_bias=False, kernel_initializer="he_normal", name=name)(x)


def _separable(frame, x, filters, kernel, stride, name, block):
    """Two separable convolutions, each after an activation; the first one may have a stride."""
    with name_scope(f"block_{block}"), name_scope(f"separable_conv_block_{name}"):
        return _two_separable(frame, x, filters, kernel, stride, name)


def _two_separable(frame, x, filters, kernel, stride, name):
    x = layers.Activation("relu")(x)
    padding = "same"
    if stride == 2:
        x = layers.ZeroPadding2D(strided_padding(x, kernel), name=f"separable_conv_1_pad_{name}")(x)
        padding = "valid"
    x = layers.SeparableConv2D(
        filters, kernel, strides=stride, padding=padding, use_bias=False, name=f"separable_conv_1_{name}"
    )(x)
    x = layers.Activation("relu")(frame.norm(x, f"separable_conv_1_bn_{name}"))
    x = layers.SeparableConv2D(filters, kernel, padding="same", use_bias=False, name=f"separable_conv_2_{name}")(x)
    return frame.norm(x, f"separable_conv_2_bn_{name}")


def _mean(x, name):
    return layers.AveragePooling2D(3, strides=1, padding="same", name=name)(x)


def _fitted(frame, x, like, filters, name):
    """The output of the cell before the last, with the rows, columns and channels of `like`."""
    if x is None:
        return like
    if x.shape[1:3] != like.shape[1:3]:
        kind, fit = "reduction", _every_second
    elif x.shape[frame.axis] != filters:
        kind, fit = "projection", _projected
    else:
        return x
    with name_scope("adjust_block"), name_scope(f"adjust_{kind}_block_{name}"):
        return frame.norm(fit(frame, x, filters, name), f"adjust_bn_{name}")


def _projected(frame, x, filters, name):
    return _conv(layers.Activation("relu")(x), filters, f"adjust_conv_projection_{name}")


def _every_second(frame, x, filters, name):
    """Every second pixel, from the first one and from the one below and right of it."""
    x = layers.Activation("relu", name=f"adjust_relu_1_{name}")(x)
    first = layers.AveragePooling2D(1, strides=2, name=f"adjust_avg_pool_1_{name}")(x)
    first = _conv(first, filters // 2, f"adjust_conv_1_{name}")
    second = layers.Cropping2D(((1, 0), (1, 0)))(layers.ZeroPadding2D(((0, 1), (0, 1)))(x))
    second = layers.AveragePooling2D(1, strides=2, name=f"adjust_avg_pool_2_{name}")(second)
    second = _conv(second, filters // 2, f"adjust_conv_2_{name}")
    return layers.concatenate([first, second], axis=frame.axis)


def _normal(frame, x, p, filters, name):
    """The layers of a cell that keeps rows and columns, from the outputs of the last cell and the one before."""
    h = _conv(layers.Activation("relu")(x), filters, f"normal_conv_1_{name}")
    h = frame.norm(h, f"normal_bn_1_{name}")

    def separable(x, kernel, place):
        return _separable(frame, x, filters, kernel, 1, f"normal_{place}_{name}", place[-1])

    def added(number, left, right):
        return layers.add([left, right], name=f"normal_add_{number}_{name}")

    sums = [
        added(1, separable(h, 5, "left1"), separable(p, 3, "right1")),
        added(2, separable(p, 5, "left2"), separable(p, 3, "right2")),
        added(3, _mean(h, f"normal_left3_{name}"), p),
        added(4, _mean(p, f"normal_left4_{name}"), _mean(p, f"normal_right4_{name}")),
        added(5, separable(h, 3, "left5"), h),
    ]
    return layers.concatenate([p, *sums], axis=frame.axis, name=f"normal_concat_{name}")


def _reduction(frame, x, p, filters, name):
    """The same of a cell that halves rows and columns."""
    h = _conv(layers.Activation("relu")(x), filters, f"reduction_conv_1_{name}")
    h = frame.norm(h, f"reduction_bn_1_{name}")
    padded = layers.ZeroPadding2D(strided_padding(h, 3), name=f"reduction_pad_1_{name}")(h)

    def separable(x, kernel, stride, place, block):
        return _separable(frame, x, filters, kernel, stride, f"reduction_{place}_{name}", block)

    def added(left, right, what=None):
        return layers.add([left, right], name=what and f"reduction_{what}_{name}")

    first = added(separable(h, 5, 2, "left1", 1), separable(p, 7, 2, "right1", 1), "add_1")
    pool = layers.MaxPooling2D(3, strides=2, name=f"reduction_left2_{name}")(padded)
    second = added(pool, separable(p, 7, 2, "right2", 2), "add_2")
    pool = layers.AveragePooling2D(3, strides=2, name=f"reduction_left3_{name}")(padded)
    third = added(pool, separable(p, 5, 2, "right3", 3), "add3")
    fourth = added(second, _mean(first, f"reduction_left4_{name}"))
    fifth = separable(first, 3, 1, "left4", 5)
    fifth = added(fifth, layers.MaxPooling2D(3, strides=2, name=f"reduction_right5_{name}")(padded), "add4")
    return layers.concatenate([second, third, fourth, fifth], axis=frame.axis, name=f"reduction_concat_{name}")


def _cell(kind, frame, x, before, filters, name):
    """The output of a cell, and `x`."""
    make = {"normal": _normal, "reduction": _reduction}[kind]
    with name_scope(f"{kind}_A_block_{name}"):
        return make(frame, x, _fitted(frame, before, x, filters, name), filters, name), x


def _build(frame, last, depth, stem, skips):
    filters = last // 24
    x = layers.Conv2D(
        stem, 3, strides=2, use_bias=False, kernel_initializer="he_normal", name="stem_conv1"
    )(frame.image)  # fmt: skip
    x = frame.norm(x, "stem_bn1")
    x, before = _cell("reduction", frame, x, None, filters // 4, "stem_1")
    x, before = _cell("reduction", frame, x, before, filters // 2, "stem_2")
    for stage in range(3):
        if stage:
            x, input_of_reduction = _cell("reduction", frame, x, before, filters * 2**stage, f"reduce_{stage * depth}")
            before = before if skips else input_of_reduction
        for i in range(depth):
            # The reductions count in the numbers of later cells once.
            number = stage * depth + i + (stage > 0)
            x, before = _cell("normal", frame, x, before, filters * 2**stage, f"{number}")
    return frame.top(layers.Activation("relu")(x))


class _NASNets(Family):
    def shape(self, tag, given, size):
        """Known rows and columns: on them depends how cells are joined."""
        if not given.input_shape:
            return checks.shape_of(size, size)
        shape = super().shape(tag, given, size)
        if None in shape:
            raise ValueError(f"[{tag}] input_shape: expected known rows and columns, got {shape}")
        return shape

    def source(self, given, shape, file, hashes):
        url = self.url.format(file=file, notop="" if given.include_top else "-no-top")
        name = f"{file.lower().replace('-', '_')}{'' if given.include_top else '_no_top'}.h5"
        return url, hashes[0 if given.include_top else 1], name


_family = _NASNets(
    __name__,
    _build,
    channels_last=True,
    default_shape="{size} x {size}",
    paper="Zoph, Vasudevan, Shlens, Le, Learning Transferable Architectures for Scalable Image Recognition, 2017, "
    "arXiv:1707.07012",
    pixels="as `keras.applications.nasnet.preprocess_input` makes them.",
    url=STORAGE + "nasnet/{file}{notop}.h5",
    arguments=(
        "input_shape",
        "include_top",
        "weights",
        "input_tensor",
        "pooling",
        "classes",
        "classifier_activation",
        "name",
    ),
    axis=-1,
    norm={"momentum": 0.9997, "epsilon": 1e-3},
    example="weights=None, input_shape=(32, 32, 3)",
)
NASNetMobile = _family.model(
    "NASNetMobile",
    "nasnet_mobile",
    ("020fb642bf7360b370c678b08e0adf61", "1ed92395b5b598bdda52abe5c0dbfd63"),
    224,
    "NASNet-mobile",
    last=1056,
    depth=4,
    stem=32,
    skips=False,
)
NASNetLarge = _family.model(
    "NASNetLarge",
    "nasnet_large",
    ("11577c9a518f0070763c2b964a382f17", "d81d89dc07e6e56530c4e77faddd61b5"),
    331,
    "NASNet-large",
    last=4032,
    depth=6,
    stem=96,
    skips=True,
)
preprocess_input = preprocessing(__name__, "tf")
