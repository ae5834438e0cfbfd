"""Moments, normalizations and one-hot encodings."""

from keraunos import config, ops
from keraunos.ops.rectifiers import floating


def moments(x, axes, keepdims=False, synchronized=False):
    """Mean and population variance over `axes`.

    Args:
        x: tensor.
        axes: an int or several.
        keepdims: whether reduced axes stay with extent 1.
        synchronized: accepted for compatibility; there is one device.

    >>> from keraunos import ops
    >>> mean, variance = ops.moments([1.0, 3.0], axes=0)
    >>> float(mean), float(variance)
    (2.0, 1.0)
    """
    x = floating(x)
    mean = ops.mean(x, axis=axes, keepdims=True)
    variance = ops.mean(ops.square(x - mean), axis=axes, keepdims=keepdims)
    return (mean if keepdims else ops.reshape(mean, variance.shape)), variance


def normalize(x, axis=-1, order=2, epsilon=None):
    """`x` divided by its norm of `order` along `axis`; a zero vector stays zero.

    Args:
        x: tensor.
        axis: an int or several.
        order: positive order of the norm.
        epsilon: norms below it count as it; default `keraunos.config.epsilon()`.

    >>> from keraunos import ops
    >>> ops.normalize([[3.0, 4.0]]).numpy()
    array([[0.6, 0.8]], dtype=float32)
    """
    if not order > 0:
        raise ValueError(f"[normalize] order must be positive, got {order}")
    x = floating(x)
    epsilon = config.epsilon() if epsilon is None else epsilon
    if order == 2:
        squares = ops.sum(ops.square(x), axis=axis, keepdims=True)
        return x * ops.rsqrt(ops.maximum(squares, epsilon**2))
    norms = ops.power(ops.sum(ops.power(ops.absolute(x), order), axis=axis, keepdims=True), 1 / order)
    return x / ops.maximum(norms, epsilon)


def _along(vector, axis, rank):
    """A vector (or tensor over the axes `axis`) in a shape that broadcasts against rank `rank`."""
    vector = ops.convert_to_tensor(vector)
    if isinstance(axis, int):
        axis = (axis,)
    shape = [1] * rank
    for extent, a in zip(vector.shape, sorted(a % rank for a in axis), strict=True):
        shape[a] = extent
    return ops.reshape(vector, shape)


def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    """`(x - mean) / sqrt(variance + epsilon) * scale + offset`, with vectors along `axis`.

    Args:
        x: tensor.
        mean, variance, offset, scale: vectors of the extent of `axis`; the last two may be `None`.
        axis: the axis that keeps its own moments.
        epsilon: added to the variance.

    >>> from keraunos import ops
    >>> ops.batch_normalization([[3.0]], [1.0], [4.0], axis=-1, epsilon=0.0).numpy()
    array([[1.]], dtype=float32)
    """
    x = floating(x)
    rank = len(x.shape)
    factor = ops.rsqrt(_along(variance, axis, rank) + epsilon)
    if scale is not None:
        factor = factor * _along(scale, axis, rank)
    shift = -_along(mean, axis, rank) * factor
    if offset is not None:
        shift = shift + _along(offset, axis, rank)
    return x * factor + shift


def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None):
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta`, with the moments of `axis`.

    Args:
        x: tensor.
        gamma, beta: tensors of the extents of `axis`, or `None`.
        axis: an int or several.
        epsilon: added to the variance; default `keraunos.config.epsilon()`.

    >>> from keraunos import ops
    >>> ops.layer_normalization([[1.0, 3.0]]).numpy().round(3)
    array([[-1.,  1.]], dtype=float32)
    """
    x = floating(x)
    mean, variance = moments(x, axis, keepdims=True)
    normalized = (x - mean) * ops.rsqrt(variance + (config.epsilon() if epsilon is None else epsilon))
    if gamma is not None:
        normalized = normalized * _along(gamma, axis, len(x.shape))
    return normalized if beta is None else normalized + _along(beta, axis, len(x.shape))


def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    """`x / sqrt(mean(x * x) + epsilon) * scale`, with the mean over `axis` (Zhang and Sennrich, 2019).

    Args:
        x: tensor.
        scale: tensor of the extents of `axis`, or `None`.
        axis: an int or several.
        epsilon: added to the mean; default `keraunos.config.epsilon()`.

    >>> from keraunos import ops
    >>> ops.rms_normalization([[3.0, 3.0]]).numpy().round(3)
    array([[1., 1.]], dtype=float32)
    """
    x = floating(x)
    squares = ops.mean(ops.square(x), axis=axis, keepdims=True)
    normalized = x * ops.rsqrt(squares + (config.epsilon() if epsilon is None else epsilon))
    return normalized if scale is None else normalized * _along(scale, axis, len(x.shape))


def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    """1 at the class number, 0 elsewhere; a number out of range gives zeros.

    Args:
        x: integers of any shape.
        num_classes: extent of the new axis.
        axis: where the new axis stands.
        dtype: dtype of the result; default float32.
        sparse: must be False.

    >>> from keraunos import ops
    >>> ops.one_hot([1, 0], 2).numpy()
    array([[0., 1.],
           [1., 0.]], dtype=float32)
    """
    if sparse:
        raise ValueError("[one_hot] sparse=True is not supported; use sparse=False")
    x = ops.convert_to_tensor(x)
    rank = len(x.shape) + 1
    shape = [1] * rank
    shape[axis % rank] = num_classes
    classes = ops.reshape(ops.arange(num_classes, dtype=x.dtype), shape)
    return ops.cast(ops.equal(ops.expand_dims(x, axis), classes), dtype or config.floatx())


def multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False):
    """1 at every class number of a sample, 0 elsewhere.

    Args:
        inputs: integers `(N, K)` or `(K,)`.
        num_classes: extent of the axis of classes.
        axis: where it stands.
        dtype: dtype of the result; default float32.
        sparse: must be False.

    >>> from keraunos import ops
    >>> ops.multi_hot([0, 2], 3).numpy()
    array([1., 0., 1.], dtype=float32)
    """
    if num_classes is None:
        raise ValueError("[multi_hot] num_classes is needed, got None")
    x = ops.convert_to_tensor(inputs)
    encoded = one_hot(ops.cast(x, "int32"), num_classes, axis=axis, dtype=dtype, sparse=sparse)
    return ops.max(encoded, axis=1 if len(x.shape) > 1 else 0)
