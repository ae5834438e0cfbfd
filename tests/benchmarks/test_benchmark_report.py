"""Tables made from results."""

import re

import pytest

from benchmarks import report

MACHINE = {"cpu": "CPU", "threads": 2, "cpus": 4, "isa": "v4", "python": "3.11", "commit": "abc", "date": "2026-01-01"}


def timed(microseconds):
    return {"median": microseconds, "min": microseconds}


def result(version, step, batch, row, peak):
    memory = {"peak": peak, "before": 20.0}
    return {"version": version, "step": timed(step), "batch": timed(batch), "row": timed(row), "memory": memory}


NETWORKS = {
    "machine": MACHINE,
    "workloads": [
        {
            "title": "net",
            "batch": 64,
            "results": {"keraunos": result("ours", 500, 200, 4, 120), "torch": result("T 2", 2000, 300, 10, 320.4)},
        },
        {"title": "other", "batch": 8, "results": {"keraunos": result("ours", 1000, 100, 5, 70)}},
    ],
}
KERNELS = {
    "machine": MACHINE,
    "peak_gflops": 200.0,
    "bandwidth": 100.0,
    "rows": [
        {
            "name": "A at 8, forward",
            "flops": 2e8,
            "bytes": 0,
            "results": {"keraunos": {"median": 2e-3}, "torch": {"median": 1e-3}},
        },
        {
            "name": "B, forward",
            "flops": 3e8,
            "bytes": 0,
            "results": {"keraunos": {"median": 1e-3}, "keraunos, direct": {"median": 2e-3}, "torch": {"median": 3e-3}},
        },
        {"name": "C, dx", "flops": 0, "bytes": 1e8, "results": {"keraunos": {"median": 2e-3}}},
    ],
}


def test_networks():
    lines = report.table("networks", NETWORKS).splitlines()
    assert lines[0].startswith("CPU, 2 threads of 4, v4, Python 3.11, commit abc, 2026-01-01.")
    assert "| training step in `fit` | ours | T 2 |" in lines
    assert "| net, batch 64 | **500.0 us** | 2.00 ms (4.0x) |" in lines
    assert "| net, batch 64 | **200.0 us** | 300.0 us (1.5x) |" in lines
    assert "| net, batch 1 | **4.0 us** | 10.0 us (2.5x) |" in lines
    assert "| net, batch 64 | 100 (120) | 300 (320) |" in lines
    assert "| other, batch 8 | **1.00 ms** | - |" in lines
    assert "| other, batch 8 | 50 (70) | - |" in lines


def test_models_have_two_tables():
    lines = report.table("models", NETWORKS).splitlines()
    assert [line.split(" | ")[0] for line in lines if "ours" in line] == [
        "| training step in `fit`",
        "| `predict` of one row",
    ]


def test_convolutions():
    lines = report.table("convolutions", KERNELS).splitlines()
    assert "| convolution | keraunos | keraunos, direct | torch | GFLOP/s | share of FMA peak (200 GFLOP/s) |" in lines
    assert "| A at 8, forward | **2.00 ms** | - | 1.00 ms (0.5x) | 100 | 0.50 |" in lines
    # Winograd exceeds the peak of direct convolution.
    assert "| B, forward | **1.00 ms** | 2.00 ms (2.0x) | 3.00 ms (3.0x) | 300 | 1.50 |" in lines


def test_kernels():
    lines = report.table("kernels", KERNELS).splitlines()
    assert "| A at 8, forward | **2.00 ms** | - | 1.00 ms (0.5x) | 0.50 |" in lines
    assert "| C, dx | **2.00 ms** | - | - | 0.50 |" in lines


@pytest.mark.parametrize("kind, payload", [("networks", NETWORKS), ("kernels", KERNELS), ("convolutions", KERNELS)])
def test_pictures(kind, payload):
    pytest.importorskip("matplotlib", reason="pictures of benchmarks are not covered: Matplotlib is not installed")
    figure = report.picture(kind, payload)
    assert len(figure.axes) == (2 if kind == "convolutions" else 1)


def test_files_and_pages(tmp_path, monkeypatch):
    readme, page = tmp_path / "README.md", tmp_path / "docs" / "page.md"
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(report, "PAGES", (readme, page))
    page.parent.mkdir()
    for path in (readme, page):
        path.write_text("a\n<!-- benchmarks: networks -->\nold\n<!-- end -->\nb\n<!-- end -->\n")
    text = report.save("networks", NETWORKS)
    assert (tmp_path / "results" / "networks.md").read_text() == text
    for path, folder in ((readme, "results"), (page, "../results")):
        shown = f"{text}\n![networks against peers]({folder}/networks.png)"
        assert path.read_text() == f"a\n<!-- benchmarks: networks -->\n{shown}\n<!-- end -->\nb\n<!-- end -->\n"
    before = readme.read_text()
    report.save("convolutions", KERNELS)
    assert readme.read_text() == before
    report.into_pages("networks", "new\n")
    assert readme.read_text() == "a\n<!-- benchmarks: networks -->\nnew\n<!-- end -->\nb\n<!-- end -->\n"


@pytest.mark.parametrize("page", report.PAGES, ids=lambda page: page.name)
def test_pages_show_the_results_that_are_kept(page):
    """What stands between the markers is the table of `benchmarks/results/`."""
    blocks = re.findall(r"<!-- benchmarks: (\w+) -->\n(.*?)<!-- end -->", page.read_text(), re.S)
    assert blocks
    for kind, shown in blocks:
        assert shown.startswith((report.RESULTS / f"{kind}.md").read_text()), kind
