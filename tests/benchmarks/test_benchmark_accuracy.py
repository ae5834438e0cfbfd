"""The comparison of what models reach: the same functions under either library, means, and who is too far away."""

import argparse
import sys

import numpy as np
import pytest

from benchmarks import accuracy


def payload(ours, theirs):
    machine = {"isa": "v4", "commit": "abc", "date": "2026-01-01"}
    settings = {"seeds": 2, "churn_epochs": 3, "sonar_epochs": 4}
    results = {"keraunos": {"percent": ours}, "keras": {"version": "3.15", "percent": theirs}}
    return {"machine": machine, "settings": settings, **results}


def test_differences_are_taken_seed_by_seed():
    ((what, a, spread, b, _, difference, error),) = accuracy.compare({"x": [70.0, 80.0]}, {"x": [69.0, 79.0]})
    assert (what, a, b, difference, error) == ("x", 75.0, 74.0, 1.0, 0.0)
    np.testing.assert_allclose(spread, 50**0.5)
    assert accuracy.compare({"x": [70.0]}, {"x": [69.0]})[0][5:] == (1.0, 0.0)


def test_table():
    text = accuracy.table(payload({"x": [70.0, 80.0], "y": [50.0, 50.0]}, {"x": [69.0, 79.0], "y": [53.0, 52.0]}))
    assert "| what | keraunos | Keras 3.15 | difference |" in text
    assert (
        "| x | 75.0 (7.1) | 74.0 (7.1) | +1.0 ± 0.0 |" in text
        and "| y | 50.0 (0.0) | 52.5 (0.7) | -2.5 ± 0.5 |" in text
    )
    assert text.endswith("\nFarther apart than 2 points: y.\n")
    assert accuracy.table(payload({"x": [70.0]}, {"x": [72.0]})).endswith("\nAll within 2 points.\n")
    # A result that is no number is not near.
    assert accuracy.table(payload({"x": [np.nan]}, {"x": [72.0]})).endswith("points: x.\n")


def test_a_library_at_work(tmp_path, monkeypatch):
    for name in ("sklearn", "pandas", "imblearn"):
        pytest.importorskip(name, reason=f"{name} is not installed: the comparison with Keras is not covered")
    monkeypatch.setattr(sys, "path", [str(accuracy.REPOSITORY / "examples"), *sys.path])
    import tables

    options = argparse.Namespace(library="keraunos", seeds=2, churn_epochs=1, sonar_epochs=1)
    monkeypatch.setenv("KERAUNOS_DATASETS", str(tmp_path))
    tables.write_made_up(tmp_path, 300)
    found = accuracy.work(options)["percent"]
    assert len(found) == 14 and all(len(values) == 2 for values in found.values())
    assert all(0 <= value <= 100 for what, values in found.items() if "gain" not in what for value in values)
    np.testing.assert_allclose(
        np.subtract(found["SMOTE: F1"], found["churn: F1 of those who leave"]), found["SMOTE: gain in F1"]
    )
    options.seeds = 1
    again = accuracy.work(options)["percent"]
    assert again == {what: values[:1] for what, values in found.items()}
