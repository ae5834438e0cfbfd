"""MobileNetV2: narrow shortcuts between wide depthwise convolutions."""

from keraunos import layers
from keraunos.applications.blocks import divisible, strided_padding
from keraunos.applications.imagenet_utils import decode_predictions, preprocessing
from keraunos.applications.sized_family import SizedFamily
from keraunos.applications.weights import STORAGE

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]

# Filters, stride of the first block, number of blocks.
_STAGES = ((16, 1, 1), (24, 2, 2), (32, 2, 3), (64, 2, 4), (96, 1, 3), (160, 2, 3), (320, 1, 1))


def _block(frame, x, filters, stride, number):
    """Six times the channels, a convolution of each, and back; the first block does without the widening."""
    shortcut, channels = x, x.shape[frame.axis]
    prefix = f"block_{number}_" if number else "expanded_conv_"
    if number:
        x = layers.Conv2D(6 * channels, 1, padding="same", use_bias=False, name=f"{prefix}expand")(x)
        x = layers.ReLU(6.0, name=f"{prefix}expand_relu")(frame.norm(x, f"{prefix}expand_BN"))
    if stride == 2:
        x = layers.ZeroPadding2D(strided_padding(x, 3), name=f"{prefix}pad")(x)
    padding = "same" if stride == 1 else "valid"
    x = layers.DepthwiseConv2D(3, strides=stride, use_bias=False, padding=padding, name=f"{prefix}depthwise")(x)
    x = layers.ReLU(6.0, name=f"{prefix}depthwise_relu")(frame.norm(x, f"{prefix}depthwise_BN"))
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"{prefix}project")(x)
    x = frame.norm(x, f"{prefix}project_BN")
    return layers.Add(name=f"{prefix}add")([shortcut, x]) if channels == filters and stride == 1 else x


def _build(frame):
    alpha = frame.given.alpha
    filters = divisible(32 * alpha)
    x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False, name="Conv1")(frame.image)
    x = layers.ReLU(6.0, name="Conv1_relu")(frame.norm(x, "bn_Conv1"))
    number = 0
    for filters, first_stride, depth in _STAGES:
        for i in range(depth):
            x = _block(frame, x, divisible(int(filters * alpha)), 1 if i else first_stride, number)
            number += 1
    x = layers.Conv2D(divisible(1280 * max(alpha, 1.0)), 1, use_bias=False, name="Conv_1")(x)
    x = layers.ReLU(6.0, name="out_relu")(frame.norm(x, "Conv_1_bn"))
    return frame.top(x)


MobileNetV2 = SizedFamily(
    __name__,
    _build,
    paper="Sandler, Howard, Zhu, Zhmoginov, Chen, MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018, "
    "arXiv:1801.04381",
    pixels="as `keras.applications.mobilenet_v2.preprocess_input` makes them.",
    url=STORAGE + "mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{alpha}_{rows}{notop}.h5",
    arguments=(
        "input_shape",
        "alpha",
        "include_top",
        "weights",
        "input_tensor",
        "pooling",
        "classes",
        "classifier_activation",
        "name",
    ),
    axis=-1,
    norm={"epsilon": 1e-3, "momentum": 0.999},
    label="mobilenetv2",
    sizes=(96, 128, 160, 192, 224),
    alphas={alpha: str(alpha) for alpha in (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)},
    asks_tensor=True,
    example="weights=None, input_shape=(32, 32, 3), alpha=0.35",
).model("MobileNetV2", None)
preprocess_input = preprocessing(__name__, "tf")
