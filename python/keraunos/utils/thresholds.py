"""From which score on a prediction counts as a yes: precision and recall of every threshold, and the best one."""

from typing import NamedTuple

import numpy as np

METRICS = ("f1", "fbeta", "accuracy", "balanced_accuracy", "youden", "mcc", "precision", "recall")


class Counts(NamedTuple):
    """What happens at every threshold, from the highest score down: weights of hits, false alarms, misses and rightly
    left out."""

    thresholds: np.ndarray
    true_positives: np.ndarray
    false_positives: np.ndarray
    false_negatives: np.ndarray
    true_negatives: np.ndarray


class BestThreshold(NamedTuple):
    """The threshold, the value of the metric there, and precision and recall there."""

    threshold: float
    value: float
    precision: float
    recall: float


def counts_by_threshold(y_true, scores, sample_weight=None):
    """`Counts` for "yes where the score is at least the threshold", at every score that occurs.

    Raises:
        ValueError: for different lengths, labels other than 0 and 1, and scores that are no numbers.
    """
    true, scores = np.asarray(y_true), np.asarray(scores, np.float64)
    true, scores = (v.reshape(len(v), -1)[:, 0] if v.ndim == 2 and v.shape[1] == 1 else v for v in (true, scores))
    if true.ndim != 1 or true.shape != scores.shape or not len(true):
        raise ValueError(f"[threshold] expected as many labels as scores, (N,); got {true.shape} and {scores.shape}")
    if not np.isin(true, (0, 1)).all():
        raise ValueError("[threshold] labels must be 0 or 1; for several classes pass y == c and scores[:, c]")
    if np.isnan(scores).any():
        raise ValueError("[threshold] scores hold NaN")
    weights = np.ones(len(true)) if sample_weight is None else np.asarray(sample_weight, np.float64)
    order = np.argsort(-scores, kind="stable")
    scores, yes, weights = scores[order], true[order].astype(bool), weights[order]
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))  # of every run of equal scores
    hits, alarms = (np.cumsum(np.where(which, weights, 0))[last] for which in (yes, ~yes))
    return Counts(scores[last], hits, alarms, hits[-1] - hits, alarms[-1] - alarms)


def precision_recall_curve(y_true, scores, sample_weight=None):
    """What a higher threshold gains in precision and costs in recall.

    Args:
        y_true: labels 0 and 1, `(N,)` or `(N, 1)`.
        scores: what `model.predict` returned, of the same shape; any numbers, the greater the surer.
        sample_weight: `(N,)`.

    Returns:
        (precision, recall, thresholds): arrays from the lowest threshold to the highest, one for every score that
        occurs; precision and recall end with 1 and 0, where nothing is predicted.

    Raises:
        ValueError: for different lengths, labels other than 0 and 1, and scores that are no numbers.

    Source: `sklearn.metrics.precision_recall_curve`.

    >>> from keraunos.utils import precision_recall_curve
    >>> precision, recall, thresholds = precision_recall_curve([0, 1, 1], [0.2, 0.4, 0.9])
    >>> precision, recall, thresholds
    (array([0.66666667, 1.        , 1.        , 1.        ]), array([1. , 1. , 0.5, 0. ]), array([0.2, 0.4, 0.9]))
    """
    counts = counts_by_threshold(y_true, scores, sample_weight)
    precision, recall = _precision(counts), _recall(counts)
    return np.append(precision[::-1], 1.0), np.append(recall[::-1], 0.0), counts.thresholds[::-1]


def best_threshold(y_true, scores, metric="f1", beta=1.0, sample_weight=None, min_precision=0.0, min_recall=0.0):
    """The score from which on to say yes, so that a metric is as large as it can be.

    All thresholds that make a difference are tried: every score that occurs, and one above all of them.

    Args:
        y_true, scores, sample_weight: see `precision_recall_curve`. Use data that the model was not trained on.
        metric: "f1", "fbeta", "accuracy", "balanced_accuracy", "youden" (sensitivity + specificity - 1), "mcc"
            (Matthews), "precision", "recall", or a function of (true positives, false positives, false negatives, true
            negatives), arrays with an entry per threshold, that returns such an array.
        beta: weight of recall in "fbeta", 1 for equal weights.
        min_precision, min_recall: thresholds with less are no choice.

    Returns:
        `BestThreshold`: threshold, value, precision, recall. Predict yes where `scores >= threshold`; infinity stands
        for never. Of several best ones, the highest.

    Raises:
        ValueError: as `precision_recall_curve`, for other metrics, and when no threshold is a choice.

    Example:

    >>> from keraunos.utils import best_threshold
    >>> best_threshold([0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.35, 0.6, 0.9], metric="f1")
    BestThreshold(threshold=0.3, value=0.8571428571428571, precision=0.75, recall=1.0)
    """
    if not callable(metric) and metric not in METRICS:
        raise ValueError(f"[best_threshold] metric must be a function or one of {', '.join(METRICS)}, got {metric!r}")
    counts = counts_by_threshold(y_true, scores, sample_weight)
    first = [np.inf, 0.0, 0.0, counts.true_positives[-1], counts.false_positives[-1]]
    counts = Counts(*(np.concatenate([[value], part]) for value, part in zip(first, counts, strict=True)))
    precision, recall = _precision(counts), _recall(counts)
    values = np.asarray(metric(*counts[1:]) if callable(metric) else _values(metric, counts, beta), np.float64)
    choice = (precision >= min_precision) & (recall >= min_recall) & ~np.isnan(values)
    if not choice.any():
        raise ValueError(f"[best_threshold] no threshold has precision >= {min_precision} and recall >= {min_recall}")
    best = int(np.argmax(np.where(choice, values, -np.inf)))
    return BestThreshold(*(float(part[best]) for part in (counts.thresholds, values, precision, recall)))


def _divided(above, below, otherwise):
    return np.divide(above, below, out=np.full(len(below), float(otherwise)), where=below != 0)


def _precision(counts):
    """Of what is predicted, how much is right; 1 where nothing is."""
    return _divided(counts.true_positives, counts.true_positives + counts.false_positives, 1)


def _recall(counts):
    """Of what there is, how much is predicted; 1 where there is nothing, as in scikit-learn."""
    return _divided(counts.true_positives, counts.true_positives + counts.false_negatives, 1)


def _values(metric, counts, beta):
    _, hits, alarms, misses, left = counts
    if metric in ("f1", "fbeta"):
        square = (1.0 if metric == "f1" else beta) ** 2
        return _divided((1 + square) * hits, (1 + square) * hits + square * misses + alarms, 0)
    if metric == "accuracy":
        return (hits + left) / (hits + alarms + misses + left)
    if metric in ("balanced_accuracy", "youden"):
        both = _divided(hits, hits + misses, 0) + _divided(left, left + alarms, 0)
        return both / 2 if metric == "balanced_accuracy" else both - 1
    if metric == "mcc":
        spread = (hits + alarms) * (hits + misses) * (left + alarms) * (left + misses)
        return _divided(hits * left - alarms * misses, np.sqrt(spread), 0)
    return _precision(counts) if metric == "precision" else _recall(counts)
