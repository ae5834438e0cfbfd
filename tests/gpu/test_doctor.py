"""keraunos doctor, and a machine without a GPU."""

import subprocess
import sys

import pytest
from keraunos.__main__ import main
from keraunos.runtime import cuda


def test_the_gpu_is_described(capsys):
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("keraunos ") and lines[1].startswith("cpu: ")
    assert lines[2].startswith("gpu:0: ") and "compute capability" in lines[2]


@pytest.mark.parametrize("arguments, status", [([], 2), (["cure"], 2), (["--help"], 0)])
def test_other_commands(arguments, status, capsys):
    assert main(arguments) == status
    assert "keraunos doctor " in capsys.readouterr().out


def test_without_a_module_the_reason_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(cuda, "module", lambda: None)
    monkeypatch.setattr(cuda, "count", lambda: 0)
    main(["doctor"])
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("gpu: none: this build of keraunos has no GPU kernels")


def test_importing_looks_for_no_gpu():
    code = "import sys, keraunos.layers; assert 'keraunos._cuda' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
