"""VGG: stages of 3 x 3 convolutions, each followed by a pool; two wide layers on top."""

from keraunos import layers
from keraunos.applications.family import Family

_WIDTHS = (64, 128, 256, 512, 512)


def _build(frame, depths):
    x = frame.image
    for stage, (filters, depth) in enumerate(zip(_WIDTHS, depths, strict=True), 1):
        for i in range(1, depth + 1):
            x = layers.Conv2D(filters, 3, activation="relu", padding="same", name=f"block{stage}_conv{i}")(x)
        x = layers.MaxPooling2D(2, strides=2, name=f"block{stage}_pool")(x)
    if not frame.given.include_top:
        return frame.pooled(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(4096, activation="relu", name="fc1")(x)
    x = layers.Dense(4096, activation="relu", name="fc2")(x)
    return frame.classified(x)


def family(module):
    """The family of one module: Keras has one for each model.

    Args:
        module: `__name__` of the module.
    """
    return Family(
        module,
        _build,
        paper="Simonyan, Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014, "
        "arXiv:1409.1556",
        pixels=f"as `{module.replace('keraunos', 'keras')}.preprocess_input` makes them.",
        example="weights=None, input_shape=(32, 32, 3)",
    )
