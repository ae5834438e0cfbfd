"""Activations with derivatives everywhere."""

import math

from keraunos import ops
from keraunos.graph import primitives
from keraunos.ops.rectifiers import floating


def sigmoid(x):
    """`1 / (1 + exp(-x))`, elementwise.

    >>> from keraunos import ops
    >>> ops.sigmoid([0.0]).numpy()
    array([0.5], dtype=float32)
    """
    return primitives.sigmoid(floating(x))


def log_sigmoid(x):
    """`log(sigmoid(x))` without underflow.

    >>> from keraunos import ops
    >>> ops.log_sigmoid([-100.0]).numpy()
    array([-100.], dtype=float32)
    """
    return -primitives.softplus(-floating(x))


def softplus(x):
    """`log(1 + exp(x))` without overflow.

    >>> from keraunos import ops
    >>> ops.softplus([100.0]).numpy()
    array([100.], dtype=float32)
    """
    return primitives.softplus(floating(x))


def softsign(x):
    """`x / (1 + abs(x))`.

    >>> from keraunos import ops
    >>> ops.softsign([-1.0, 3.0]).numpy()
    array([-0.5 ,  0.75], dtype=float32)
    """
    x = floating(x)
    return x / (1 + ops.absolute(x))


def silu(x):
    """`x * sigmoid(x)`, also called swish.

    >>> from keraunos import ops
    >>> ops.silu([0.0, 2.0]).numpy().round(4)
    array([0.    , 1.7616], dtype=float32)
    """
    x = floating(x)
    return x * primitives.sigmoid(x)


swish = silu


def mish(x):
    """`x * tanh(softplus(x))` (Misra, 2019).

    >>> from keraunos import ops
    >>> ops.mish([1.0]).numpy().round(4)
    array([0.8651], dtype=float32)
    """
    x = floating(x)
    return x * primitives.tanh(primitives.softplus(x))


def gelu(x, approximate=True):
    """`x * P(X <= x)` for a standard normal X (Hendrycks and Gimpel, 2016).

    Args:
        x: tensor.
        approximate: use `0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))` instead of the error function.

    >>> from keraunos import ops
    >>> ops.gelu([1.0], approximate=False).numpy().round(4)
    array([0.8413], dtype=float32)
    """
    x = floating(x)
    if approximate:
        inner = math.sqrt(2 / math.pi) * (x + 0.044715 * (x * x * x))
        return 0.5 * x * (1 + primitives.tanh(inner))
    return 0.5 * x * (1 + primitives.erf(x * math.sqrt(0.5)))


def squareplus(x, b=4):
    """`(x + sqrt(x^2 + b)) / 2` (Barron, 2021).

    >>> from keraunos import ops
    >>> ops.squareplus([0.0]).numpy()
    array([1.], dtype=float32)
    """
    x = floating(x)
    return (x + ops.sqrt(ops.square(x) + b)) * 0.5


def tanh_shrink(x):
    """`x - tanh(x)`.

    >>> from keraunos import ops
    >>> ops.tanh_shrink([1.0]).numpy().round(4)
    array([0.2384], dtype=float32)
    """
    x = floating(x)
    return x - primitives.tanh(x)


def glu(x, axis=-1):
    """Gated linear unit: `a * sigmoid(b)` with `a`, `b` the halves of `x` along `axis`.

    Raises:
        ValueError: when the axis has an odd extent.

    >>> from keraunos import ops
    >>> ops.glu([[2.0, 0.0]]).numpy()
    array([[1.]], dtype=float32)
    """
    x = floating(x)
    if x.shape[axis] % 2:
        raise ValueError(f"[glu] axis {axis} must have an even extent, got shape {tuple(x.shape)}")
    values, gates = ops.split(x, 2, axis=axis)
    return values * primitives.sigmoid(gates)
