"""Progbar: the text of its lines, against what Keras 3 prints."""

import pytest
from keraunos.utils import Progbar
from keraunos.utils import progbar as module

FULL = "━" * 20


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves."""

    class Clock:
        now = 0.0

    monkeypatch.setattr(module.time, "perf_counter", lambda: Clock.now)
    return Clock


def test_a_bar_off_a_terminal_is_one_line(capsys, clock):
    bar = Progbar(10)
    for i in range(1, 11):
        clock.now = i * 0.02
        bar.update(i, [("loss", 1.0 / i)])
    mean = sum(1 / i for i in range(1, 11)) / 10
    assert capsys.readouterr().out == f"10/10 {FULL} 0s 20ms/step - loss: {mean:.4f}\n"


def test_values_are_means_unless_they_are_stateful(capsys, clock):
    bar = Progbar(4, stateful_metrics=["last"])
    bar.update(1, [("mean", 1.0), ("last", 1.0)])
    bar.add(3, [("mean", 5.0), ("last", 5.0)])
    assert "mean: 4.0000 - last: 5.0000" in capsys.readouterr().out


def test_values_are_shown_as_they_are_unless_they_are_stateless(capsys, clock):
    bar = Progbar(4, stateless_metrics=["mean"])
    bar.update(1, [("mean", 1.0), ("last", 1.0)])
    bar.add(3, [("mean", 5.0), ("last", 5.0)])
    assert "mean: 4.0000 - last: 5.0000" in capsys.readouterr().out
    with pytest.raises(ValueError, match="only one"):
        Progbar(4, stateless_metrics=["mean"], stateful_metrics=["last"])


def test_verbose_2(capsys, clock):
    bar = Progbar(10, verbose=2)
    clock.now = 0.5
    bar.update(5, [("a", 1.0)])
    clock.now = 20.0
    bar.update(10, [("a", 1.0)])
    assert capsys.readouterr().out == "10/10 - 20s - 2s/step - a: 1.0000\n"


def test_silent(capsys):
    Progbar(3, verbose=0).update(3, [("a", 1)])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.0000e+00"),
        (1e-3, "1.0000e-03"),
        (0.00101, "0.0010"),
        (-2.5, "-2.5000"),
        (1e6, "1000000.0000"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
    ],
)
def test_numbers(value, text):
    assert Progbar(1).line(1, [("a", value)], True).endswith(f" - a: {text}")


@pytest.mark.parametrize(
    ("seconds", "steps", "text"),
    [
        (0.0, 1, "0s 0s/step"),
        (0.5, 1, "0s 500ms/step"),
        (2.0, 1, "2s 2s/step"),
        (75.0, 1, "1:15 75s/step"),
        (3700.0, 3700, "1:01:40 1s/step"),
        (0.0005, 1, "0s 500us/step"),
        (0.1, 1000, "0s 100us/step"),
    ],
)
def test_times(clock, seconds, steps, text):
    bar = Progbar(steps)
    clock.now = seconds
    assert bar.line(steps, finalize=True) == f"{steps}/{steps} {FULL} {text}"


def test_the_time_left_is_shown_on_the_way(clock):
    bar = Progbar(100)
    clock.now = 10.0
    assert bar.line(25) == f" 25/100 {'━' * 20} 30s 400ms/step"


def test_an_unknown_target(clock):
    bar = Progbar(None)
    clock.now = 4.0
    assert bar.line(2) == "      2/Unknown 4s 2s/step"


def test_a_terminal_sees_at_most_twenty_redraws_a_second(capsys, clock, monkeypatch):
    monkeypatch.setattr(module, "live_output", lambda: True)
    bar = Progbar(1000)
    for i in range(1, 1001):
        clock.now = i * 0.001
        bar.update(i)
    out = capsys.readouterr().out
    assert 19 <= out.count("\r") <= 22 and out.endswith("\n") and out.count("\n") == 1
    last = out.split("\r")[-1]
    assert last.startswith(f"\033[1m1000/1000\033[0m \033[32m{FULL}\033[0m\033[37m\033[0m \033[1m1s\033[0m 1ms/step")


def test_a_shorter_line_covers_a_longer_one(capsys, clock, monkeypatch):
    monkeypatch.setattr(module, "live_output", lambda: True)
    bar = Progbar(2)
    bar.update(1, [("value", 1.0)])
    clock.now = 1.0
    bar.update(2)
    first, second = capsys.readouterr().out.split("\r")[1:]
    assert len(second.rstrip("\n")) >= len(first)


def test_other_units(clock):
    bar = Progbar(10, unit_name="byte")
    clock.now = 1.0
    assert bar.line(10, finalize=True).endswith("100ms/byte")
