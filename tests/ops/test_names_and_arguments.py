"""Names, arguments and defaults of keras.ops and keras.random are those of Keras 3.15.1, listed in signatures.txt."""

import importlib
import inspect
import pathlib

import pytest

TABLE = (pathlib.Path(__file__).parent / "signatures.txt").read_text(encoding="utf-8")


def sections():
    """{module: lines}"""
    found, name = {}, None
    for line in TABLE.splitlines():
        if line.startswith("["):
            name = line.strip("[]")
            found[name] = []
        elif line:
            found[name].append(line)
    return found


SECTIONS = sections()


@pytest.mark.parametrize("module", ["ops", "ops.image", "random"])
def test_signatures(module):
    functions = importlib.import_module(f"keraunos.{module}")
    wrong = []
    for line in SECTIONS[module]:
        name, arguments = line.split("(", 1)
        ours = str(inspect.signature(getattr(functions, name))) if hasattr(functions, name) else "missing"
        if ours != "(" + arguments:
            wrong.append(f"{line}: {ours}")
    assert not wrong


@pytest.mark.parametrize("module", ["ops.linalg", "ops.nn", "ops.numpy"])
def test_functions_that_keras_has_in_two_modules(module):
    functions, ops = importlib.import_module(f"keraunos.{module}"), importlib.import_module("keraunos.ops")
    names = " ".join(SECTIONS[module]).split()
    assert len(names) > 10
    for name in names:
        assert inspect.signature(getattr(functions, name)) == inspect.signature(getattr(ops, name)), name
