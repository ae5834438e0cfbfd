"""DenseNet: every layer of a block sees the outputs of all before it."""

from keraunos import layers
from keraunos.applications.family import Family
from keraunos.applications.imagenet_utils import decode_predictions, preprocessing

__all__ = ["DenseNet121", "DenseNet169", "DenseNet201", "decode_predictions", "preprocess_input"]

_GROWTH = 32


def _normed(frame, x, name, separator="_"):
    return layers.Activation("relu", name=f"{name}{separator}relu")(frame.norm(x, f"{name}{separator}bn"))


def _grown(frame, x, name):
    """`x` with 32 channels more."""
    new = _normed(frame, x, f"{name}_0")
    new = layers.Conv2D(4 * _GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(new)
    new = _normed(frame, new, f"{name}_1")
    new = layers.Conv2D(_GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(new)
    return layers.Concatenate(axis=frame.axis, name=f"{name}_concat")([x, new])


def _halved(frame, x, name):
    """`x` with half of its channels, rows and columns."""
    x = _normed(frame, x, name)
    x = layers.Conv2D(x.shape[frame.axis] // 2, 1, use_bias=False, name=f"{name}_conv")(x)
    return layers.AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def _build(frame, depths):
    x = layers.ZeroPadding2D(3)(frame.image)
    x = layers.Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(x)
    x = layers.ZeroPadding2D(1)(_normed(frame, x, "conv1"))
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    for stage, depth in enumerate(depths, 2):
        x = _halved(frame, x, f"pool{stage - 1}") if stage > 2 else x
        for block in range(1, depth + 1):
            x = _grown(frame, x, f"conv{stage}_block{block}")
    return frame.top(_normed(frame, x, "", ""), "avg_pool", ("avg_pool", "max_pool"))


_family = Family(
    __name__,
    _build,
    channels_last=True,
    paper="Huang, Liu, van der Maaten, Weinberger, Densely Connected Convolutional Networks, 2016, arXiv:1608.06993",
    pixels="as `keras.applications.densenet.preprocess_input` makes them.",
    norm={"epsilon": 1.001e-5},
)
# Name -> layers per block, hashes of the weights with and without a top.
_ROWS = {
    "DenseNet121": ((6, 12, 24, 16), "9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"),
    "DenseNet169": ((6, 12, 32, 32), "d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"),
    "DenseNet201": ((6, 12, 48, 32), "1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"),
}
DenseNet121, DenseNet169, DenseNet201 = (
    _family.model(name, name.lower(), hashes, depths=depths) for name, (depths, *hashes) in _ROWS.items()
)
preprocess_input = preprocessing(__name__, "torch")
