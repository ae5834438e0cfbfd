"""Which classes are taken for which: the confusion matrix and what follows from it, in NumPy."""

import numpy as np

from keraunos.utils.imbalance import class_numbers


def predicted_numbers(y, tag):
    """Class numbers of predictions: numbers as they are, the largest of several probabilities, or whether a single one
    lies above 1/2."""
    y = np.asarray(y)
    single = y.ndim == 1 or y.ndim == 2 and y.shape[1] == 1
    if single and y.dtype.kind == "f" and y.size and not (y == np.floor(y)).all():
        return (y.reshape(len(y)) > 0.5).astype(np.int64)
    return class_numbers(y, tag)


def confusion_matrix(y_true, y_pred, labels=None, sample_weight=None, normalize=None):
    """How often each class was predicted as each.

    Args:
        y_true: class numbers `(N,)` or `(N, 1)`, or one-hot `(N, C)`.
        y_pred: class numbers, or what `model.predict` returned: probabilities `(N, C)`, or `(N, 1)` of class 1.
        labels: the classes of the rows and columns, in their order; default: all that occur, sorted.
        sample_weight: `(N,)`.
        normalize: "true" divides rows by their sum, "pred" columns, "all" everything; None: nothing.

    Returns:
        Array `(C, C)`: in row i and column j the samples of class i that were predicted as class j; int64, float64 with
        weights or normalized.

    Raises:
        ValueError: for different lengths and other values of `normalize`.

    Source: `sklearn.metrics.confusion_matrix`.

    >>> from keraunos.utils import confusion_matrix
    >>> confusion_matrix([0, 1, 1, 2], [0, 1, 2, 2])
    array([[1, 0, 0],
           [0, 1, 1],
           [0, 0, 1]])
    """
    tag = "confusion_matrix"
    if normalize not in (None, "true", "pred", "all"):
        raise ValueError(f"[{tag}] normalize must be 'true', 'pred', 'all' or None, got {normalize!r}")
    true, pred = class_numbers(y_true, tag), predicted_numbers(y_pred, tag)
    if len(true) != len(pred):
        raise ValueError(f"[{tag}] y_true has {len(true)} rows, y_pred has {len(pred)}")
    labels = np.unique(np.concatenate([true, pred])) if labels is None else np.asarray(labels, np.int64)
    count = len(labels)
    places = {int(label): place for place, label in enumerate(labels)}
    rows = np.array([places.get(int(n), -1) for n in true], np.int64)
    columns = np.array([places.get(int(n), -1) for n in pred], np.int64)
    inside = (rows >= 0) & (columns >= 0)
    weights = None if sample_weight is None else np.asarray(sample_weight, np.float64)[inside]
    cells = rows[inside] * count + columns[inside]
    matrix = np.bincount(cells, weights, count * count).reshape(count, count)
    matrix = matrix.astype(np.int64) if weights is None else matrix
    if normalize is None:
        return matrix
    total = matrix.sum({"true": 1, "pred": 0, "all": None}[normalize], keepdims=True)
    return np.divide(matrix, total, out=np.zeros(matrix.shape), where=total != 0)
