"""Reports: JSON as measured, a Markdown table and a picture made from it; pages show what they have markers for."""

import importlib.util
import json
import os
import pathlib

RESULTS = pathlib.Path(__file__).parent / "results"
PAGES = tuple(RESULTS.parents[1] / name for name in ("README.md", "docs/from-tensorflow.md"))


def save(kind, payload):
    """Writes `results/<kind>.json` and `.md`, and `.png` when Matplotlib is there. Returns the table."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{kind}.json").write_text(json.dumps(payload, indent=1) + "\n")
    text = table(kind, payload)
    (RESULTS / f"{kind}.md").write_text(text)
    into_pages(kind, text, f"{kind}.png")
    if importlib.util.find_spec("matplotlib"):
        import matplotlib

        matplotlib.use("Agg")
        picture(kind, payload).savefig(RESULTS / f"{kind}.png", dpi=130)
    return text


def table(kind, payload):
    """The Markdown table."""
    return "\n".join([_heading(payload["machine"]), "", *_TABLES[kind](payload)]).strip() + "\n"


def picture(kind, payload):
    """The Matplotlib figure."""
    return _PICTURES[kind](payload)


def into_pages(kind, text, picture=None):
    """Puts the table, and the picture of that name, between the markers for `kind` of the pages that have them."""
    begin, end = f"<!-- benchmarks: {kind} -->", "<!-- end -->"
    for page in PAGES:
        before, found, rest = page.read_text().partition(begin)
        if found:
            link = f"\n![{kind} against peers]({os.path.relpath(RESULTS, page.parent)}/{picture})\n" if picture else ""
            page.write_text(f"{before}{begin}\n{text}{link}{end}{rest.split(end, 1)[1]}")


def _heading(machine):
    return (
        f"{machine['cpu']}, {machine['threads']} threads of {machine['cpus']}, {machine['isa']}, "
        f"Python {machine['python']}, "
        f"commit {machine['commit']}, {machine['date']}. Medians; in brackets: how many times the time of keraunos."
    )


def _duration(microseconds):
    return f"{microseconds / 1000:.2f} ms" if microseconds >= 1000 else f"{microseconds:.1f} us"


def _row(*cells):
    return "| " + " | ".join(cells) + " |"


def _rule(columns):
    return "|---" * columns + "|"


def _step(result):
    return result["step"]["median"]


def _models_table(payload, whats=("step", "row")):
    """One table for each of `whats`, keys of the results."""
    titles = {
        "step": "training step in `fit`",
        "batch": "`predict` of a batch",
        "row": "`predict` of one row",
        "memory": "memory that training takes at most beyond framework and data (with them), MB",
    }
    names = list(dict.fromkeys(n for w in payload["workloads"] for n in w["results"]))
    lines = []
    for what in whats:
        lines += [_row(titles[what], *(_version(payload, n) for n in names)), _rule(len(names) + 1)]
        for workload in payload["workloads"]:
            results = workload["results"]
            batch = 1 if what == "row" else workload["batch"]
            cells = _memory_cells(results, names) if what == "memory" else _median_cells(results, names, what)
            lines.append(_row(f"{workload['title']}, batch {batch}", *cells))
        lines.append("")
    return lines


def _networks_table(payload):
    return _models_table(payload, ("step", "batch", "row", "memory"))


def _median_cells(results, names, what):
    ours = results["keraunos"][what]["median"]
    return [_cell(results[n][what]["median"], ours, n) if n in results else "-" for n in names]


def _memory_cells(results, names):
    taken = {n: r["memory"]["peak"] - r["memory"]["before"] for n, r in results.items()}
    return [f"{taken[n]:.0f} ({results[n]['memory']['peak']:.0f})" if n in taken else "-" for n in names]


def _cell(value, ours, name):
    return f"**{_duration(value)}**" if name == "keraunos" else f"{_duration(value)} ({value / ours:.1f}x)"


def _version(payload, name):
    return next(w["results"][name]["version"] for w in payload["workloads"] if name in w["results"])


def _contestants(payload):
    """Ours first."""
    names = dict.fromkeys(n for row in payload["rows"] for n in row["results"])
    return sorted(names, key=lambda name: not name.startswith("keraunos"))


def _seconds(row, name="keraunos"):
    return row["results"][name]["median"] if name in row["results"] else None


def _kernel_cells(row, names):
    seconds = {n: _seconds(row, n) for n in names}
    return [_cell(s * 1e6, _seconds(row) * 1e6, n) if s else "-" for n, s in seconds.items()]


def _kernels_table(payload):
    names = _contestants(payload)
    peak, bandwidth = payload["peak_gflops"], payload["bandwidth"]
    limit = f"share of limit ({peak:.0f} GFLOP/s, {bandwidth:.0f} GB/s)"
    lines = [_row("kernel", *names, limit), _rule(len(names) + 2)]
    for row in payload["rows"]:
        reached = row["flops"] / peak if row["flops"] else row["bytes"] / bandwidth
        lines.append(_row(row["name"], *_kernel_cells(row, names), f"{reached / _seconds(row) / 1e9:.2f}"))
    return lines


def _convolutions_table(payload):
    names = _contestants(payload)
    peak = payload["peak_gflops"]
    lines = [
        "`direct` is ours without Winograd's transforms, where they are used. GFLOP/s are ours and count the "
        "operations of direct convolution, so Winograd may exceed the peak.",
        "",
        _row("convolution", *names, "GFLOP/s", f"share of FMA peak ({peak:.0f} GFLOP/s)"),
        _rule(len(names) + 3),
    ]
    for row in payload["rows"]:
        speed = row["flops"] / _seconds(row) / 1e9
        lines.append(_row(row["name"], *_kernel_cells(row, names), f"{speed:.0f}", f"{speed / peak:.2f}"))
    return lines


def _models_picture(payload):
    import matplotlib.pyplot as pyplot

    workloads = payload["workloads"]
    peers = [n for n in dict.fromkeys(n for w in workloads for n in w["results"]) if n != "keraunos"]
    figure, axis = pyplot.subplots(figsize=(8, 0.9 + 0.95 * len(workloads)), layout="constrained")
    height = 0.8 / len(peers)
    for i, name in enumerate(peers):
        ratios = [
            _step(w["results"][name]) / _step(w["results"]["keraunos"]) if name in w["results"] else 0
            for w in workloads
        ]
        places = [j + (i - (len(peers) - 1) / 2) * height for j in range(len(workloads))]
        bars = axis.barh(places, ratios, height, label=_version(payload, name))
        axis.bar_label(bars, [f"{r:.1f}x" if r else "" for r in ratios], padding=3, fontsize=8)
    axis.set_yticks(range(len(workloads)), [f"{w['title']}\nbatch {w['batch']}" for w in workloads])
    axis.invert_yaxis()
    axis.set_xscale("log")
    axis.axvline(1, color="black", linewidth=1)
    axis.set_xlabel("time of a training step in fit, as a multiple of keraunos")
    axis.legend(fontsize=8)
    return figure


def _dots(axis, rows, labels, peers):
    """How many times our time each peer takes, a line of dots per row (or None)."""
    for name in peers:
        lines = [i for i, row in enumerate(rows) if row and name in row["results"]]
        axis.plot([_seconds(rows[i], name) / _seconds(rows[i]) for i in lines], lines, "o", label=name)
    axis.set_yticks(range(len(rows)), labels, fontsize=8)
    axis.set_xscale("log", base=2)
    axis.xaxis.set_major_formatter("{x:g}")
    axis.axvline(1, color="black", linewidth=1)
    axis.set_xlabel("time as a multiple of keraunos")
    axis.grid(axis="x", alpha=0.3)


def _kernels_picture(payload):
    import matplotlib.pyplot as pyplot

    rows = payload["rows"]
    figure, axis = pyplot.subplots(figsize=(8, 0.42 * len(rows) + 1), layout="constrained")
    _dots(axis, rows, [row["name"] for row in rows], [n for n in _contestants(payload) if n != "keraunos"])
    axis.invert_yaxis()
    axis.legend(fontsize=8)
    return figure


def _convolutions_picture(payload):
    """Forward and the two gradients side by side."""
    import matplotlib.pyplot as pyplot

    rows = {tuple(row["name"].rsplit(", ", 1)): row for row in payload["rows"]}
    layers, passes = (list(dict.fromkeys(names)) for names in zip(*rows, strict=True))
    peers = [n for n in _contestants(payload) if n != "keraunos"]
    size = (12, 0.3 * len(layers) + 1.2)
    figure, axes = pyplot.subplots(1, len(passes), figsize=size, sharey=True, squeeze=False, layout="constrained")
    for axis, what in zip(axes[0], passes, strict=True):
        _dots(axis, [rows.get((layer, what)) for layer in layers], layers, peers)
        axis.set_title(what)
    axes[0][0].invert_yaxis()
    axes[0][0].legend(fontsize=8)
    return figure


_TABLES = {
    "models": _models_table,
    "networks": _networks_table,
    "kernels": _kernels_table,
    "convolutions": _convolutions_table,
}
_PICTURES = {
    "models": _models_picture,
    "networks": _models_picture,
    "kernels": _kernels_picture,
    "convolutions": _convolutions_picture,
}
