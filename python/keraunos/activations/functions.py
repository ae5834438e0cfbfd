"""The functions of `keras.activations`.

Most are those of `keraunos.ops`. `softmax` and `sigmoid` attach their logits to the result (`_keras_logits`), from
which crossentropies are computed without the error of saturated probabilities.
"""

from keraunos import ops
from keraunos.ops import rectifiers, smooth, softmaxes
from keraunos.ops.rectifiers import (
    celu,
    elu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_swish,
    hard_tanh,
    leaky_relu,
    relu6,
    selu,
    soft_shrink,
    sparse_plus,
    sparse_sigmoid,
    threshold,
)
from keraunos.ops.smooth import glu, log_sigmoid, mish, silu, softplus, softsign, squareplus, swish, tanh_shrink
from keraunos.ops.softmaxes import log_softmax, sparsemax
from keraunos.symbolic.function_call import make_aware

__all__ = [
    "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh",
    "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu",
    "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus",
    "swish", "tanh", "tanh_shrink", "threshold",
]  # fmt: skip


def linear(x):
    """`x` itself.

    >>> import keraunos as keras
    >>> keras.activations.linear(3.0)
    3.0
    """
    return x


def exponential(x):
    """`exp(x)`.

    >>> import keraunos as keras
    >>> float(keras.activations.exponential(keras.ops.convert_to_tensor(0.0)))
    1.0
    """
    return ops.exp(x)


def tanh(x):
    """Hyperbolic tangent.

    >>> import keraunos as keras
    >>> float(keras.activations.tanh(keras.ops.convert_to_tensor(0.0)))
    0.0
    """
    return ops.tanh(x)


def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """`max(x, 0)`, or its general form.

    Args:
        x: tensor.
        negative_slope: slope below the threshold: `negative_slope * (x - threshold)`.
        max_value: upper bound.
        threshold: where the function switches on.

    >>> import keraunos as keras
    >>> keras.activations.relu(keras.ops.convert_to_tensor([-1.0, 0.5, 3.0]), max_value=1.0).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    if not negative_slope and max_value is None and threshold == 0:
        return rectifiers.relu(x)
    x = rectifiers.floating(x)
    if threshold == 0 and max_value is None:
        return rectifiers.leaky_relu(x, negative_slope)
    below = negative_slope * (x - threshold) if negative_slope else 0
    above = x if max_value is None else ops.where(x < max_value, x, max_value)
    return ops.where(x > threshold, above, below)


def gelu(x, approximate=False):
    """`x * P(X <= x)` for a standard normal X; with `approximate=True` by its tanh approximation.

    >>> import keraunos as keras
    >>> float(keras.activations.gelu(keras.ops.convert_to_tensor(0.0)))
    0.0
    """
    return smooth.gelu(x, approximate=approximate)


def sigmoid(x):
    """`1 / (1 + exp(-x))`; the result remembers its logits.

    >>> import keraunos as keras
    >>> float(keras.activations.sigmoid(keras.ops.convert_to_tensor(0.0)))
    0.5
    """
    x = rectifiers.floating(x)
    out = smooth.sigmoid(x)
    out._keras_logits = x
    return out


def softmax(x, axis=-1):
    """`exp(x) / sum(exp(x))` along `axis`; the result remembers its logits.

    >>> import keraunos as keras
    >>> keras.activations.softmax(keras.ops.zeros((1, 4))).numpy()
    array([[0.25, 0.25, 0.25, 0.25]], dtype=float32)
    """
    x = rectifiers.floating(x)
    out = softmaxes.softmax(x, axis=axis)
    out._keras_logits = x
    return out


make_aware(globals())
