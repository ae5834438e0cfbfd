"""Layers: the pieces models are built of."""

from keraunos._lazy import attach

_MEMBERS = {
    "layer": ("Layer",),
    "input_spec": ("InputSpec",),
    "input_layer": ("InputLayer", "Input"),
    "dense": ("Dense",),
    "einsum_dense": ("EinsumDense",),
    "embedding": ("Embedding",),
    "reversible_embedding": ("ReversibleEmbedding",),
    "masking": ("Masking",),
    "flatten": ("Flatten",),
    "shaping": ("Reshape", "Permute", "RepeatVector"),
    "activation": ("Activation",),
    "rectifiers": ("ReLU", "LeakyReLU", "ELU", "PReLU"),
    "softmax": ("Softmax",),
    "dropout": ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
    "noise": ("GaussianNoise", "GaussianDropout", "AlphaDropout"),
    "activity_regularization": ("ActivityRegularization",),
    "rescaling": ("Rescaling",),
    "wrapper": ("Wrapper",),
    "pipeline": ("Pipeline",),
    "time_distributed": ("TimeDistributed",),
    "normalization.normalization": ("Normalization",),
    "normalization.batch_normalization": ("BatchNormalization",),
    "normalization.layer_normalization": ("LayerNormalization",),
    "normalization.group_normalization": ("GroupNormalization",),
    "normalization.rms_normalization": ("RMSNormalization",),
    "normalization.unit_normalization": ("UnitNormalization",),
    "normalization.spectral_normalization": ("SpectralNormalization",),
    "reshaping.cropping": ("Cropping1D", "Cropping2D", "Cropping3D"),
    "reshaping.up_sampling": ("UpSampling1D", "UpSampling2D", "UpSampling3D"),
    "reshaping.zero_padding": ("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"),
    "convolution.conv": ("Conv1D", "Conv2D", "Conv3D"),
    "convolution.conv_transpose": ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"),
    "convolution.depthwise_conv": ("DepthwiseConv1D", "DepthwiseConv2D"),
    "convolution.separable_conv": ("SeparableConv1D", "SeparableConv2D"),
    "encoders.category_encoding": ("CategoryEncoding",),
    "encoders.discretization": ("Discretization",),
    "encoders.hashing": ("Hashing",),
    "encoders.hashed_crossing": ("HashedCrossing",),
    "encoders.string_lookup": ("StringLookup",),
    "encoders.integer_lookup": ("IntegerLookup",),
    "image.colors": ("RandomBrightness", "RandomContrast"),
    "image.aug_mix": ("AugMix",),
    "image.blur": ("RandomGaussianBlur", "RandomSharpness"),
    "image.boxes": ("MaxNumBoundingBoxes",),
    "image.clahe": ("ContrastLimitedAdaptiveHistogramEqualization",),
    "image.elastic": ("RandomElasticTransform",),
    "image.equalization": ("Equalization",),
    "image.erasing": ("RandomErasing",),
    "image.hues": ("RandomGrayscale", "RandomHue", "RandomSaturation", "RandomColorDegeneration"),
    "image.jitter": ("RandomColorJitter",),
    "image.mixing": ("CutMix", "MixUp"),
    "image.perspective": ("RandomPerspective",),
    "image.policies": ("RandAugment",),
    "image.places": ("RandomCrop", "RandomFlip"),
    "image.resizing": ("CenterCrop", "Resizing"),
    "image.tones": ("AutoContrast", "RandomInvert", "RandomPosterization", "Solarization"),
    "image.warps": ("RandomRotation", "RandomShear", "RandomTranslation", "RandomZoom"),
    "pooling.windows": tuple(
        f"{kind}{rank}D" for kind in ("MaxPooling", "AveragePooling", "MaxPool", "AvgPool") for rank in (1, 2, 3)
    ),
    "pooling.global_pooling": tuple(
        f"Global{kind}{rank}D" for kind in ("MaxPooling", "AveragePooling", "MaxPool", "AvgPool") for rank in (1, 2, 3)
    ),
    "pooling.adaptive_pooling": tuple(
        f"Adaptive{kind}Pooling{rank}D" for kind in ("Max", "Average") for rank in (1, 2, 3)
    ),
    "identity": ("Identity",),
    "function_layer": ("Lambda",),
    "merging": (
        "Add",
        "Subtract",
        "Multiply",
        "Average",
        "Maximum",
        "Minimum",
        "Concatenate",
        "add",
        "subtract",
        "multiply",
        "average",
        "maximum",
        "minimum",
        "concatenate",
    ),
    "dot_product": ("Dot", "dot"),
    "lookup": ("get", "serialize", "deserialize"),
}

# Other names of the same classes.
_ALIASES = {
    "Convolution1D": "convolution.conv:Conv1D",
    "Convolution2D": "convolution.conv:Conv2D",
    "Convolution3D": "convolution.conv:Conv3D",
    "Convolution1DTranspose": "convolution.conv_transpose:Conv1DTranspose",
    "Convolution2DTranspose": "convolution.conv_transpose:Conv2DTranspose",
    "Convolution3DTranspose": "convolution.conv_transpose:Conv3DTranspose",
    "SeparableConvolution1D": "convolution.separable_conv:SeparableConv1D",
    "SeparableConvolution2D": "convolution.separable_conv:SeparableConv2D",
}

__getattr__, __dir__, __all__ = attach(
    __name__, {name: module for module, names in _MEMBERS.items() for name in names} | _ALIASES
)
