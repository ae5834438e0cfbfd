"""`tf.nn`."""

from keraunos import ops
from keraunos.compat.tensorflow.functions import find
from keraunos.compat.tensorflow.math import l2_normalize as l2_normalize


def _spatial(sizes):
    """Sizes without those of batch and channels."""
    return tuple(sizes[1:-1]) if isinstance(sizes, (list, tuple)) and len(sizes) == 4 else sizes


def conv2d(input, filters, strides, padding, data_format="NHWC", dilations=None, name=None):
    """`keras.ops.conv` of pictures (N, H, W, C) and filters (height, width, C, F)."""
    return ops.conv(input, filters, _spatial(strides), padding.lower(), dilation_rate=_spatial(dilations or 1))


def max_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """`keras.ops.max_pool`."""
    return ops.max_pool(input, _spatial(ksize), _spatial(strides), padding.lower())


def avg_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """`keras.ops.average_pool`."""
    return ops.average_pool(input, _spatial(ksize), _spatial(strides), padding.lower())


max_pool, avg_pool = max_pool2d, avg_pool2d


def bias_add(value, bias, data_format=None, name=None):
    """`value + bias` on the last axis."""
    return ops.add(value, bias)


def dropout(x, rate, noise_shape=None, seed=None, name=None):
    """`keras.random.dropout`."""
    from keraunos import random

    return random.dropout(x, rate, noise_shape, seed)


def l2_loss(t, name=None):
    """Half the sum of squares."""
    return ops.sum(ops.square(t)) / 2


def moments(x, axes, shift=None, keepdims=False, name=None):
    """(mean, variance)."""
    return ops.moments(x, axes, keepdims)


def softmax_cross_entropy_with_logits(labels, logits, axis=-1, name=None):
    """Cross-entropy of every row, of one-hot labels."""
    return ops.categorical_crossentropy(labels, logits, from_logits=True, axis=axis)


def sparse_softmax_cross_entropy_with_logits(labels, logits, name=None):
    """Cross-entropy of every row, of class numbers."""
    return ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """Cross-entropy of every element."""
    return ops.binary_crossentropy(labels, logits, from_logits=True)


def embedding_lookup(params, ids, max_norm=None, name=None):
    """Rows of a table."""
    return ops.take(params, ids, axis=0)


def __getattr__(name):
    return find("tf.nn", name)
