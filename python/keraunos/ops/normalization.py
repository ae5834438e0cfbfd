"""Moments, normalizations and one-hot encodings."""

import math

from keraunos import config, ops
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.ops.rectifiers import floating


def moments(x, axes, keepdims=False, synchronized=False):
    """Mean and population variance over `axes`; those of halves are computed in float32.

    Args:
        x: tensor `(...)`; integers count as floats.
        axes: an int or several.
        keepdims: whether reduced axes stay with extent 1.
        synchronized: accepted for compatibility; there is one device.

    Raises:
        ValueError: for an axis that is out of range.

    >>> from keraunos import ops
    >>> mean, variance = ops.moments([1.0, 3.0], axes=0)
    >>> float(mean), float(variance)
    (2.0, 1.0)
    """
    result, x = floating(x).dtype, p.widen(floating(x))
    mean = ops.mean(x, axis=axes, keepdims=True)
    variance = ops.mean(ops.square(x - mean), axis=axes, keepdims=keepdims)
    mean = mean if keepdims else ops.reshape(mean, variance.shape)
    return _saturated(mean, result), _saturated(variance, result)


def _saturated(x, dtype):
    """`x` as `dtype`; moments of float16 end at its largest number instead of at infinity."""
    return ops.cast(ops.clip(x, *dtypes.limits("float16")) if dtype in dtypes.HALVES else x, dtype)


def normalize(x, axis=-1, order=2, epsilon=None):
    """`x` divided by its norm of `order` along `axis`; a zero vector stays zero.

    Args:
        x: tensor `(...)`; integers count as floats.
        axis: an int or several.
        order: positive order of the norm.
        epsilon: norms below it count as it; default `keraunos.config.epsilon()`.

    Raises:
        ValueError: for an axis that is out of range, and an `order` that is not positive.

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


def _along(tag, vector, axis, rank, dtype):
    """A vector (or tensor over the axes `axis`) in a shape that broadcasts against rank `rank`."""
    vector = ops.cast(vector, dtype)
    axes = _positive_axes(tag, axis, rank)
    if axes == list(range(rank - len(axes), rank)):
        return vector
    shape = [1] * rank
    for extent, a in zip(vector.shape, axes, strict=True):
        shape[a] = extent
    return ops.reshape(vector, shape)


def _axes(axis):
    return (axis,) if isinstance(axis, int) else tuple(axis)


def _positive_axes(tag, axis, rank):
    """`axis` as ascending numbers from 0 on."""
    axes = _axes(axis)
    if not all(-rank <= a < rank for a in axes):
        raise ValueError(f"[{tag}] axis {axis} is out of range for a tensor of rank {rank}")
    return sorted(a % rank for a in axes)


def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    """`(x - mean) / sqrt(variance + epsilon) * scale + offset`, with vectors along `axis`.

    Computed as `x * a + b`, where `a` and `b` come from the vectors alone.

    Args:
        x: tensor, such as `(N, H, W, C)`; integers count as floats.
        mean, variance, offset, scale: vectors of the extent of `axis`; the last two may be `None`.
        axis: the axis that keeps its own moments.
        epsilon: added to the variance.

    Raises:
        ValueError: for an axis that is out of range, and vectors of another extent.

    >>> from keraunos import ops
    >>> ops.batch_normalization([[3.0]], [1.0], [4.0], axis=-1, epsilon=0.0).numpy()
    array([[1.]], dtype=float32)
    """
    tag, x = "batch_normalization", floating(x)
    rank = len(x.shape)
    factor = ops.rsqrt(ops.cast(variance, x.dtype) + epsilon)
    if scale is not None:
        factor = factor * ops.cast(scale, x.dtype)
    shift = -ops.cast(mean, x.dtype) * factor
    if offset is not None:
        shift = shift + ops.cast(offset, x.dtype)
    return x * _along(tag, factor, axis, rank, x.dtype) + _along(tag, shift, axis, rank, x.dtype)


def normalize_batch(x, axis, offset=None, scale=None, epsilon=1e-3):
    """`batch_normalization` with the moments of `x` itself, through which gradients flow.

    Args:
        x: tensor of rank 2 or more.
        axis: the axis that keeps its own moments.
        offset, scale: vectors of the extent of `axis`, or `None`.
        epsilon: added to the variance.

    Returns:
        (result, mean, variance), the moments as vectors.

    >>> from keraunos import ops
    >>> from keraunos.ops.normalization import normalize_batch
    >>> y, mean, variance = normalize_batch(ops.array([[1.0], [3.0]]), axis=-1, epsilon=0.0)
    >>> y.numpy().ravel(), float(mean[0]), float(variance[0])
    (array([-1.,  1.], dtype=float32), 2.0, 1.0)
    """
    rank = len(x.shape)
    axis %= rank
    scale = ops.ones((x.shape[axis],), x.dtype) if scale is None else ops.cast(scale, x.dtype)
    offset = ops.zeros((x.shape[axis],), x.dtype) if offset is None else ops.cast(offset, x.dtype)
    if axis == rank - 1:
        return p.batch_norm(x, scale, offset, epsilon)
    y, mean, variance = p.batch_norm(ops.moveaxis(x, axis, -1), scale, offset, epsilon)
    return ops.moveaxis(y, -1, axis), mean, variance


def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None, **kwargs):
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta`, with the moments of `axis` (Ba et al., 2016).

    Args:
        x: tensor `(...)`; integers count as floats.
        gamma, beta: tensors of the extents of `axis`, or `None`.
        axis: an int or several.
        epsilon: added to the variance; default `keraunos.config.epsilon()`.
        rms_scaling: deprecated: leaves the mean and `beta` out but not out of the variance; use `rms_normalization`.

    Raises:
        ValueError: for an axis that is out of range, and tensors of other extents.
        TypeError: for unknown arguments.

    >>> from keraunos import ops
    >>> ops.layer_normalization([[1.0, 3.0]]).numpy().round(3)
    array([[-1.,  1.]], dtype=float32)
    """
    rms_scaling = kwargs.pop("rms_scaling", False)
    if kwargs:
        raise TypeError(f"[layer_normalization] unexpected argument {next(iter(kwargs))!r}")
    x = floating(x)
    epsilon = config.epsilon() if epsilon is None else epsilon
    if rms_scaling:
        wide = p.widen(x)
        _, variance = moments(wide, axis, keepdims=True)
        wide = wide * ops.rsqrt(variance + epsilon)
        if gamma is not None:
            wide = wide * _along("layer_normalization", gamma, axis, len(x.shape), wide.dtype)
        return ops.cast(wide, x.dtype)
    return _normalize_rows("layer_normalization", x, gamma, beta, axis, epsilon, centered=True)


def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    """`x / sqrt(mean(x * x) + epsilon) * scale`, with the mean over `axis` (Zhang and Sennrich, 2019).

    Args:
        x: tensor `(...)`; integers count as floats.
        scale: tensor of the extents of `axis`, or `None`.
        axis: an int or several.
        epsilon: added to the mean; default `keraunos.config.epsilon()`.

    Raises:
        ValueError: for an axis that is out of range, and a scale of other extents.

    >>> from keraunos import ops
    >>> ops.rms_normalization([[3.0, 3.0]]).numpy().round(3)
    array([[1., 1.]], dtype=float32)
    """
    epsilon = config.epsilon() if epsilon is None else epsilon
    return _normalize_rows("rms_normalization", floating(x), scale, None, axis, epsilon, centered=False)


def _normalize_rows(tag, x, gamma, beta, axis, epsilon, centered):
    """Layer normalization over any axes: they are moved to the end and become one. Halves compute in float32, gamma and
    beta included."""
    dtype, x = x.dtype, p.widen(x)
    rank = len(x.shape)
    axes = tuple(_positive_axes(tag, axis, rank))
    order = (*(a for a in range(rank) if a not in axes), *axes)
    moved = ops.transpose(x, order)
    extents = moved.shape[rank - len(axes) :]
    columns = math.prod(extents)
    rows = ops.reshape(moved, (x.size // columns if columns else 0, columns))
    gamma = ops.ones((columns,), x.dtype) if gamma is None else ops.reshape(ops.cast(gamma, x.dtype), (columns,))
    beta = ops.zeros((columns,), x.dtype) if beta is None else ops.reshape(ops.cast(beta, x.dtype), (columns,))
    result = ops.reshape(p.layer_norm(rows, gamma, beta, epsilon, centered), moved.shape)
    return ops.cast(ops.transpose(result, [order.index(a) for a in range(rank)]), dtype)


def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    """1 at the class number, 0 elsewhere; a number out of range gives zeros.

    Args:
        x: integers `(...)`; other numbers are cut off to integers.
        num_classes: extent of the new axis.
        axis: where the new axis stands.
        dtype: dtype of the result; default float32.
        sparse: must be False.

    Raises:
        ValueError: for `sparse=True`, and an axis that is out of range.

    >>> from keraunos import ops
    >>> ops.one_hot([1, 0], 2).numpy()
    array([[0., 1.],
           [1., 0.]], dtype=float32)
    """
    if sparse:
        raise ValueError("[one_hot] sparse=True is not supported; use sparse=False")
    x = ops.convert_to_tensor(x)
    x = x if "int" in x.dtype else ops.cast(x, "int64")
    rank = len(x.shape) + 1
    shape = [1] * rank
    shape[axis % rank] = num_classes
    classes = ops.reshape(ops.arange(num_classes, dtype=x.dtype), shape)
    return ops.cast(ops.equal(ops.expand_dims(x, axis), classes), dtype or config.floatx())


def multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False, **kwargs):
    """1 at every class number of a sample, 0 elsewhere.

    Args:
        inputs: integers `(N, K)` or `(K,)`.
        num_classes: extent of the axis of classes.
        axis: where it stands.
        dtype: dtype of the result; default float32.
        sparse: must be False.
        kwargs: `num_tokens`, the name of `num_classes` in earlier versions of Keras.

    Raises:
        TypeError: for another keyword.
        ValueError: without `num_classes`, and for `sparse=True`.

    >>> from keraunos import ops
    >>> ops.multi_hot([0, 2], 3).numpy()
    array([1., 0., 1.], dtype=float32)
    """
    tokens = kwargs.pop("num_tokens", None)
    if kwargs:
        raise TypeError(f"[multi_hot] unexpected keyword {next(iter(kwargs))!r}")
    num_classes = tokens if num_classes is None else num_classes
    if num_classes is None:
        raise ValueError("[multi_hot] num_classes is needed, got None")
    x = ops.convert_to_tensor(inputs)
    encoded = one_hot(ops.cast(x, "int32"), num_classes, axis=axis, dtype=dtype, sparse=sparse)
    return ops.max(encoded, axis=1 if len(x.shape) > 1 else 0)
