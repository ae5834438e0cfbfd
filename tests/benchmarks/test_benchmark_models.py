"""Whole models: what is compared before anything is timed, and the talk with a framework's process."""

import numpy as np
import pytest

from benchmarks.models import Worker, compare, tolerance
from benchmarks.workloads import MODELS, NETWORKS

TINY = MODELS["tiny"]


def answer(losses, outputs=(0.25, 0.75)):
    return {"losses": list(losses), "outputs": list(outputs)}


def test_tolerance_grows_with_sums_and_steps():
    eps = np.finfo(np.float32).eps
    assert tolerance(TINY, 0) == pytest.approx(4 * eps * 26**0.5)
    assert tolerance(TINY, 2) == 4 * tolerance(TINY, 0)
    assert tolerance(NETWORKS["vgg"], 0) > tolerance(NETWORKS["cifar"], 0) > tolerance(TINY, 0)


def test_equal_answers_pass():
    want = answer([3.0, 2.0, 1.0])
    compare(TINY, "torch", want, want)
    compare(TINY, "torch", want, answer([3 * (1 + 0.9 * tolerance(TINY, 0)), 2.0, 1 + 0.9 * tolerance(TINY, 2)]))


@pytest.mark.parametrize(
    "got, what",
    [
        (answer([3 * (1 + 1.1 * tolerance(TINY, 0)), 2.0, 1.0]), "losses differ"),
        (answer([3.0, 2.0, 1 + 1.1 * tolerance(TINY, 2)]), "losses differ"),
        (answer([3.0, float("nan"), 1.0]), "losses differ"),
        (answer([3.0, 2.0, 1.0], [0.25, 0.75 + 1.1 * tolerance(TINY, 0)]), "outputs in inference differ from torch"),
        (answer([3.0, 2.0, 1.0], [float("nan"), 0.75]), "outputs in inference differ from torch"),
    ],
)
def test_wrong_results_are_not_timed(got, what):
    with pytest.raises(AssertionError, match=f"{what}.*nothing was timed"):
        compare(TINY, "torch", answer([3.0, 2.0, 1.0]), got)


def test_missing_results_are_not_timed():
    with pytest.raises(ValueError):
        compare(TINY, "torch", answer([3.0, 2.0]), answer([3.0]))
    with pytest.raises(ValueError):
        compare(TINY, "torch", answer([3.0]), answer([3.0], [0.25]))


def test_a_worker_answers():
    """NumPy's hand-written step agrees with ours, and the answers have the parts that `measure` reads."""
    workers = [Worker(framework, "tiny", 1) for framework in ("keraunos", "numpy")]
    found = [worker.ask("check", steps=3) for worker in workers]
    compare(TINY, "numpy", *found)
    assert len(found[0]["outputs"]) == TINY.batch * 2
    ours = workers[0]
    assert ours.version.startswith("keraunos")
    assert ours.ask("fit") > 0
    memory = ours.ask("memory")
    assert memory["peak"] > memory["before"] > 0
    for worker in workers:
        worker.close()
        assert worker.process.returncode == 0


def test_a_worker_that_fails():
    with pytest.raises(RuntimeError, match="status 1"):
        Worker("no_such_framework", "tiny", 1)
