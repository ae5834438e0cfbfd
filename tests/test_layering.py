"""Imports and includes point down only, and importing the package is silent."""

import ast
import pathlib
import re
import subprocess
import sys

import keraunos
import pytest

PACKAGE = pathlib.Path(keraunos.__file__).parent
REPOSITORY = pathlib.Path(__file__).resolve().parents[1]

# From the bottom up; a module may import from its own layer and the ones before it at import time.
LAYERS = [
    {"_arguments", "_lazy", "_structure", "_naming", "_version", "config", "tree", "_cpu", "_cuda"},
    {"runtime"},
    {"graph"},
    {"symbolic"},
    {"ops"},
    {"random", "dtype_policies"},
    {"backend", "saving", "legacy", "utils", "data", "preprocessing", "visualization"},
    {"initializers", "regularizers", "constraints", "activations"},
    {"losses", "metrics", "optimizers", "layers", "callbacks", "datasets", "mixed_precision"},
    {"training"},
    {"models"},
    {"applications"},
    {"compat", "wrappers", "distillation"},
    {"__main__"},
]
NATIVE = ["base", "kernels", "program", "bindings"]
DEVICE = ["base", "kernels", "persistent", "program", "bindings"]


def level(name):
    return next(i for i, names in enumerate(LAYERS) if name in names)


def test_every_package_has_a_layer():
    found = {p.stem for p in PACKAGE.iterdir() if (p.is_dir() and any(p.glob("*.py"))) or p.suffix == ".py"} - {
        "__init__"
    }
    assert found <= set().union(*LAYERS)


def imports_at_import_time(tree):
    """Modules named by import statements outside of functions."""
    stack = list(tree.body)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "keraunos")
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        stack.extend(ast.iter_child_nodes(node))


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_python_imports_point_down(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    if parts == ("__init__",):
        return
    own = level(parts[0])
    for module in imports_at_import_time(ast.parse(path.read_text())):
        names = module.split(".")
        if names[0] == "keraunos" and len(names) > 1 and any(names[1] in layer for layer in LAYERS):
            assert level(names[1]) <= own, f"{path.name} imports {module}, which lies above it"


@pytest.mark.parametrize(
    "path", sorted((REPOSITORY / "cpp").rglob("*.[ch]*")), ids=lambda p: str(p.relative_to(REPOSITORY))
)
def test_native_includes_point_down(path):
    own = NATIVE.index(path.relative_to(REPOSITORY / "cpp").parts[0])
    for included in re.findall(r'#include "(\w+)/', path.read_text()):
        if included in NATIVE:
            assert NATIVE.index(included) <= own, f"{path} includes {included}"


@pytest.mark.parametrize(
    "path", sorted((REPOSITORY / "cuda").rglob("*.[ch]*")), ids=lambda p: str(p.relative_to(REPOSITORY))
)
def test_includes_of_the_device_point_down(path):
    """Hardware and emulator implement what base declares and bind variants, so they may see everything."""
    layer = path.relative_to(REPOSITORY / "cuda").parts[0]
    if layer not in DEVICE:
        return
    for included in re.findall(r'#include "cuda/(\w+)/', path.read_text()):
        assert DEVICE.index(included) <= DEVICE.index(layer), f"{path} includes {included}"


def test_import_prints_nothing_and_loads_no_extras():
    extras = {"h5py", "PIL", "matplotlib", "pandas", "tensorflow", "torch"}
    code = f"import sys, keraunos; print({extras} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")
