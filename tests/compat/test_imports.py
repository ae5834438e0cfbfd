"""Imports of keras and tensorflow that lead to keraunos: in processes of their own, because an import cannot be
undone."""

import json
import os
import pathlib
import subprocess
import sys

import keraunos
import pytest
from keraunos.compat import imports

PACKAGE = str(pathlib.Path(keraunos.__file__).resolve().parents[1])


def run(*arguments, **options):
    environment = {**os.environ, "PYTHONPATH": PACKAGE}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, timeout=120, **options
    )


IMPORTS = """
import keras
import keras.layers as L
import tensorflow as tf
from tensorflow import keras as k2
from tensorflow.keras import layers, models
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense, Conv2D
from tensorflow.keras.optimizers.schedules import ExponentialDecay
from tensorflow.keras.layers.experimental.preprocessing import RandomFlip
from keras.utils.np_utils import to_categorical
from keras.datasets import mnist
from keras.callbacks import EarlyStopping
import tensorflow.math
from tensorflow.nn import relu
from tensorflow.data import Dataset
import tensorflow.keras.layers
assert tf.keras is keras is k2 and L is layers is tensorflow.keras.layers and Dense is keras.layers.Dense
import keraunos
assert keras is keraunos and keraunos.__name__ == "keraunos" and keraunos.__spec__.name == "keraunos"
assert keraunos.layers.__spec__.name == "keraunos.layers" and keraunos.__file__.endswith("__init__.py")
import importlib; importlib.import_module("keraunos.layers.dense")
print("all", to_categorical([1])[0].tolist(), keras.__version__ == keraunos.__version__)
"""


def test_all_ways_to_import(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(IMPORTS)
    done = run("-m", "keraunos", script)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["all", "[0.0,", "1.0]", "True"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("import tensorflow.lite", "tensorflow.lite is not covered"),
        (
            "from tensorflow.python.keras import layers",
            "tensorflow.python.keras is not covered|tensorflow.python is not covered",
        ),
        ("import keras.src.layers", "keras.src is not covered|keras.src.layers is not covered"),
        ("from tensorflow import raw_ops", "raw_ops"),
        ("from keras.layers import Nothing", "Nothing"),
    ],
)
def test_what_is_not_covered_is_an_error_that_names_it(tmp_path, line, words):
    script = tmp_path / "script.py"
    script.write_text(line)
    done = run("-m", "keraunos", script)
    assert done.returncode == 1
    assert any(word in done.stderr.splitlines()[-1] for word in words.split("|")), done.stderr


def test_scripts_get_their_arguments_and_their_folder(tmp_path):
    (tmp_path / "helper.py").write_text("value = 5")
    script = tmp_path / "script.py"
    script.write_text("import sys, helper; print(sys.argv[1:], helper.value, __name__, __file__.endswith('script.py'))")
    done = run("-m", "keraunos", script, "--epochs", "3", cwd="/")
    assert done.stdout.strip() == "['--epochs', '3'] 5 __main__ True", done.stderr


def test_the_exit_status_of_a_script_is_kept(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("raise SystemExit(7)")
    assert run("-m", "keraunos", script).returncode == 7
    missing = run("-m", "keraunos", tmp_path / "nobody.py")
    assert missing.returncode == 2 and "no such file" in missing.stderr and "Traceback" not in missing.stderr
    assert run("-m", "keraunos", "frobnicate").returncode == 2


def test_notebooks(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": ["# Title"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "!pip install x\n", "import keras\n", "n = 4"]},
        {"cell_type": "code", "source": "%%bash\nexit 1"},
        {"cell_type": "code", "source": ["print(keras.layers.Dense(n).units)"]},
    ]  # fmt: skip
    notebook = tmp_path / "notebook.ipynb"
    notebook.write_text(json.dumps({"cells": cells, "nbformat": 4}))
    done = run("-m", "keraunos", notebook)
    assert done.stdout.strip() == "4" and "3 lines for IPython" in done.stderr, done.stderr


def test_a_notebook_extension(tmp_path):
    code = "import keraunos; keraunos.load_ipython_extension(None); import keras; print(keras is keraunos)"
    assert run("-c", code).stdout.strip() == "True"


def test_it_is_too_late_after_an_import_of_the_real_one():
    code = "import sys; sys.modules['keras'] = sys; import keraunos; keraunos.compat.install()"
    done = run("-c", code)
    assert "has been imported already" in done.stderr


def test_other_imports_are_left_alone():
    assert imports.target_of("kerastuner") is None and imports.target_of("tensorflow_datasets") is None
