"""ResNet: blocks whose input is added to what they make of it."""

from keraunos import layers
from keraunos.applications.family import Family
from keraunos.applications.imagenet_utils import decode_predictions, preprocessing

__all__ = ["ResNet101", "ResNet152", "ResNet50", "decode_predictions", "preprocess_input"]

EPSILON = 1.001e-5
WIDTHS = (64, 128, 256, 512)
POOLS = ("avg_pool", "max_pool")


def _block(frame, x, filters, name, stride, first):
    """Three convolutions beside a shortcut, which has one of its own in the first block of a stage."""
    shortcut = x
    if first:
        shortcut = layers.Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(x)
        shortcut = frame.norm(shortcut, f"{name}_0_bn")
    x = layers.Conv2D(filters, 1, strides=stride, name=f"{name}_1_conv")(x)
    x = layers.Activation("relu", name=f"{name}_1_relu")(frame.norm(x, f"{name}_1_bn"))
    x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_2_conv")(x)
    x = layers.Activation("relu", name=f"{name}_2_relu")(frame.norm(x, f"{name}_2_bn"))
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    x = layers.Add(name=f"{name}_add")([shortcut, frame.norm(x, f"{name}_3_bn")])
    return layers.Activation("relu", name=f"{name}_out")(x)


def _build(frame, depths):
    x = layers.ZeroPadding2D(3, name="conv1_pad")(frame.image)
    x = layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    x = layers.Activation("relu", name="conv1_relu")(frame.norm(x, "conv1_bn"))
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, (filters, depth) in enumerate(zip(WIDTHS, depths, strict=True), 2):
        for block in range(1, depth + 1):
            stride = 2 if block == 1 and stage > 2 else 1
            x = _block(frame, x, filters, f"conv{stage}_block{block}", stride, block == 1)
    return frame.top(x, "avg_pool", POOLS)


_family = Family(
    __name__,
    _build,
    paper="He, Zhang, Ren, Sun, Deep Residual Learning for Image Recognition, 2015, arXiv:1512.03385",
    pixels="as `keras.applications.resnet.preprocess_input` makes them.",
    norm={"epsilon": EPSILON},
)
# Name -> blocks per stage, hashes of the weights with and without a top.
_ROWS = {
    "ResNet50": ((3, 4, 6, 3), "2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"),
    "ResNet101": ((3, 4, 23, 3), "f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"),
    "ResNet152": ((3, 8, 36, 3), "100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"),
}
ResNet50, ResNet101, ResNet152 = (
    _family.model(name, name.lower(), hashes, depths=depths) for name, (depths, *hashes) in _ROWS.items()
)
preprocess_input = preprocessing(__name__, "caffe")
