"""Running scripts and notebooks as they are."""

import json
import os
import runpy
import sys
import warnings

from keraunos.compat.imports import install


def run(path, arguments=()):
    """Runs a script or notebook in which `keras` and `tensorflow` are this package.

    Args:
        path: a `.py` script, or an `.ipynb` notebook, whose code cells run one after another; lines for IPython
            (`%matplotlib`, `!pip`) are left out.
        arguments: what the script finds in `sys.argv` behind its own name.

    Raises:
        FileNotFoundError: when there is no such file.

    Example:

    >>> import os, tempfile, keraunos as keras
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "script.py")
    ...     with open(path, "w") as file:
    ...         _ = file.write("from tensorflow import keras; print(keras.layers.Dense(3).units)")
    ...     keras.compat.run(path)
    ...     keras.compat.uninstall()
    3
    """
    path = os.fspath(path)
    if not os.path.isfile(path):
        raise FileNotFoundError(f"[run] no such file: {path}")
    install()
    before = sys.argv, sys.path[:]
    sys.argv = [path, *arguments]
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    try:
        if path.endswith(".ipynb"):
            _run_cells(path)
        else:
            runpy.run_path(path, run_name="__main__")
    finally:
        sys.argv, sys.path[:] = before


def _run_cells(path):
    with open(path, encoding="utf-8") as file:
        notebook = json.load(file)
    names, left_out = {"__name__": "__main__"}, 0
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] != "code":
            continue
        text = "".join(cell["source"])
        if text.lstrip().startswith("%%"):
            left_out += 1
            continue
        lines = text.split("\n")
        kept = ["" if line.lstrip().startswith(("%", "!")) else line for line in lines]
        left_out += sum(a != b for a, b in zip(lines, kept, strict=True))
        exec(compile("\n".join(kept), f"{path}, cell {number}", "exec"), names)
    if left_out:
        warnings.warn(f"[run] {left_out} lines for IPython in {path} were left out", stacklevel=3)
