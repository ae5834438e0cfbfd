"""Metrics: counts by two ways, names, state, errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keraunos import metrics, ops
from keraunos.metrics import confusion

rng = np.random.default_rng(6)
ARGUMENTS = {
    "MeanMetricWrapper": {"fn": metrics.mean_squared_error},
    "IoU": {"num_classes": 3, "target_class_ids": [0]},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [0]},
    "MeanIoU": {"num_classes": 3},
    "OneHotMeanIoU": {"num_classes": 3},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
}
CLASSES = [name for name in metrics.__all__ if isinstance(getattr(metrics, name), type) and name != "Metric"]


@pytest.mark.parametrize("name", CLASSES)
def test_config_and_serialization_round_trip(name):
    metric = getattr(metrics, name)(**ARGUMENTS.get(name, {}), name="mine")
    again = metrics.deserialize(metrics.serialize(metric))
    assert type(again) is type(metric)
    assert again.get_config() == metric.get_config()
    assert again.name == "mine"


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("mse", "mean_squared_error"),
        ("MAE", "mean_absolute_error"),
        ("sparse_categorical_accuracy", "sparse_categorical_accuracy"),
        ("AUC", "auc"),
        ("f1_score", "f1_score"),
        ("RootMeanSquaredError", "root_mean_squared_error"),
    ],
)
def test_found_by_name(identifier, name):
    assert metrics.get(identifier).name.startswith(name)


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'binary_accuracy'"):
        metrics.get("binary_acuracy")


def test_automatic_names_are_numbered():
    from keraunos import _naming

    _naming.reset_names()
    assert [metrics.AUC().name, metrics.AUC().name, metrics.Precision().name] == ["auc", "auc_1", "precision"]


def test_one_hot_labels_for_sparse_accuracy():
    with pytest.raises(ValueError, match="for one-hot labels use categorical_accuracy"):
        metrics.SparseCategoricalAccuracy()(np.eye(3), np.eye(3))


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: metrics.Precision(thresholds=1.5), "thresholds must be in"),
        (lambda: metrics.AUC(curve="PRC"), "curve must be one of"),
        (lambda: metrics.AUC(num_thresholds=1), "num_thresholds must be larger than 1"),
        (lambda: metrics.FBetaScore(beta=-1.0), "beta must be a positive float"),
        (lambda: metrics.F1Score(average="median"), "average must be one of"),
        (lambda: metrics.IoU(3, [3]), "target_class_ids must be in"),
        (lambda: metrics.R2Score(num_regressors=-1), "must not be negative"),
        (lambda: metrics.PrecisionAtRecall(2.0), "the bound must be in"),
        (lambda: metrics.Precision()(np.ones((3, 2)), np.ones((3, 4))), "must have the same shape"),
    ],
)
def test_errors(make, match):
    with pytest.raises(ValueError, match=match):
        make()


@given(
    scores=st.lists(
        st.one_of(st.floats(0, 1, width=32), st.sampled_from([0.0, 0.25, 0.5, 1.0])), min_size=1, max_size=20
    ),
    count=st.integers(8, 30),
    seed=st.integers(0, 50),
)
def test_buckets_agree_with_comparisons(scores, count, seed):
    """Sorting into buckets counts what comparing with every threshold counts, away from rounding at the thresholds."""
    scores = np.array(scores, "float32")
    thresholds = [-1e-7, *confusion.spread(count), 1 + 1e-7]
    distance = np.abs(scores[:, None] - np.array(thresholds)[None]).min(axis=1)
    scores = scores[(distance > 1e-5) | (scores == 0) | (scores == 1)]
    if not len(scores):
        return
    labels = np.random.default_rng(seed).integers(0, 2, len(scores)).astype("float32")
    weight = np.random.default_rng(seed + 1).random(len(scores)).astype("float32")
    found = confusion.counts(labels, scores, thresholds, "float32", weight)
    above = scores[None] > np.array(thresholds)[:, None]
    np.testing.assert_allclose(found[0], (above * labels * weight).sum(1), atol=1e-5)
    np.testing.assert_allclose(found[1], (above * (1 - labels) * weight).sum(1), atol=1e-5)
    np.testing.assert_allclose(found[2], (~above * (1 - labels) * weight).sum(1), atol=1e-5)
    np.testing.assert_allclose(found[3], (~above * labels * weight).sum(1), atol=1e-5)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=30, unique=True), st.integers(0, 100))
def test_auc_is_the_share_of_pairs_in_order(places, seed):
    """With a threshold between any two scores the area under the ROC curve is the Mann-Whitney statistic."""
    scores = np.array(places, "float32") / 1000
    labels = np.random.default_rng(seed).integers(0, 2, len(scores))
    if labels.min() == labels.max():
        return
    positives, negatives = scores[labels == 1], scores[labels == 0]
    pairs = (positives[:, None] > negatives[None]).mean()
    thresholds = [(place + 0.5) / 1000 for place in range(1000)]
    found = metrics.AUC(thresholds=thresholds)(labels, scores)
    np.testing.assert_allclose(float(found), pairs, atol=1e-5)


def test_multi_label_auc_is_the_mean_of_columns():
    labels, scores = rng.integers(0, 2, (40, 3)), rng.random((40, 3)).astype("float32")
    together = metrics.AUC(multi_label=True)(labels, scores)
    apart = [float(metrics.AUC()(labels[:, i], scores[:, i])) for i in range(3)]
    np.testing.assert_allclose(float(together), np.mean(apart), rtol=1e-5)


def test_sample_weight_stands_for_repetition():
    y_true, y_pred = rng.integers(0, 2, 6), rng.random(6).astype("float32")
    repeats = np.array([1, 2, 0, 3, 1, 2])
    for make in (metrics.Precision, metrics.Recall, metrics.BinaryAccuracy, metrics.AUC, metrics.MeanSquaredError):
        weighted = make()(y_true[:, None], y_pred[:, None], sample_weight=repeats)
        repeated = make()(np.repeat(y_true, repeats)[:, None], np.repeat(y_pred, repeats)[:, None])
        np.testing.assert_allclose(float(weighted), float(repeated), rtol=1e-5, err_msg=make.__name__)


def test_batches_add_up():
    y_true, y_pred = rng.standard_normal((2, 12, 3)).astype("float32")
    for make in (metrics.MeanSquaredError, metrics.RootMeanSquaredError, metrics.R2Score, metrics.MeanAbsoluteError):
        whole, parts = make(), make()
        whole.update_state(y_true, y_pred)
        for start in range(0, 12, 4):
            parts.update_state(y_true[start : start + 4], y_pred[start : start + 4])
        np.testing.assert_allclose(float(whole.result()), float(parts.result()), rtol=1e-5, err_msg=make.__name__)


def test_reset_forgets_everything():
    metric = metrics.Mean()
    metric.update_state([3.0])
    metric.reset_state()
    assert float(metric.result()) == 0.0
    metric.update_state([5.0])
    assert float(metric.result()) == 5.0


def test_masked_values_do_not_count():
    y_pred = ops.convert_to_tensor(np.array([[1.0], [100.0]], "float32"))
    y_pred._keras_mask = ops.convert_to_tensor(np.array([True, False]))
    assert float(metrics.MeanSquaredError()(np.zeros((2, 1), "float32"), y_pred)) == 1.0


def test_a_metric_inside_a_metric_is_part_of_its_state():
    class Pair(metrics.Metric):
        def __init__(self):
            super().__init__()
            self.inner = metrics.Mean()
            self.calls = self.add_variable((), "zeros", name="calls")

        def update_state(self, values):
            self.inner.update_state(values)
            self.calls.assign_add(1.0)

        def result(self):
            return self.inner.result()

    metric = Pair()
    metric.update_state([2.0])
    assert [v.name for v in metric.variables] == ["calls", "total", "count"]
    metric.reset_state()
    assert all(float(v) == 0 for v in metric.variables)


def test_ties_at_the_top():
    """A class is in the top k when fewer than k classes score strictly higher."""
    scores = np.array([[0.3, 0.3, 0.3, 0.1]], "float32")
    found = [float(metrics.SparseTopKCategoricalAccuracy(k=1)(np.array([c]), scores)) for c in range(4)]
    assert found == [1.0, 1.0, 1.0, 0.0]
