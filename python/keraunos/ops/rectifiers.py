"""Activations made of straight lines, and their exponential relatives.

Derivatives at kinks follow `tests/parity`: the branch that `where` picks at the kink decides.
"""

from keraunos import ops
from keraunos.graph import primitives
from keraunos.ops.promotion import floating, whole

# Fixed point of mean 0 and variance 1 under selu (Klambauer et al., 2017).
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def relu(x):
    """`max(x, 0)`, elementwise; derivative 0 at 0.

    >>> from keraunos import ops
    >>> ops.relu([-1.0, 2.0]).numpy()
    array([0., 2.], dtype=float32)
    """
    x = ops.convert_to_tensor(x)
    return ops.maximum(x, 0) if whole(x) else primitives.relu(x)


def relu6(x):
    """`min(max(x, 0), 6)`, elementwise; derivative 0 at 0 and 6.

    >>> from keraunos import ops
    >>> ops.relu6([-1.0, 2.0, 9.0]).numpy()
    array([0., 2., 6.], dtype=float32)
    """
    x = ops.convert_to_tensor(x)
    return ops.where(x < 6, relu(x), 6)


def leaky_relu(x, negative_slope=0.2):
    """`x` where positive, else `negative_slope * x`.

    >>> from keraunos import ops
    >>> ops.leaky_relu([-1.0, 2.0]).numpy()
    array([-0.2,  2. ], dtype=float32)
    """
    x = floating(x)
    return ops.where(x > 0, x, negative_slope * x)


def _negative_exponential(x):
    # Cut at 0 so that the branch that is not taken neither overflows nor sends NaN into the gradient.
    return primitives.expm1(ops.minimum(x, 0))


def elu(x, alpha=1.0):
    """`x` where positive, else `alpha * (exp(x) - 1)` (Clevert et al., 2016).

    >>> from keraunos import ops
    >>> ops.elu([-1.0, 2.0]).numpy().round(4)
    array([-0.6321,  2.    ], dtype=float32)
    """
    x = floating(x)
    return ops.where(x > 0, x, alpha * _negative_exponential(x))


def celu(x, alpha=1.0):
    """`x` where positive, else `alpha * (exp(x / alpha) - 1)` (Barron, 2017).

    >>> from keraunos import ops
    >>> ops.celu([-1.0, 2.0]).numpy().round(4)
    array([-0.6321,  2.    ], dtype=float32)
    """
    x = floating(x)
    return ops.where(x > 0, x, alpha * _negative_exponential(x / alpha))


def selu(x):
    """`scale * elu(x, alpha)` with the constants that keep mean 0 and variance 1 (Klambauer et al., 2017).

    >>> from keraunos import ops
    >>> ops.selu([-1.0, 2.0]).numpy().round(4)
    array([-1.1113,  2.1014], dtype=float32)
    """
    x = floating(x)
    return ops.where(x >= 0, SELU_SCALE * x, SELU_SCALE * SELU_ALPHA * _negative_exponential(x))


def hard_sigmoid(x):
    """`relu6(x + 3) / 6`: the logistic function as three lines.

    >>> from keraunos import ops
    >>> ops.hard_sigmoid([-4.0, 0.0, 4.0]).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    return relu6(floating(x) + 3) * (1 / 6)


def hard_silu(x):
    """`x * hard_sigmoid(x)`.

    >>> from keraunos import ops
    >>> ops.hard_silu([-4.0, 0.0, 4.0]).numpy()
    array([-0.,  0.,  4.], dtype=float32)
    """
    x = floating(x)
    return x * hard_sigmoid(x)


hard_swish = hard_silu


def hard_tanh(x):
    """`x` cut to [-1, 1]; derivative 1 at -1 and 1.

    >>> from keraunos import ops
    >>> ops.hard_tanh([-4.0, 0.5, 4.0]).numpy()
    array([-1. ,  0.5,  1. ], dtype=float32)
    """
    return ops.maximum(ops.minimum(floating(x), 1), -1)


def hard_shrink(x, threshold=0.5):
    """`x` where `abs(x) > threshold`, else 0.

    >>> from keraunos import ops
    >>> ops.hard_shrink([-1.0, 0.3]).numpy()
    array([-1.,  0.], dtype=float32)
    """
    x = floating(x)
    return ops.where(ops.absolute(x) > threshold, x, 0)


def soft_shrink(x, threshold=0.5):
    """`x` moved towards 0 by `threshold`, and 0 between.

    >>> from keraunos import ops
    >>> ops.soft_shrink([-1.0, 0.3]).numpy()
    array([-0.5,  0. ], dtype=float32)
    """
    x = floating(x)
    return ops.where(x > threshold, x - threshold, ops.where(x < -threshold, x + threshold, 0))


def threshold(x, threshold, default_value):
    """`x` where `x > threshold`, else `default_value`.

    >>> from keraunos import ops
    >>> ops.threshold([0.0, 2.0], 1.0, -5.0).numpy()
    array([-5.,  2.], dtype=float32)
    """
    x = floating(x)
    return ops.where(x > threshold, x, default_value)


def sparse_plus(x):
    """0 below -1, `x` above 1, `(x + 1)^2 / 4` between: a softplus with exact zeros.

    >>> from keraunos import ops
    >>> ops.sparse_plus([-2.0, 0.0, 2.0]).numpy()
    array([0.  , 0.25, 2.  ], dtype=float32)
    """
    x = floating(x)
    # The square is cut as well: where it is not taken it must not overflow.
    middle = ops.square(ops.clip(x, -1, 1) + 1) * 0.25
    return ops.where(x <= -1, 0, ops.where(x < 1, middle, x))


def sparse_sigmoid(x):
    """0 below -1, 1 above 1, `(x + 1) / 2` between.

    >>> from keraunos import ops
    >>> ops.sparse_sigmoid([-2.0, 0.0, 2.0]).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    x = floating(x)
    return ops.where(x <= -1, 0, ops.where(x >= 1, 1, (x + 1) * 0.5))
