"""Activation functions."""

from keraunos._lazy import attach

_FUNCTIONS = (
    "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh",
    "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu",
    "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus",
    "swish", "tanh", "tanh_shrink", "threshold",
)  # fmt: skip

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        **dict.fromkeys(_FUNCTIONS, "functions"),
        "get": "lookup",
        "serialize": "lookup",
        "deserialize": "lookup",
    },
)
