"""`tf.math`."""

import numpy as np

from keraunos import ops
from keraunos.compat.tensorflow.core import add_n as add_n
from keraunos.compat.tensorflow.functions import find


def confusion_matrix(labels, predictions, num_classes=None, weights=None, dtype="int32", name=None):
    """(classes, classes): how many of each class (row) were predicted as which (column)."""
    labels, predictions = np.asarray(labels).reshape(-1).astype(int), np.asarray(predictions).reshape(-1).astype(int)
    count = num_classes or int(max(labels.max(initial=-1), predictions.max(initial=-1))) + 1
    found = np.bincount(labels * count + predictions, None if weights is None else np.asarray(weights), count * count)
    return ops.convert_to_tensor(found.reshape(count, count), dtype)


def l2_normalize(x, axis=None, epsilon=1e-12, name=None):
    """`x / sqrt(max(sum(x^2), epsilon))`."""
    return x * ops.rsqrt(ops.maximum(ops.sum(ops.square(x), axis=axis, keepdims=True), epsilon))


def multiply_no_nan(x, y, name=None):
    """`x * y`, 0 where y is."""
    return ops.where(ops.equal(y, 0), ops.zeros_like(x), ops.multiply(x, y))


def __getattr__(name):
    return find("tf.math", name)
