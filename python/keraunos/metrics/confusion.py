"""Confusion counts at thresholds: the state behind precision, recall, AUC and their relatives."""

import numpy as np

from keraunos import config, ops
from keraunos.losses.reduction import align_ranks

# Score of classes outside the top k: below every threshold.
NEVER = -1e10

# From this many evenly spaced thresholds on, sorting predictions into buckets is cheaper than comparing with each.
_MANY = 8


def checked_thresholds(tag, thresholds, default):
    """Thresholds as a list of numbers in [0, 1]; `default` for `None`."""
    if thresholds is None:
        return [default]
    listed = list(thresholds) if isinstance(thresholds, (list, tuple)) else [thresholds]
    if not listed or any(t is None or not 0 <= t <= 1 for t in listed):
        raise ValueError(f"[{tag}] thresholds must be in [0, 1], got {thresholds}")
    return listed


def evenly_spaced(thresholds):
    """Whether thresholds are 0, 1/(n-1), ..., 1 (up to the fuzz factor)."""
    if len(thresholds) < 3:
        return False
    even = np.arange(len(thresholds), dtype=np.float32) / (len(thresholds) - 1)
    return bool(np.allclose(thresholds, even, atol=config.epsilon()))


def spread(count):
    """`count - 2` thresholds evenly spaced between 0 and 1, without the ends."""
    return [(i + 1) / (count - 1) for i in range(count - 2)]


def only_top_k(scores, k):
    """Scores `(N, C)` with everything but the `k` largest of a row replaced by `NEVER`."""
    _, chosen = ops.top_k(scores, k)
    kept = ops.sum(ops.one_hot(chosen, scores.shape[-1], dtype=scores.dtype), axis=-2)
    return scores * kept + NEVER * (1 - kept)


def counts(y_true, y_pred, thresholds, dtype, sample_weight=None, top_k=None, class_id=None, per_label=False,
           label_weights=None):  # fmt: skip
    """Weighted numbers of true and false positives and negatives.

    Args:
        y_true: labels, nonzero is positive, shape `(N, L)` or `(N,)`.
        y_pred: scores of the same shape; positive means `y_pred > threshold`.
        thresholds: numbers `(T,)`.
        dtype: dtype of the counts.
        sample_weight: `(N,)` or what broadcasts to `(N, L)`.
        top_k: count only the k largest scores of a sample as positive.
        class_id: look at this column alone.
        per_label: keep columns apart.
        label_weights: factors `(L,)`, when columns are not kept apart.

    Returns:
        `(true_positives, false_positives, true_negatives, false_negatives)`, each `(T,)`, or `(T, L)` with `per_label`.
    """
    y_true, y_pred = ops.cast(ops.convert_to_tensor(y_true), dtype), ops.cast(ops.convert_to_tensor(y_pred), dtype)
    y_pred, y_true = align_ranks(y_pred, y_true)
    if tuple(y_true.shape) != tuple(y_pred.shape):
        raise ValueError(
            f"[confusion] y_true and y_pred must have the same shape, got {tuple(y_true.shape)} and "
            f"{tuple(y_pred.shape)}"
        )
    if sample_weight is not None:
        sample_weight = ops.expand_dims(ops.cast(ops.convert_to_tensor(sample_weight), dtype), -1)
        _, sample_weight = align_ranks(y_true, sample_weight, expand_vectors=False)
    if top_k is not None:
        y_pred = only_top_k(y_pred, top_k)
    if class_id is not None:
        if len(y_pred.shape) == 1:
            raise ValueError(f"[confusion] class_id needs predictions (N, C), got shape {tuple(y_pred.shape)}")
        y_true, y_pred = y_true[..., class_id : class_id + 1], y_pred[..., class_id : class_id + 1]

    positive = ops.cast(ops.not_equal(y_true, 0), dtype)
    weight = ops.ones_like(y_pred) if sample_weight is None else ops.broadcast_to(sample_weight, y_pred.shape)
    if label_weights is not None:
        weight = weight * ops.cast(label_weights, dtype)
    positive, negative = positive * weight, (1 - positive) * weight
    if not per_label:
        positive, negative, y_pred = (ops.reshape(x, (-1, 1)) for x in (positive, negative, y_pred))
    true_positives, false_positives = _above(thresholds, y_pred, (positive, negative), dtype)
    results = (
        true_positives,
        false_positives,
        ops.sum(negative, axis=0) - false_positives,
        ops.sum(positive, axis=0) - true_positives,
    )
    return results if per_label else tuple(ops.squeeze(r, -1) for r in results)


def _above(thresholds, scores, weights, dtype):
    """For each of `weights` (N, L) its sum where `scores > threshold`: (T, L)."""
    if len(thresholds) >= _MANY and evenly_spaced(thresholds):
        return _above_evenly(thresholds, scores, weights)
    steps = ops.convert_to_tensor(np.asarray(thresholds, dtype).reshape(-1, 1, 1))
    over = ops.cast(ops.expand_dims(scores, 0) > steps, dtype)
    return [ops.sum(over * ops.expand_dims(w, 0), axis=1) for w in weights]


def _above_evenly(thresholds, scores, weights):
    # Bucket i holds the scores in (i / (T - 1), (i + 1) / (T - 1)]; what lies above threshold i is the sum of the
    # buckets from i on. A score of exactly 0 exceeds only a first threshold that lies below 0.
    count, labels = len(thresholds), scores.shape[1]
    bucket = ops.ceil(ops.clip(scores, 0.0, 1.0) * (count - 1)) - 1
    if thresholds[0] < 0:
        bucket = ops.maximum(bucket, 0)
    inside = bucket >= 0
    column = ops.arange(labels, dtype="int32")
    flat = ops.reshape(ops.cast(ops.maximum(bucket, 0), "int32") * labels + column, (-1,))
    found = []
    for weight in weights:
        values = ops.reshape(ops.where(inside, weight, 0), (-1,))
        buckets = ops.reshape(ops.segment_sum(values, flat, count * labels), (count, labels))
        found.append(ops.flip(ops.cumsum(ops.flip(buckets, axis=0), axis=0), axis=0))
    return found
