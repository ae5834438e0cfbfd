"""Recorded behaviour of Keras 3: reading cases, making objects from them, comparing values.

The full set is found by the environment variable KERAUNOS_GOLDEN or in `../shared/golden` beside the checkout; without
it the committed part in `golden-small/` is used. The format is described in that part's README.
"""

import importlib
import json
import os
import pathlib

import keraunos
import numpy as np
from keraunos import _naming

HERE = pathlib.Path(__file__).parent
SMALL = HERE / "golden-small"


def root():
    """The folder of the largest set of cases there is."""
    named = os.environ.get("KERAUNOS_GOLDEN")
    beside = HERE.parents[2] / "shared" / "golden"
    for candidate in (pathlib.Path(named) if named else beside, SMALL):
        if (candidate / "index.json").exists():
            return candidate
    raise FileNotFoundError("no golden cases: neither KERAUNOS_GOLDEN nor tests/parity/golden-small has an index.json")


class Cases:
    """The cases of one folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.all = json.loads((self.folder / "index.json").read_text())["cases"]
        self._archives = {}

    def value(self, case, ref):
        """The array a value of a case stands for."""
        if "value" in ref:
            return np.array(ref["value"], dtype=object if ref["dtype"] == "string" else ref["dtype"])
        name = case["npz"]
        if name not in self._archives:
            self._archives[name] = np.load(self.folder / name)
        return self._archives[name][ref["array"]]

    def tensors(self, case, refs):
        """A structure of values as tensors; text stays an array."""
        if refs is None:
            return None
        if isinstance(refs, (list, tuple)):
            return [self.tensors(case, ref) for ref in refs]
        if not is_value(refs):
            return refs
        value = self.value(case, refs)
        return value if value.dtype == object else keraunos.ops.convert_to_tensor(value)

    def check(self, case, ref, got, what):
        """Compares with the recorded value, with the tolerances of the case."""
        if ref is None:
            return
        wanted = self.value(case, ref)
        got = np.asarray(got)
        assert got.shape == wanted.shape, f"{what}: shape {got.shape}, expected {wanted.shape}"
        if wanted.dtype.kind == "f":
            got = got.astype("float64")  # bfloat16 is recorded as float32
            assert np.isfinite(got).all(), f"{what}: not finite"
            np.testing.assert_allclose(
                got, wanted, rtol=case["rtol"], atol=ref.get("atol", case.get("atol", 0)), err_msg=what
            )
        else:
            np.testing.assert_array_equal(got, wanted, err_msg=what)


def is_value(ref):
    return isinstance(ref, dict) and "dtype" in ref and ("array" in ref or "value" in ref)


PACKAGES = {
    "layer": "layers",
    "random_layer": "layers",
    "activation": "activations",
    "loss": "losses",
    "metric": "metrics",
    "optimizer": "optimizers",
    "schedule": "optimizers.schedules",
    "regularizer": "regularizers",
    "constraint": "constraints",
    "initializer": "initializers",
}


def _nested_classes(config):
    if isinstance(config, dict):
        if set(config) == {"class_name", "config"}:
            yield config["class_name"]
        for value in config.values():
            yield from _nested_classes(value)
    elif isinstance(config, list):
        for value in config:
            yield from _nested_classes(value)


def _exists(package, name):
    try:
        return name in dir(importlib.import_module(f"keraunos.{package}"))
    except ModuleNotFoundError:
        return False


def not_covered(case):
    """Why a case cannot run yet, or None."""
    kind = case["kind"]
    config = case.get("config") or {}
    if kind == "utility":
        module, name = case["function"].removeprefix("keras.").rsplit(".", 1)
        return None if _exists(module, name) else case["function"]
    nested = list(_nested_classes(config))
    if "layer" in case:
        nested.append(case["layer"]["class_name"])
    name = case.get("class_name") or case.get("function") or case.get("name")
    if name is None and kind == "initializer":
        return _missing(nested) or ("MultiHeadAttention" if not nested else None)
    if not _exists(PACKAGES[kind], name):
        return f"{PACKAGES[kind]}.{name}"
    return _missing(nested)


def is_listed(name):
    """Whether the page of names says why `name`, such as "layers.GRU" or "GRU", is not there."""
    page = (pathlib.Path(__file__).parents[2] / "docs" / "keras-compatibility.md").read_text()
    return f"`{name}`" in page or f"`layers.{name}`" in page


def _missing(names):
    for name in names:
        if not any(_exists(package, name) for package in sorted(set(PACKAGES.values()))):
            return name
    return None


def make(case):
    """The object of a case, with names counted from the beginning."""
    _naming.reset_names()
    package = importlib.import_module(f"keraunos.{PACKAGES[case['kind']]}")
    return getattr(package, case["class_name"])(**{name: _layer_of(value) for name, value in case["config"].items()})


def _layer_of(value):
    """The layer that a nested description stands for; other values, which constructors read themselves, as they are."""
    if isinstance(value, dict) and _exists("layers", value.get("class_name", "")):
        return make({"kind": "layer", **value})
    return value


def plain(config):
    """A configuration as it looks after JSON: tuples become lists."""
    return json.loads(json.dumps(config))
