"""MobileNet: convolutions split into one per channel and one per pixel."""

from keraunos import layers
from keraunos.applications.imagenet_utils import decode_predictions, preprocessing
from keraunos.applications.sized_family import SizedFamily
from keraunos.applications.weights import STORAGE

__all__ = ["MobileNet", "decode_predictions", "preprocess_input"]

# Filters and strides of the blocks.
_BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1))


def _active(frame, x, name):
    return layers.ReLU(6.0, name=f"{name}_relu")(frame.norm(x, f"{name}_bn"))


def _block(frame, x, filters, stride, number):
    if stride > 1:
        x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{number}")(x)
    x = layers.DepthwiseConv2D(
        3,
        padding="valid" if stride > 1 else "same",
        depth_multiplier=frame.given.depth_multiplier,
        strides=stride,
        use_bias=False,
        name=f"conv_dw_{number}",
    )(x)
    x = _active(frame, x, f"conv_dw_{number}")
    filters = int(filters * frame.given.alpha)
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"conv_pw_{number}")(x)
    return _active(frame, x, f"conv_pw_{number}")


def _build(frame):
    given = frame.given
    x = layers.Conv2D(int(32 * given.alpha), 3, padding="same", use_bias=False, strides=2, name="conv1")(frame.image)
    x = _active(frame, x, "conv1")
    for number, (filters, stride) in enumerate(_BLOCKS, 1):
        x = _block(frame, x, filters, stride, number)
    if not given.include_top:
        return frame.pooled(x)
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Dropout(given.dropout, name="dropout")(x)
    x = layers.Conv2D(given.classes, 1, padding="same", name="conv_preds")(x)
    x = layers.Reshape((given.classes,), name="reshape_2")(x)
    return layers.Activation(given.classifier_activation, name="predictions")(x)


class _MobileNets(SizedFamily):
    def check(self, tag, given):
        super().check(tag, given)
        if given.weights == "imagenet" and given.depth_multiplier != 1:
            raise ValueError(
                f"[{tag}] depth_multiplier: expected 1 with the weights of ImageNet, got {given.depth_multiplier}"
            )


MobileNet = _MobileNets(
    __name__,
    _build,
    paper="Howard and others, MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications, "
    "2017, arXiv:1704.04861",
    pixels="as `keras.applications.mobilenet.preprocess_input` makes them.",
    url=STORAGE + "mobilenet/mobilenet_{alpha}_{rows}_tf{notop}.h5",
    arguments=(
        "input_shape",
        "alpha",
        "depth_multiplier",
        "dropout",
        "include_top",
        "weights",
        "input_tensor",
        "pooling",
        "classes",
        "classifier_activation",
        "name",
    ),
    axis=-1,
    label="mobilenet",
    sizes=(128, 160, 192, 224),
    alphas={0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1.0: "1_0"},
    example="weights=None, input_shape=(32, 32, 3), alpha=0.25",
).model("MobileNet", None)
preprocess_input = preprocessing(__name__, "tf")
