"""Files that go to the real Keras and come from it: the same predictions, and training that goes on the same."""

import os
import pathlib
import subprocess

import exchange_models as exchange
import keraunos
import numpy as np
import pytest

pytest.importorskip("h5py", reason="exchange with Keras is not covered: h5py is not installed")
KERAS = os.environ.get("KERAUNOS_KERAS_PYTHON")
if not KERAS:
    pytest.skip(
        "exchange with Keras is not covered: KERAUNOS_KERAS_PYTHON names no Python that has it", allow_module_level=True
    )

CASES = [(name, ending) for name, endings in exchange.FORMATS.items() for ending in endings]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which both have saved, and Keras has read what we saved."""
    folder = tmp_path_factory.mktemp("exchange")
    for name, endings in exchange.FORMATS.items():
        keraunos.utils.clear_session()
        model = exchange.MODELS[name](keraunos)
        exchange.train(model, name)
        for ending in endings:
            exchange.save(model, folder / f"ours-{name}.{ending}")
        results(folder, f"ours-{name}", model, name)
    side = pathlib.Path(__file__).with_name("keras_side.py")
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run([KERAS, side, folder], capture_output=True, text=True, timeout=600, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def results(folder, stem, model, name):
    first = exchange.outputs(model, name)
    exchange.train(model, name)
    np.savez(folder / f"{stem}.npz", *first, *exchange.outputs(model, name))


def check(folder, got, want):
    """float32 sums in another order: 1e-5 as loaded; after five more steps of training 1e-4."""
    with np.load(folder / f"{got}.npz") as ours, np.load(folder / f"{want}.npz") as theirs:
        half = len(ours.files) // 2
        for place, key in enumerate(ours.files):
            bound = 1e-5 if place < half else 1e-4
            np.testing.assert_allclose(
                ours[key], theirs[key], rtol=bound, atol=bound, err_msg=f"output {key} of {half}"
            )


@pytest.mark.parametrize(("name", "ending"), CASES)
def test_keras_reads_our_files(folder, name, ending):
    if ending == "h5":
        # Keras drops the optimizer's state of such files: only what was loaded can be compared.
        with np.load(folder / f"read-{name}.h5.npz") as theirs, np.load(folder / f"ours-{name}.npz") as ours:
            for key in ours.files[: len(ours.files) // 2]:
                np.testing.assert_allclose(theirs[key], ours[key], rtol=1e-5, atol=1e-5)
        return
    check(folder, f"read-{name}.{ending}", f"ours-{name}")


@pytest.mark.parametrize(("name", "ending"), CASES)
def test_we_read_files_of_keras(folder, name, ending):
    keraunos.utils.clear_session()
    model = exchange.reopened(keraunos, name, folder / f"theirs-{name}.{ending}")
    results(folder, f"got-{name}.{ending}", model, name)
    check(folder, f"got-{name}.{ending}", f"theirs-{name}")
