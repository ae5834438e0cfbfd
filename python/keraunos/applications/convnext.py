"""ConvNeXt: a convolutional network in the manner of transformers: large kernels, few normalizations, GELU."""

from keraunos import layers
from keraunos.applications.family import USUAL, Family
from keraunos.applications.imagenet_utils import decode_predictions, preprocessing
from keraunos.applications.layers import LayerScale
from keraunos.applications.weights import STORAGE
from keraunos.models import Sequential

_EPSILON = 1e-6
_FIRST_SCALE = 1e-6  # of what a block adds to its input


def _norm(name=None):
    return layers.LayerNormalization(epsilon=_EPSILON, name=name)


def _block(x, channels, name):
    shortcut = x
    x = layers.Conv2D(channels, 7, padding="same", groups=channels, name=f"{name}_depthwise_conv")(x)
    x = layers.Dense(4 * channels, name=f"{name}_pointwise_conv_1")(_norm(f"{name}_layernorm")(x))
    x = layers.Dense(channels, name=f"{name}_pointwise_conv_2")(layers.Activation("gelu", name=f"{name}_gelu")(x))
    x = LayerScale(_FIRST_SCALE, channels, name=f"{name}_layer_scale")(x)
    return shortcut + layers.Activation("linear", name=f"{name}_identity")(x)


def _reductions(widths, label):
    """What stands in front of the stages: 4 x 4 pixels become one, later 2 x 2."""
    stem = layers.Conv2D(widths[0], 4, strides=4, name=f"{label}_stem_conv")
    yield Sequential([stem, _norm(f"{label}_stem_layernorm")], name=f"{label}_stem")
    for i, width in enumerate(widths[1:]):
        norm = _norm(f"{label}_downsampling_layernorm_{i}")
        conv = layers.Conv2D(width, 2, strides=2, name=f"{label}_downsampling_conv_{i}")
        yield Sequential([norm, conv], name=f"{label}_downsampling_block_{i}")


def _build(frame, depths, widths):
    given, x, label = frame.given, frame.image, frame.given.name or "convnext"
    if given.include_preprocessing and frame.shape[-1] == 3:
        # Means and standard deviations of ImageNet, of pixels from 0 to 255.
        mean, variance = [0.485 * 255, 0.456 * 255, 0.406 * 255], [(d * 255) ** 2 for d in (0.229, 0.224, 0.225)]
        x = layers.Normalization(mean=mean, variance=variance, name=f"{label}_prestem_normalization")(x)
    for stage, reduction in enumerate(_reductions(widths, label)):
        x = reduction(x)
        for block in range(depths[stage]):
            x = _block(x, widths[stage], f"{label}_stage_{stage}_block_{block}")
    if not given.include_top:
        return _norm()(frame.pooled(x))
    x = layers.GlobalAveragePooling2D(name=f"{label}_head_gap")(x)
    x = _norm(f"{label}_head_layernorm")(x)
    return layers.Dense(given.classes, activation=given.classifier_activation, name=f"{label}_head_dense")(x)


class _ConvNeXts(Family):
    def sources(self, tensor):
        """One, where Keras has a list of one in other families; files tell these apart."""
        return super().sources(tensor)[0]


_family = _ConvNeXts(
    __name__,
    _build,
    channels_last=True,
    paper="Liu, Mao, Wu, Feichtenhofer, Darrell, Xie, A ConvNet for the 2020s, 2022, arXiv:2201.03545",
    pixels="from 0 to 255; the model scales them.",
    url=STORAGE + "convnext/{file}{notop}.h5",
    arguments=("include_top", "include_preprocessing", *USUAL[1:]),
    scaled="pixels less the means of ImageNet, divided by its standard deviations",
    example="weights=None, input_shape=(32, 32, 3)",
)
# Name -> blocks per stage, channels of the stages, hashes of the weights with and without a top.
_ROWS = {
    "Tiny": (
        (3, 3, 9, 3),
        (96, 192, 384, 768),
        "8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff",
        "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
    ),
    "Small": (
        (3, 3, 27, 3),
        (96, 192, 384, 768),
        "ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c",
        "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab",
    ),
    "Base": (
        (3, 3, 27, 3),
        (128, 256, 512, 1024),
        "52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6",
        "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45",
    ),
    "Large": (
        (3, 3, 27, 3),
        (192, 384, 768, 1536),
        "070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6",
        "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd",
    ),
    "XLarge": (
        (3, 3, 27, 3),
        (256, 512, 1024, 2048),
        "c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee",
        "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05",
    ),
}
ConvNeXtTiny, ConvNeXtSmall, ConvNeXtBase, ConvNeXtLarge, ConvNeXtXLarge = (
    _family.model(f"ConvNeXt{name}", f"convnext_{name.lower()}", hashes, depths=depths, widths=widths)
    for name, (depths, widths, *hashes) in _ROWS.items()
)
preprocess_input = preprocessing(__name__, None)
__all__ = [*(f"ConvNeXt{name}" for name in _ROWS), "decode_predictions", "preprocess_input"]
