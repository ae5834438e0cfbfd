"""Confusion matrices, reports and thresholds: by hand, and against scikit-learn where that is installed."""

import keraunos as keras
import numpy as np
import pytest
from keraunos.utils import best_threshold, classification_report, confusion_matrix, precision_recall_curve

RNG = np.random.default_rng(0)


def brute(y, s, w=None):
    """(threshold, hits, alarms, misses, left out) for every score and for none, counted one by one."""
    w = np.ones(len(y)) if w is None else w
    for t in [np.inf, *sorted(set(s), reverse=True)]:
        yes = s >= t
        yield t, w[yes & (y == 1)].sum(), w[yes & (y == 0)].sum(), w[~yes & (y == 1)].sum(), w[~yes & (y == 0)].sum()


FORMULAS = {
    "f1": lambda tp, fp, fn, tn: 2 * tp / (2 * tp + fp + fn) if tp else 0,
    "fbeta": lambda tp, fp, fn, tn: 5 * tp / (5 * tp + 4 * fn + fp) if tp else 0,
    "accuracy": lambda tp, fp, fn, tn: (tp + tn) / (tp + fp + fn + tn),
    "balanced_accuracy": lambda tp, fp, fn, tn: (tp / (tp + fn) + tn / (tn + fp)) / 2,
    "youden": lambda tp, fp, fn, tn: tp / (tp + fn) + tn / (tn + fp) - 1,
    "mcc": lambda a, b, c, d: (a * d - b * c) / np.sqrt(max((a + b) * (a + c) * (d + b) * (d + c), 1e-300)),
    "precision": lambda tp, fp, fn, tn: tp / (tp + fp) if tp + fp else 1,
    "recall": lambda tp, fp, fn, tn: tp / (tp + fn),
}  # fmt: skip


@pytest.mark.parametrize("metric", FORMULAS)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("digits", [1, 17])
def test_the_best_of_all_thresholds(metric, weighted, digits):
    """Few digits make many equal scores."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(3, 30))
        s, y = rng.uniform(size=n).round(digits), rng.integers(0, 2, n)
        y[:2] = 0, 1
        w = rng.uniform(0.1, 2, n) if weighted else None
        found = best_threshold(y, s, metric, beta=2, sample_weight=w)
        tried = [(FORMULAS[metric](*counts), t, counts) for t, *counts in brute(y, s, w)]
        best = max(value for value, _, _ in tried)
        np.testing.assert_allclose(found.value, best, rtol=1e-12)
        tp, fp, fn, _ = next(counts for _, t, counts in tried if t == found.threshold)
        np.testing.assert_allclose(found.precision, tp / (tp + fp) if tp + fp else 1, rtol=1e-12)
        np.testing.assert_allclose(found.recall, tp / (tp + fn), rtol=1e-12)
        # The highest of the best ones, up to rounding.
        assert found.threshold >= max(t for value, t, _ in tried if value > best - 1e-12) - 1e-12


def test_conditions_on_precision_and_recall():
    y, s = np.array([0, 1, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    assert best_threshold(y, s, "recall", min_precision=1.0) == (0.4, 2 / 3, 1.0, 2 / 3)
    assert best_threshold(y, s, "precision", min_recall=1.0) == (0.2, 0.75, 0.75, 1.0)
    assert best_threshold(y, s, "precision")[:2] == (np.inf, 1.0)
    with pytest.raises(ValueError, match="no threshold has precision >= 1.0 and recall >= 0.9"):
        best_threshold(y, s, min_precision=1.0, min_recall=0.9)


def test_metrics_of_ones_own_and_columns():
    y, s = np.array([[0], [1], [1], [0]]), np.array([[0.1], [0.2], [0.6], [0.4]], "float32")
    cost = lambda tp, fp, fn, tn: -(fp + 10 * fn)  # noqa: E731
    assert best_threshold(y, s, cost)[:2] == (np.float32(0.2), -1.0)
    assert best_threshold(
        y.astype(bool), s, lambda tp, fp, fn, tn: np.where(tp == 1, 1, np.nan)
    ).threshold == np.float32(0.6)


@pytest.mark.parametrize("digits", [1, 17])
def test_the_curve(digits):
    y, s = RNG.integers(0, 2, 40), RNG.uniform(size=40).round(digits)
    precision, recall, thresholds = precision_recall_curve(y, s)
    wanted = [(t, tp / (tp + fp), tp / (tp + fn)) for t, tp, fp, fn, _ in brute(y, s) if np.isfinite(t)][::-1]
    np.testing.assert_allclose(np.stack([thresholds, precision[:-1], recall[:-1]], 1), wanted)
    assert (precision[-1], recall[-1]) == (1, 0)
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed: nothing to compare with")
    w = RNG.uniform(size=40)
    for ours, theirs in zip(
        precision_recall_curve(y, s, w), metrics.precision_recall_curve(y, s, sample_weight=w), strict=True
    ):
        np.testing.assert_allclose(ours, theirs)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: best_threshold([0, 1], [0.1, 0.2], "f2"), "metric must be"),
        (lambda: best_threshold([0, 1, 2], [0.1, 0.2, 0.3]), "labels must be 0 or 1"),
        (lambda: best_threshold([0, 1], [0.1, np.nan]), "NaN"),
        (lambda: best_threshold([0, 1], [0.1]), "as many labels"),
        (lambda: precision_recall_curve([], []), "as many labels"),
        (lambda: precision_recall_curve([[0, 1]], [[0.1, 0.2]]), "as many labels"),
    ],
)
def test_scores_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()


TRUE, PRED = RNG.integers(0, 4, 60), RNG.integers(0, 4, 60)


def test_the_matrix():
    counted = np.zeros((4, 4), int)
    for i, j in zip(TRUE, PRED, strict=True):
        counted[i, j] += 1
    found = confusion_matrix(TRUE, PRED)
    assert found.dtype == np.int64 and (found == counted).all()
    weights = RNG.uniform(size=60)
    heavy = confusion_matrix(TRUE, PRED, sample_weight=weights)
    np.testing.assert_allclose(heavy.sum(1), np.bincount(TRUE, weights))
    np.testing.assert_allclose(confusion_matrix(TRUE, PRED, normalize="true"), counted / counted.sum(1, keepdims=True))
    np.testing.assert_allclose(confusion_matrix(TRUE, PRED, normalize="pred"), counted / counted.sum(0))
    np.testing.assert_allclose(confusion_matrix(TRUE, PRED, normalize="all"), counted / 60)
    assert (confusion_matrix(TRUE, PRED, labels=[2, 0]) == counted[[2, 0]][:, [2, 0]]).all()
    assert confusion_matrix([5], [7], labels=[5, 6], normalize="true").tolist() == [[0, 0], [0, 0]]
    assert confusion_matrix([-1, 3], [3, 3]).tolist() == [[0, 1], [0, 1]]


@pytest.mark.parametrize("true", [TRUE, TRUE[:, None], TRUE * 1.0, np.eye(4)[TRUE]], ids=["n", "n1", "floats", "hot"])
def test_what_models_return_is_understood(true):
    probabilities = np.eye(4)[PRED] * 0.5 + RNG.uniform(0, 0.1, (60, 4))
    for pred in (PRED, PRED[:, None], PRED * 1.0, probabilities, keras.ops.convert_to_tensor(probabilities)):
        assert (confusion_matrix(true, pred) == confusion_matrix(TRUE, PRED)).all()
        assert classification_report(true, pred) == classification_report(TRUE, PRED)
    sure = np.where(PRED > 1, 0.7, 0.5)  # not above 1/2
    for pred in (sure, sure[:, None].astype("float32")):
        assert (confusion_matrix(TRUE > 1, pred) == confusion_matrix(TRUE > 1, PRED > 1)).all()


def test_the_report_by_hand():
    report = classification_report([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 0], output_dict=True)
    assert report["0"] == {"precision": 2 / 3, "recall": 2 / 3, "f1-score": 2 / 3, "support": 3.0}
    assert report["2"] == {"precision": 0.0, "recall": 0.0, "f1-score": 0.0, "support": 1.0}
    assert report["accuracy"] == 0.5 and report["macro avg"]["support"] == 6
    np.testing.assert_allclose(report["weighted avg"]["recall"], 0.5)
    assert list(report) == ["0", "1", "2", "accuracy", "macro avg", "weighted avg"]


CASES = {
    "all": (TRUE, PRED, {}),
    "named": (TRUE, PRED, {"target_names": ["cat", "a rather long name", "x", "y"], "digits": 4}),
    "two classes": (TRUE > 1, PRED > 1, {}),
    "some classes": (TRUE, PRED, {"labels": [1, 3]}),
    "more classes": (TRUE, PRED, {"labels": [3, 2, 1, 0, 9]}),
    "one class": (np.zeros(4, int), np.zeros(4, int), {}),
    "never predicted": (TRUE, np.where(PRED == 2, 1, PRED), {"zero_division": 1.0}),
    "only predicted": (np.where(TRUE == 2, 1, TRUE), PRED, {}),
    "weighted": (TRUE, PRED, {"sample_weight": RNG.integers(1, 9, 60) / 4}),
    "nothing right": (TRUE, (TRUE + 1) % 4, {}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_report_is_that_of_scikit_learn(name):
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed: nothing to compare with")
    true, pred, arguments = CASES[name]
    theirs = {"zero_division": 0.0, **arguments}
    if name != "nothing right":  # there scikit-learn prints the support with a point
        text = metrics.classification_report(true * 1, pred * 1, **theirs)
        assert classification_report(true, pred, **arguments) == text
    ours = classification_report(true, pred, output_dict=True, **arguments)
    wanted = metrics.classification_report(true * 1, pred * 1, output_dict=True, **theirs)
    assert list(ours) == list(wanted)
    for key, value in wanted.items():
        assert ours[key] == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: confusion_matrix([0, 1], [0]), "y_true has 2 rows, y_pred has 1"),
        (lambda: confusion_matrix([0], [0], normalize="rows"), "normalize"),
        (lambda: confusion_matrix(np.zeros((2, 2, 2)), [0, 1]), r"shape \(N,\)"),
        (lambda: classification_report([0, 1], [0, 1], target_names=["a"]), "1 target_names for 2 classes"),
    ],
)
def test_classes_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
