"""classification_report: precision, recall and F1 of every class, as scikit-learn prints them."""

import numpy as np

from keraunos.utils.confusion import confusion_matrix, predicted_numbers
from keraunos.utils.imbalance import class_numbers


def classification_report(y_true, y_pred, labels=None, target_names=None, sample_weight=None, digits=2,
                          output_dict=False, zero_division=0.0):  # fmt: skip
    """Precision, recall, F1 and support of every class, and their means.

    Args:
        y_true, y_pred, sample_weight: see `confusion_matrix`.
        labels: the classes that are listed, in their order; default: all that occur, sorted.
        target_names: their names.
        digits: after the point.
        output_dict: whether to return the numbers instead of a text.
        zero_division: what a quotient without a denominator counts as.

    Returns:
        The text that scikit-learn prints, or {name: {"precision", "recall", "f1-score", "support"}} with "accuracy",
        "macro avg" and "weighted avg".

    Raises:
        ValueError: for different lengths, and the wrong number of names.

    Source: `sklearn.metrics.classification_report`.

    >>> from keraunos.utils import classification_report
    >>> print(classification_report([0, 0, 1, 1], [0, 1, 1, 1], target_names=["cat", "dog"]))
                  precision    recall  f1-score   support
    <BLANKLINE>
             cat       1.00      0.50      0.67         2
             dog       0.67      1.00      0.80         2
    <BLANKLINE>
        accuracy                           0.75         4
       macro avg       0.83      0.75      0.73         4
    weighted avg       0.83      0.75      0.73         4
    <BLANKLINE>
    """
    tag = "classification_report"
    true, pred = class_numbers(y_true, tag), predicted_numbers(y_pred, tag)
    found = np.unique(np.concatenate([true, pred]))
    shown = found if labels is None else np.asarray(labels, np.int64)
    if target_names is not None and len(target_names) != len(shown):
        raise ValueError(f"[{tag}] got {len(target_names)} target_names for {len(shown)} classes")
    names = [str(n) for n in (shown if target_names is None else target_names)]
    everything = [*shown, *np.setdiff1d(found, shown)]
    matrix = confusion_matrix(true, pred, everything, sample_weight).astype(np.float64)
    listed = slice(0, len(shown))
    hits = np.diag(matrix)[listed]
    said, support = matrix.sum(0)[listed], matrix.sum(1)[listed]
    rows = dict(zip(names, _scores(hits, said, support, zero_division).T.tolist(), strict=True))
    complete = len(everything) == len(shown)
    # With all classes every wrong answer is one miss and one false alarm: micro averages are the accuracy.
    total = _scores(*(np.array([v.sum()]) for v in (hits, said, support)), zero_division)[:, 0].tolist()
    averages = {"accuracy" if complete else "micro avg": total}
    scores = np.array(list(rows.values())).reshape(-1, 4)
    weights = support if support.sum() else np.ones_like(support)
    averages["macro avg"] = [*(scores[:, :3].mean(0) if len(scores) else [zero_division] * 3), support.sum()]
    averages["weighted avg"] = [
        *(np.average(scores[:, :3], 0, weights) if len(scores) else [zero_division] * 3),
        support.sum(),
    ]
    if output_dict:
        return _as_dict(rows, averages)
    return _as_text(rows, averages, digits, sample_weight is None)


def _scores(hits, said, support, zero_division):
    """(precision, recall, F1, support) as rows."""

    def quotient(above, below):
        return np.divide(above, below, out=np.full(len(below), float(zero_division)), where=below != 0)

    return np.stack([quotient(hits, said), quotient(hits, support), quotient(2 * hits, said + support), support])


_COLUMNS = ("precision", "recall", "f1-score", "support")


def _as_dict(rows, averages):
    report = {name: dict(zip(_COLUMNS, map(float, row), strict=True)) for name, row in {**rows, **averages}.items()}
    if "accuracy" in averages:
        report["accuracy"] = float(averages["accuracy"][0])
    return report


def _as_text(rows, averages, digits, whole):
    width = max(*(len(name) for name in rows), len("weighted avg"), digits) if rows else len("weighted avg")

    def line(name, row):
        support = int(row[3]) if whole else row[3]
        cells = "".join(f" {value:>9.{digits}f}" for value in row[:3])
        if name == "accuracy":
            cells = f" {'':>9} {'':>9} {row[0]:>9.{digits}f}"
        return f"{name:>{width}s} {cells} {support:>9}\n"

    head = f"{'':>{width}s} " + "".join(f" {name:>9}" for name in _COLUMNS) + "\n\n"
    return (
        head + "".join(line(*item) for item in rows.items()) + "\n" + "".join(line(*item) for item in averages.items())
    )
