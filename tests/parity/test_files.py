"""Golden cases of model files: what Keras saved is loaded and trained on from, and what we save has Keras's layout."""

import io
import json
import pathlib
import zipfile

import keraunos
import numpy as np
import pytest
from golden import Cases, root
from test_models import build, revive, value

h5py = pytest.importorskip("h5py", reason="model files are not covered: h5py is not installed")
GOLDEN = Cases(root())
# Written by real Keras from the same cases: see tests/saving/make_recorded.py.
RECORDED = pathlib.Path(__file__).resolve().parents[1] / "saving" / "recorded"
COVERED = [c for c in GOLDEN.all if c["kind"] == "file" and (RECORDED / pathlib.Path(c["path"]).name).exists()]
WHOLE = [c for c in COVERED if c["format"] != "weights_h5"]


def recorded(case):
    return RECORDED / pathlib.Path(case["path"]).name


def inputs_of(case, key="inputs"):
    refs = case[key]
    found = [value(case, entry) for entry in (refs if isinstance(refs, list) else [refs])]
    return found[0] if len(found) == 1 else found


def made(case):
    """The model of a case with its recorded weights, compiled as it was saved, with the optimizer's state."""
    keraunos.utils.clear_session()
    model = build(case)
    model.set_weights([value(case, w) for w in case["weights"]])
    if case["compiled"]:
        model.compile(**revive(case["compile"]))
        model.optimizer.build(model.trainable_weights)
        for variable, ref in zip(model.optimizer.variables, case["optimizer_variables"], strict=True):
            variable.assign(value(case, ref))
    return model


def check_model(case, model):
    """Weights to the bit, outputs, and, of a compiled model, losses, the optimizer's state and one more epoch."""
    for variable, ref in zip(model.weights, case["weights"], strict=True):
        np.testing.assert_array_equal(variable, value(case, ref), err_msg=variable.path)
    assert [w.path for w in model.weights] == case["weight_paths"]
    outputs = model.predict(inputs_of(case), verbose=0)
    for ref, got in zip(case["outputs"], outputs if isinstance(outputs, list) else [outputs], strict=True):
        GOLDEN.check(case, ref, got, "outputs")
    if not case["compiled"]:
        return
    for ref, variable in zip(case["optimizer_variables"], model.optimizer.variables, strict=True):
        GOLDEN.check(case, ref, variable, variable.name)
    x, y = inputs_of(case), inputs_of(case, "targets")
    results = model.evaluate(x, y, batch_size=8, verbose=0, return_dict=True)
    for name, ref in case["evaluate"].items():
        GOLDEN.check(case, ref, np.float32(results[name]), name)
    history = model.fit(x, y, batch_size=8, epochs=1, shuffle=False, verbose=0).history
    for name, ref in case["resumed_history"].items():
        # Those of older files were recorded from the .keras file of the same model, whose metrics keep short names.
        written_out = name if name in history else keraunos.metrics.get(name).name
        GOLDEN.check(case, ref, np.asarray(history[written_out], np.float32), name)
    for ref, weight in zip(case["resumed_weights"], model.get_weights(), strict=True):
        GOLDEN.check(case, ref, weight, "resumed weights")


@pytest.mark.parametrize("case", COVERED, ids=lambda c: c["id"])
def test_recorded_file(case):
    keraunos.utils.clear_session()
    if case["format"] == "weights_h5":
        model = build(case)
        model.load_weights(recorded(case))
        check_model({**case, "compiled": False}, model)
    elif case["compiled"]:
        check_model(case, keraunos.models.load_model(recorded(case)))
    else:
        check_model(case, keraunos.models.load_model(recorded(case), compile=False))


@pytest.mark.parametrize("case", COVERED, ids=lambda c: c["id"])
def test_round_trip(case, tmp_path):
    model, path = made(case), tmp_path / pathlib.Path(case["path"]).name
    if case["format"] == "weights_h5":
        model.save_weights(path)
        keraunos.utils.clear_session()
        other = build(case)
        other.load_weights(path)
        check_model({**case, "compiled": False}, other)
        return
    model.save(path)
    again = keraunos.models.load_model(path, compile=case["compiled"])
    check_model({**case, "compiled": False}, again)
    if case["compiled"]:
        # The same losses and the same step from the same state, to the bit; recorded are those of a file that Keras
        # wrote, which lacks arguments of some losses.
        x, y = inputs_of(case), inputs_of(case, "targets")
        for one in (model, again):
            one.first = one.evaluate(x, y, batch_size=8, verbose=0)
            one.fit(x, y, batch_size=8, shuffle=False, verbose=0)
        assert model.first == again.first
        for a, b in zip(
            model.variables + model.optimizer.variables, again.variables + again.optimizer.variables, strict=True
        ):
            np.testing.assert_array_equal(a, b)


def datasets(file):
    """[name, shape, dtype] of the arrays in a file; the optimizer's are left out of files that were not compiled
    here."""
    found = []
    file.visititems(
        lambda name, node: found.append([name, list(node.shape), node.dtype.name]) if hasattr(node, "shape") else None
    )
    return sorted(found)


def holds(ours, theirs):
    """Whether a config says everything that Keras's says. Keras also numbers objects that are shared, and leaves out
    arguments of some losses."""
    if isinstance(theirs, dict):
        return isinstance(ours, dict) and all(
            holds(ours.get(k), v) for k, v in theirs.items() if k != "shared_object_id"
        )
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(holds, ours, theirs))
    return type(ours) is type(theirs) and ours == theirs


@pytest.mark.parametrize("case", COVERED, ids=lambda c: c["id"])
def test_layout_is_that_of_keras(case, tmp_path):
    model, path = made(case), tmp_path / pathlib.Path(case["path"]).name
    model.save_weights(path) if case["format"] == "weights_h5" else model.save(path)
    if case["format"] != "keras":
        with h5py.File(path) as file:
            wanted = case["h5_datasets"]
            if not case["compiled"]:
                wanted = [entry for entry in wanted if not entry[0].startswith("optimizer")]
            assert datasets(file) == sorted(wanted)
        return
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(recorded(case)) as theirs:
        assert sorted(archive.namelist()) == case["zip_members"]
        assert json.loads(archive.read("metadata.json")).keys() == case["metadata"].keys()
        with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
            assert datasets(file) == sorted(case["h5_datasets"])
        ours, wanted = (json.loads(a.read("config.json")) for a in (archive, theirs))
    assert list(ours) == case["config_json_keys"]
    if ours["compile_config"]:
        # TensorFlow decides it while compiling; we write what was asked for.
        assert (ours["compile_config"].pop("jit_compile"), wanted["compile_config"].pop("jit_compile")) == (
            "auto",
            False,
        )
    assert holds(ours, wanted)
