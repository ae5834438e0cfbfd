"""`keras.ops.nn`: activations, softmaxes, crossentropies, convolutions, pooling, attention and normalizations."""

from keraunos.ops.alignment import ctc_decode, ctc_loss
from keraunos.ops.angles import polar
from keraunos.ops.attention import dot_product_attention
from keraunos.ops.blocks import depth_to_space, fold, space_to_depth, unfold
from keraunos.ops.convolutions import conv, conv_transpose, depthwise_conv, separable_conv
from keraunos.ops.crossentropy import binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy
from keraunos.ops.image.similarity import psnr
from keraunos.ops.normalization import (
    batch_normalization,
    layer_normalization,
    moments,
    multi_hot,
    normalize,
    one_hot,
    rms_normalization,
)
from keraunos.ops.pooling import adaptive_average_pool, adaptive_max_pool, average_pool, max_pool
from keraunos.ops.rectifiers import (
    celu,
    elu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_swish,
    hard_tanh,
    leaky_relu,
    relu,
    relu6,
    selu,
    soft_shrink,
    sparse_plus,
    sparse_sigmoid,
    threshold,
)
from keraunos.ops.smooth import (
    gelu,
    glu,
    log_sigmoid,
    mish,
    sigmoid,
    silu,
    softplus,
    softsign,
    squareplus,
    swish,
    tanh_shrink,
)
from keraunos.ops.softmaxes import log_softmax, softmax, sparsemax

__all__ = [
    "adaptive_average_pool", "adaptive_max_pool", "average_pool", "batch_normalization", "binary_crossentropy",
    "categorical_crossentropy", "celu", "conv", "conv_transpose", "ctc_decode", "ctc_loss", "depth_to_space",
    "depthwise_conv", "dot_product_attention", "elu", "fold", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu",
    "hard_swish", "hard_tanh", "layer_normalization", "leaky_relu", "log_sigmoid", "log_softmax", "max_pool", "mish",
    "moments", "multi_hot", "normalize", "one_hot", "polar", "psnr", "relu", "relu6", "rms_normalization", "selu",
    "separable_conv", "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign", "space_to_depth",
    "sparse_categorical_crossentropy", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "swish",
    "tanh_shrink", "threshold", "unfold",
]  # fmt: skip
