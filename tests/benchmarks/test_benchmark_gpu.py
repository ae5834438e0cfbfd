"""The GPU's report from made-up results, and sections whose process dies."""

import json
import subprocess
import sys

import pytest

from benchmarks.gpu import profile, report, sections

PAYLOAD = {
    "machine": {"gpu": "H", "cpu": "C", "python": "3.12", "commit": "abc", "date": "2026-01-01"},
    "sections": {
        "products": [
            {"name": "A", "flops": 2e12, "seconds": {"keraunos": 4e-3, "cuBLAS": 2e-3}},
            {"name": "B", "flops": 2e12, "seconds": {"keraunos": 1e-3, "cuBLAS": 2e-3, "CuPy": 3e-3}},
            {"name": "C", "error": "ArithmeticError: results\ndiffer"},
        ],
        "memory": [{"name": "relu", "bytes": 4e9, "seconds": {"keraunos": 2e-3, "copy": 1e-3}}],
        "training": [
            {"name": "net", "seconds": {"keraunos": 1e-5, "PyTorch": 2e-4}, "persistent": {"keraunos": True},
             "errors": {"JAX": "none"}},
            {"name": "memory", "megabytes": {"before": 0.0, "deleted": 1.25}},
        ],
        "convolutions": [],
    },
}  # fmt: skip


def test_tables():
    lines = report.tables(PAYLOAD).splitlines()
    assert lines[0].startswith("H; C, Python 3.12, commit abc, 2026-01-01.")
    assert "| operation | keraunos | cuBLAS | CuPy |" in lines
    assert "| A | **500** | 1e+03 (0.50x) | - |" in lines
    assert "| B | **2e+03** | 1e+03 (2.00x) | 667 (3.00x) |" in lines
    assert "* not measured: C: ArithmeticError: results differ" in lines
    assert "| relu | 2000 | 0.50 |" in lines
    assert "| net | **10.0 persistent** | 200.0 (20.00x) |" in lines
    assert "* net, JAX: none" in lines
    assert "* memory: before 0.0 MB, deleted 1.2 MB" in lines


def test_files_and_picture(tmp_path):
    pytest.importorskip("matplotlib", reason="pictures of benchmarks are not covered: Matplotlib is not installed")
    report.save(tmp_path / "new", PAYLOAD)
    assert json.loads((tmp_path / "new" / "gpu.json").read_text()) == PAYLOAD
    assert {p.name for p in (tmp_path / "new").iterdir()} == {"gpu.json", "gpu.md", "gpu.png"}
    figure = report.picture(PAYLOAD)
    assert [len(ax.patches) for ax in figure.axes] == [2, 1, 1, 0]
    assert [bar.get_width() for bar in figure.axes[0].patches] == [0.5, 2.0]


WORKER = """
import json, os, sys
names = {names}
for name in names[int(sys.argv[sys.argv.index("--skip") + 1]):]:
    print(json.dumps({{"begun": name}}), flush=True)
    if name == "dies":
        os.abort()
    print(json.dumps({{"name": name}}), flush=True)
    if name == "fails":
        sys.exit(1)
"""


@pytest.mark.parametrize(
    "names, errors",
    [(["a", "b"], [None, None]), (["a", "dies", "c"], [None, "status -6", None]), (["fails", "b"], [None, None])],
)
def test_a_process_that_ends_costs_one_row(names, errors, monkeypatch):
    real = subprocess.Popen
    monkeypatch.setattr(
        sections.subprocess, "Popen",
        lambda command, **more: real([sys.executable, "-c", WORKER.format(names=names), *command[3:]], **more),
    )  # fmt: skip
    ((section, rows),) = sections.measure(["products"], True, "cpu", 60)
    assert section == "products" and [row["name"] for row in rows] == names
    for row, error in zip(rows, errors, strict=True):
        assert (error or "") in row.get("error", "") and ("error" in row) == bool(error)


def test_a_process_that_cannot_start_is_reported(monkeypatch):
    real = subprocess.Popen
    monkeypatch.setattr(
        sections.subprocess,
        "Popen",
        lambda command, **more: real([sys.executable, "-c", "raise SystemExit(3)"], **more),
    )
    ((_, rows),) = sections.measure(["products"], True, "cpu", 60)
    assert rows == [{"name": "products", "error": "the process ended with status 3"}]


def test_a_profile_has_a_line_per_launch():
    text = (
        '==PROF== done\n"ID","Kernel Name","Metric Name","Metric Unit","Metric Value"\n'
        '"0","gemm(int)","gpu__time_duration.sum","us","12"\n"0","gemm(int)","launch__registers_per_thread","","128"\n'
        '"1","gemm(int)","gpu__time_duration.sum","us","13"\n'
    )
    assert profile.summary(text) == ["  gemm(int): time 12 us, registers 128", "  gemm(int): time 13 us"]
    assert profile.summary("ERR_NVGPUCTRPERM") == []
