"""`keras.ops.nn`: activations, softmaxes, crossentropies and normalizations."""

from keraunos.ops.crossentropy import binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy
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
    "adaptive_average_pool", "adaptive_max_pool", "average_pool", "max_pool",
    "batch_normalization", "binary_crossentropy", "categorical_crossentropy", "celu", "elu", "gelu", "glu",
    "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "layer_normalization", "leaky_relu",
    "log_sigmoid", "log_softmax", "mish", "moments", "multi_hot", "normalize", "one_hot", "relu", "relu6",
    "rms_normalization", "selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign",
    "sparse_categorical_crossentropy", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "swish",
    "tanh_shrink", "threshold",
]  # fmt: skip
