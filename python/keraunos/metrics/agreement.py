"""Accuracies: how often predictions agree with labels."""

from keraunos import config, ops
from keraunos.losses.reduction import align_ranks
from keraunos.losses.wrapper import pair
from keraunos.metrics.means import NamedMean
from keraunos.ops.rectifiers import floating


def _matches(a, b):
    return ops.cast(ops.equal(a, b), config.floatx())


def accuracy(y_true, y_pred):
    """1 where prediction and label are equal, elementwise."""
    y_true, y_pred = pair(y_true, y_pred)
    return _matches(y_true, y_pred)


def binary_accuracy(y_true, y_pred, threshold=0.5):
    """1 where `y_pred > threshold` agrees with the label 0 or 1, elementwise.

    >>> import keraunos as keras
    >>> keras.metrics.binary_accuracy([[1.0], [0.0]], [[0.9], [0.8]]).numpy()
    array([[1.],
           [0.]], dtype=float32)
    """
    y_true, y_pred = align_ranks(ops.convert_to_tensor(y_true), floating(y_pred))
    return _matches(y_true, ops.cast(y_pred > threshold, y_true.dtype))


def categorical_accuracy(y_true, y_pred):
    """1 where the largest prediction is the class of the one-hot label: `(N, ..., C)` gives `(N, ...)`.

    >>> import keraunos as keras
    >>> keras.metrics.categorical_accuracy([[0.0, 1.0]], [[0.2, 0.8]]).numpy()
    array([1.], dtype=float32)
    """
    return _matches(ops.argmax(ops.convert_to_tensor(y_true), axis=-1), ops.argmax(floating(y_pred), axis=-1))


def sparse_categorical_accuracy(y_true, y_pred):
    """1 where the largest prediction is the class number.

    Labels `(N, ...)` or `(N, ..., 1)` and predictions `(N, ..., C)` give `(N, ...)`.

    >>> import keraunos as keras
    >>> keras.metrics.sparse_categorical_accuracy([1], [[0.2, 0.8]]).numpy()
    array([1.], dtype=float32)
    """
    y_pred = floating(y_pred)
    y_true = _class_numbers("sparse_categorical_accuracy", y_true, y_pred)
    return _matches(y_true, ops.argmax(y_pred, axis=-1))


def _class_numbers(tag, y_true, y_pred):
    y_true = ops.cast(ops.convert_to_tensor(y_true), "int32")
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, axis=-1)
    if tuple(y_true.shape) != tuple(y_pred.shape[:-1]):
        raise ValueError(
            f"[{tag}] expected class numbers of shape {tuple(y_pred.shape[:-1])} for predictions "
            f"{tuple(y_pred.shape)}, got {tuple(y_true.shape)}; for one-hot labels use {tag.removeprefix('sparse_')}"
        )
    return y_true


def _in_top_k(y_true, y_pred, k):
    chosen = ops.one_hot(y_true, y_pred.shape[-1], dtype=y_pred.dtype)
    score = ops.sum(chosen * y_pred, axis=-1, keepdims=True)
    higher = ops.sum(ops.cast(y_pred > score, "int32"), axis=-1)
    return ops.cast(higher < k, config.floatx())


def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """1 where fewer than `k` classes score higher than the class of the one-hot label.

    >>> import keraunos as keras
    >>> keras.metrics.top_k_categorical_accuracy([[0.0, 0.0, 1.0]], [[0.6, 0.1, 0.3]], k=2).numpy()
    array([1.], dtype=float32)
    """
    return _in_top_k(ops.argmax(ops.convert_to_tensor(y_true), axis=-1), floating(y_pred), k)


def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5, from_sorted_ids=False):
    """1 where fewer than `k` classes score higher than the class of the label.

    Args:
        y_true: class numbers `(N, ...)`.
        y_pred: scores `(N, ..., C)`, or with `from_sorted_ids` class numbers by falling score.
        k: how many classes count.
        from_sorted_ids: what `y_pred` holds.

    >>> import keraunos as keras
    >>> keras.metrics.sparse_top_k_categorical_accuracy([2], [[0.6, 0.1, 0.3]], k=2).numpy()
    array([1.], dtype=float32)
    """
    if from_sorted_ids:
        ids = ops.cast(ops.convert_to_tensor(y_pred), "int32")[..., :k]
        y_true = ops.cast(ops.convert_to_tensor(y_true), "int32")
        return ops.cast(ops.any(ops.equal(ops.expand_dims(y_true, -1), ids), axis=-1), config.floatx())
    y_pred = floating(y_pred)
    return _in_top_k(_class_numbers("sparse_top_k_categorical_accuracy", y_true, y_pred), y_pred, k)


class Accuracy(NamedMean):
    """How often predictions equal labels.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.Accuracy()([1.0, 2.0], [1.0, 3.0]))
    0.5
    """

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(NamedMean):
    """How often `y_pred > threshold` agrees with labels 0 and 1.

    Args:
        name, dtype: see `Metric`.
        threshold: in [0, 1].

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.BinaryAccuracy()([1.0, 0.0], [0.9, 0.8]))
    0.5
    """

    _saved = ("threshold",)

    def __init__(self, name="binary_accuracy", dtype=None, threshold=0.5):
        if threshold is not None and not 0 <= threshold <= 1:
            raise ValueError(f"[binary_accuracy] threshold must be in [0, 1], got {threshold}")
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)
        self.threshold = threshold


class CategoricalAccuracy(NamedMean):
    """How often the largest prediction is the class of a one-hot label.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.CategoricalAccuracy()([[0.0, 1.0]], [[0.2, 0.8]]))
    1.0
    """

    def __init__(self, name="categorical_accuracy", dtype=None):
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(NamedMean):
    """How often the largest prediction is the class number.

    Args:
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.SparseCategoricalAccuracy()([1], [[0.2, 0.8]]))
    1.0
    """

    def __init__(self, name="sparse_categorical_accuracy", dtype=None):
        super().__init__(sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(NamedMean):
    """How often the class of a one-hot label is among the `k` largest predictions.

    Args:
        k: how many classes count.
        name, dtype: see `Metric`.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.TopKCategoricalAccuracy(k=2)([[0.0, 0.0, 1.0]], [[0.6, 0.1, 0.3]]))
    1.0
    """

    _saved = ("k",)

    def __init__(self, k=5, name="top_k_categorical_accuracy", dtype=None):
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)
        self.k = k


class SparseTopKCategoricalAccuracy(NamedMean):
    """How often the class number is among the `k` largest predictions.

    Args:
        k: how many classes count.
        name, dtype: see `Metric`.
        from_sorted_ids: whether predictions are class numbers by falling score.

    Example:

    >>> import keraunos as keras
    >>> float(keras.metrics.SparseTopKCategoricalAccuracy(k=2)([2], [[0.6, 0.1, 0.3]]))
    1.0
    """

    def __init__(self, k=5, name="sparse_top_k_categorical_accuracy", dtype=None, from_sorted_ids=False):
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids)
        self.k = k
        self.from_sorted_ids = from_sorted_ids

    @property
    def _saved(self):
        return ("k", "from_sorted_ids") if self.from_sorted_ids else ("k",)
