"""ResNetV2: normalization and activation in front of convolutions, so that nothing stands in a shortcut's way."""

from keraunos import layers
from keraunos.applications.family import Family
from keraunos.applications.imagenet_utils import decode_predictions, preprocessing
from keraunos.applications.resnet import EPSILON, POOLS, WIDTHS

__all__ = ["ResNet101V2", "ResNet152V2", "ResNet50V2", "decode_predictions", "preprocess_input"]


def _block(frame, x, filters, name, stride, first):
    """Three convolutions beside a shortcut: a convolution in the first block of a stage, a pool in a strided one."""
    active = layers.Activation("relu", name=f"{name}_preact_relu")(frame.norm(x, f"{name}_preact_bn"))
    shortcut = x
    if first:
        shortcut = layers.Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(active)
    elif stride > 1:
        shortcut = layers.MaxPooling2D(1, strides=stride)(x)
    x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_1_conv")(active)
    x = layers.Activation("relu", name=f"{name}_1_relu")(frame.norm(x, f"{name}_1_bn"))
    x = layers.ZeroPadding2D(1, name=f"{name}_2_pad")(x)
    x = layers.Conv2D(filters, 3, strides=stride, use_bias=False, name=f"{name}_2_conv")(x)
    x = layers.Activation("relu", name=f"{name}_2_relu")(frame.norm(x, f"{name}_2_bn"))
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    return layers.Add(name=f"{name}_out")([shortcut, x])


def _build(frame, depths):
    x = layers.ZeroPadding2D(3, name="conv1_pad")(frame.image)
    x = layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, (filters, depth) in enumerate(zip(WIDTHS, depths, strict=True), 2):
        for block in range(1, depth + 1):
            stride = 2 if block == depth and stage < 5 else 1
            x = _block(frame, x, filters, f"conv{stage}_block{block}", stride, block == 1)
    x = layers.Activation("relu", name="post_relu")(frame.norm(x, "post_bn"))
    return frame.top(x, "avg_pool", POOLS)


_family = Family(
    __name__,
    _build,
    paper="He, Zhang, Ren, Sun, Identity Mappings in Deep Residual Networks, 2016, arXiv:1603.05027",
    pixels="as `keras.applications.resnet_v2.preprocess_input` makes them.",
    folder="resnet",
    norm={"epsilon": EPSILON},
)
# Name -> blocks per stage, hashes of the weights with and without a top.
_ROWS = {
    "ResNet50V2": ((3, 4, 6, 3), "3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"),
    "ResNet101V2": ((3, 4, 23, 3), "6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5"),
    "ResNet152V2": ((3, 8, 36, 3), "a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33"),
}
ResNet50V2, ResNet101V2, ResNet152V2 = (
    _family.model(name, name.lower(), hashes, depths=depths) for name, (depths, *hashes) in _ROWS.items()
)
preprocess_input = preprocessing(__name__, "tf")
