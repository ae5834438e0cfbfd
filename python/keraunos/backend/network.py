"""Convolutions, pools, paddings and losses with the arguments of older notebooks."""

from keraunos import _arguments, ops


def conv1d(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolution of `(N, T, C)`; `padding` may be `"causal"`."""
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d(x, kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """Convolution of `(N, H, W, C)` with a kernel `(h, w, C, filters)`."""
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def pool2d(x, pool_size, strides=(1, 1), padding="valid", data_format=None, pool_mode="max"):
    """Largest (`pool_mode="max"`) or mean (`"avg"`) value of windows of `(N, H, W, C)`."""
    pools = {"max": ops.max_pool, "avg": ops.average_pool}
    _arguments.one_of("pool2d", "pool_mode", pool_mode, tuple(pools))
    return pools[pool_mode](x, pool_size, strides, padding, data_format)


def spatial_2d_padding(x, padding=((1, 1), (1, 1)), data_format=None):
    """`(N, H, W, C)` with zeros around rows and columns."""
    around = [list(pair) for pair in padding]
    first = _arguments.data_format("spatial_2d_padding", data_format) == "channels_first"
    return ops.pad(x, [[0, 0], [0, 0], *around] if first else [[0, 0], *around, [0, 0]])


def resize_images(x, height_factor, width_factor, data_format, interpolation="nearest"):
    """Pictures whose sides are whole multiples of what they were."""
    rows, columns = (2, 3) if data_format == "channels_first" else (1, 2)
    size = (x.shape[rows] * height_factor, x.shape[columns] * width_factor)
    return ops.image.resize(x, size, interpolation, data_format=data_format)


def bias_add(x, bias, data_format=None):
    """`x` plus a bias of shape `(C,)`, or of one sample."""
    x, bias = ops.convert_to_tensor(x), ops.convert_to_tensor(bias)
    first = _arguments.data_format("bias_add", data_format) == "channels_first"
    if bias.ndim not in (1, x.ndim - 1):
        raise ValueError(f"[bias_add] expected a bias with 1 or {x.ndim - 1} axes, got shape {bias.shape}")
    if first and bias.ndim == 1:
        return x + ops.reshape(bias, (-1, *[1] * (x.ndim - 2)))
    return x + (ops.moveaxis(bias, -1, 0) if first else bias)


def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    """`gamma * (x - mean) / sqrt(var + epsilon) + beta`; beta and gamma may be None."""
    return ops.batch_normalization(x, mean, var, axis, beta, gamma, epsilon)


def dropout(x, level, noise_shape=None, seed=None):
    """Elements at random 0, with probability `level`, the others divided by `1 - level`."""
    from keraunos import random

    return random.dropout(x, level, noise_shape, seed)


def binary_crossentropy(target, output, from_logits=False):
    """The loss of every element."""
    return ops.binary_crossentropy(target, output, from_logits)


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """The loss of every sample, for one-hot targets."""
    return ops.categorical_crossentropy(target, output, from_logits, axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """The loss of every sample, for class numbers."""
    return ops.sparse_categorical_crossentropy(target, output, from_logits, axis)
