"""summary(): the table as Keras 3 prints it."""

import re

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers


def text(model, **arguments):
    lines = []
    assert model.summary(print_fn=lines.append, **arguments) is None
    return "\n".join(lines)


def model():
    keras.utils.clear_session()
    return keras.Sequential(
        [keras.Input((28, 28)), layers.Flatten(), layers.Dense(100, activation="relu"), layers.Dense(10)]
    )


def test_built_model():
    got = text(model(), line_length=80)
    assert got.splitlines()[0] == 'Model: "sequential"'
    for words in (
        "flatten (Flatten)",
        "(None, 784)",
        "78,500",
        "dense_1 (Dense)",
        "1,010",
        "Total params: 79,510 (310.59 KB)",
        "Trainable params: 79,510 (310.59 KB)",
        "Non-trainable params: 0 (0.00 B)",
    ):
        assert words in got


def test_optimizer_weights_are_counted_once_they_exist():
    m = model()
    m.compile("adam", "mse")
    assert "Optimizer" not in text(m)
    m.fit(np.zeros((4, 28, 28)), np.zeros((4, 10)), verbose=0)
    # Two slots per weight and two counters, int64 step and float32 rate; as Keras counts them.
    assert "Total params: 238,532 (931.77 KB)" in text(m) and "Optimizer params: 159,022 (621.18 KB)" in text(m)


def test_unbuilt_model():
    got = text(keras.Sequential([layers.Dense(3, name="later")]))
    assert "later (Dense)" in got and "?" in got and "0 (unbuilt)" in got and "Total params: 0 (0.00 B)" in got


@pytest.mark.parametrize("length", [60, 80, 120])
def test_line_length(length):
    table = [line for line in text(model(), line_length=length).splitlines() if line[0] in "┏┃┡│├└"]
    assert {len(line) for line in table} == {length}


def test_positions():
    rule = text(model(), line_length=90, positions=[0.3, 0.6, 1.0]).splitlines()[1]
    assert [len(part) for part in rule.strip("┏┓").split("┳")] != [
        len(p) for p in text(model(), line_length=90).splitlines()[1].strip("┏┓").split("┳")
    ]
    with pytest.raises(ValueError, match="positions must have 3"):
        text(model(), positions=[0.5, 1.0])


def test_show_trainable():
    m = model()
    m.layers[1].trainable = False
    rows = text(m, show_trainable=True).splitlines()
    assert "Trainable" in rows[2]
    assert next(r for r in rows if "dense (Dense)" in r).rstrip(" │").endswith("N")
    assert next(r for r in rows if "dense_1 (Dense)" in r).rstrip(" │").endswith("Y")
    assert "Non-trainable params: 78,500" in rows[-1] and "Trainable params: 1,010" in rows[-2]


def test_names_that_are_too_long_end_in_an_ellipsis():
    """As in Keras: words go to lines of their own, a word that fits none is cut."""
    m = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="x" * 70)])
    rows = text(m, line_length=60).splitlines()
    name, kind = (row.split("│")[1] for row in rows if row[0] == "│")
    assert name == f" {'x' * 23}… " and kind.strip() == "(Dense)" and {len(r) for r in rows if r[0] == "│"} == {60}


def test_nested_layers_are_shown_when_asked_for():
    inner = keras.Sequential([layers.Dense(3, name="inside")], name="block")
    m = keras.Sequential([keras.Input((3,)), inner, layers.Dense(1)])
    assert "inside" not in text(m) and "block (Sequential)" in text(m)
    assert "inside (Dense)" in text(m, expand_nested=True)


def test_layer_range():
    got = text(model(), layer_range=["dense", "dense_1"])
    assert "flatten" not in got and "dense_1" in got
    with pytest.raises(ValueError, match="layer_range"):
        text(model(), layer_range=["dense", "nobody"])


def test_printed_to_standard_output(capsys):
    model().summary()
    assert 'Model: "sequential"' in capsys.readouterr().out


def test_terminals_get_colours_and_nothing_else_does(monkeypatch, capsys):
    m = model()
    m.summary()
    plain = capsys.readouterr().out
    assert "\x1b" not in plain
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    m.summary()
    rich = capsys.readouterr().out
    assert re.sub(r"\x1b\[[\d;]*m", "", rich) == plain
    assert "(\x1b[38;5;33mFlatten\x1b[0m)" in rich and "\x1b[38;5;34m78,500\x1b[0m" in rich
    assert "(\x1b[38;5;45mNone\x1b[0m, \x1b[38;5;34m784\x1b[0m)" in rich and '\x1b[1mModel: "sequential"' in rich
    assert "dense_\x1b" not in rich, "numbers in names are no numbers"
    monkeypatch.setenv("NO_COLOR", "1")
    m.summary()
    assert capsys.readouterr().out == plain
