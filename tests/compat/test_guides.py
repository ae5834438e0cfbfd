"""Scripts as they are written for Keras, one for each of its ways to make and train models: they run unchanged, and
they are valid Keras."""

import os
import pathlib
import subprocess
import sys

import keraunos
import pytest

GUIDES = sorted((pathlib.Path(__file__).parent / "guides").glob("*.py"))
KERAS = os.environ.get("KERAUNOS_KERAS_PYTHON")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_guide_runs_unchanged(guide, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(pathlib.Path(keraunos.__file__).resolve().parents[1])}
    command = [sys.executable, "-m", "keraunos", guide]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.rstrip().endswith(f"{guide.stem}: done")


@pytest.mark.skipif(
    not KERAS,
    reason="that the guides are valid Keras is not covered: KERAUNOS_KERAS_PYTHON names no Python that has it",
)
@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_guide_is_valid_keras(guide, tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run([KERAS, guide], capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.rstrip().endswith(f"{guide.stem}: done")
