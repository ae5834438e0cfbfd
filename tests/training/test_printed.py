"""What fit, evaluate and predict print, on a terminal and elsewhere."""

import os
import pty
import re
import subprocess
import sys
import textwrap

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers

X = np.linspace(-1, 1, 40, dtype="float32").reshape(20, 2)
BAR = "━" * 20
STEP = r"\d+(s|ms|us)/step"


def model():
    keras.utils.set_random_seed(1)  # a loss below 1e-3 is printed in another form
    made = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    made.compile("sgd", "mse", metrics=["mae"])
    return made


def printed(capsys, function):
    function(model())
    return capsys.readouterr().out


@pytest.mark.parametrize("verbose", ["auto", 1])
def test_a_line_per_epoch_off_a_terminal(capsys, verbose):
    out = printed(capsys, lambda m: m.fit(X, X[:, 0], batch_size=5, epochs=2, verbose=verbose, validation_split=0.5))
    lines = out.splitlines()
    assert lines[0] == "Epoch 1/2" and lines[2] == "Epoch 2/2" and len(lines) == 4
    wanted = (
        rf"2/2 {BAR} \ds {STEP} - loss: \d\.\d{{4}} - mae: \d\.\d{{4}} - val_loss: \d\.\d{{4}} - val_mae: \d\.\d{{4}}"
    )
    assert re.fullmatch(wanted, lines[1]) and "\r" not in out and "\033" not in out


def test_verbose_2_prints_no_bar(capsys):
    lines = printed(capsys, lambda m: m.fit(X, X[:, 0], epochs=2, verbose=2)).splitlines()
    assert lines[0] == "Epoch 1/2" and re.fullmatch(rf"1/1 - \ds - {STEP} - loss: \S+ - mae: \S+", lines[1])


def test_evaluate_and_predict(capsys):
    out = printed(capsys, lambda m: m.evaluate(X, X[:, 0], batch_size=8))
    assert re.fullmatch(rf"3/3 {BAR} \ds {STEP} - loss: \S+ - mae: \S+\n", out)
    out = printed(capsys, lambda m: m.predict(X, batch_size=10))
    assert re.fullmatch(rf"2/2 {BAR} \ds {STEP} ?\n", out)
    assert printed(capsys, lambda m: (m.predict(X, verbose=0), m.evaluate(X, X[:, 0], verbose=0))) == ""


def test_a_generator_of_unknown_length_learns_its_length(capsys):
    class Loader:
        def __iter__(self):
            return ((X[i : i + 5], X[i : i + 5, :1]) for i in range(0, 20, 5))

    lines = printed(capsys, lambda m: m.fit(Loader(), epochs=2, verbose=1)).splitlines()
    assert lines[1].startswith(f"4/4 {BAR}") and lines[3].startswith(f"4/4 {BAR}")


SCRIPT = """
    import numpy as np, keraunos as keras
    x = np.ones((4000, 2), "float32")
    m = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    m.compile("sgd", "mse")
    class Slow(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            import time
            time.sleep(0.001)
    m.fit(x, x[:, 0], batch_size=10, epochs=1, callbacks=[Slow()])
"""


def test_a_terminal_gets_one_line_that_is_redrawn():
    master, slave = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm"}
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT)]
    process = subprocess.Popen(command, stdout=slave, env=environment)
    os.close(slave)
    seen = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # Linux: the other side has closed
            break
        if not part:
            break
        seen += part
    assert process.wait(60) == 0
    os.close(master)
    text = seen.decode().replace("\r\n", "\n")
    assert text.count("\n") == 1
    draws = text.removesuffix("\n").split("\r")[1:]
    numbers = [int(re.match(r"\033\[1m *(\d+)/400\033\[0m ", draw).group(1)) for draw in draws]
    assert numbers == sorted(numbers) and numbers[-1] == 400 and len(numbers) >= 2
    assert all("\033[32m" in draw for draw in draws) and "loss: " in draws[-1]
    # 400 steps of at least a millisecond, at most ten redraws a second and one at the end: far from one per step.
    assert len(draws) < 200
