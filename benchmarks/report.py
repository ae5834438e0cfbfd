"""Reports: JSON as measured, a Markdown table and a picture made from it; README shows the table of the models."""

import json
import pathlib

RESULTS = pathlib.Path(__file__).parent / "results"
README = RESULTS.parents[1] / "README.md"


def save(kind, payload):
    """Writes `results/<kind>.json` and `.md`, and `.png` when Matplotlib is there. Returns the table."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{kind}.json").write_text(json.dumps(payload, indent=1) + "\n")
    table = "\n".join([_heading(payload["machine"]), "", *_TABLES[kind](payload)]) + "\n"
    (RESULTS / f"{kind}.md").write_text(table)
    _into_readme(kind, table)
    try:
        import matplotlib
    except ImportError:
        return table
    matplotlib.use("Agg")
    _PICTURES[kind](payload).savefig(RESULTS / f"{kind}.png", dpi=130)
    return table


def _into_readme(kind, table):
    """Puts the table between README's markers for `kind`, when it has them."""
    begin, end = f"<!-- benchmarks: {kind} -->", "<!-- end -->"
    text = README.read_text()
    if begin in text:
        before, rest = text.split(begin, 1)
        README.write_text(f"{before}{begin}\n{table.strip()}\n{end}{rest.split(end, 1)[1]}")


def _heading(machine):
    return (
        f"{machine['cpu']}, {machine['threads']} threads of {machine['cpus']}, {machine['isa']}, "
        f"Python {machine['python']}, "
        f"commit {machine['commit']}, {machine['date']}. Medians; in brackets: how many times the time of keraunos."
    )


def _duration(microseconds):
    return f"{microseconds / 1000:.2f} ms" if microseconds >= 1000 else f"{microseconds:.1f} us"


def _models_table(payload):
    names = list(dict.fromkeys(n for w in payload["workloads"] for n in w["results"]))
    lines = []
    for what, title in (("step", "training step in `fit`"), ("row", "`predict` of one row")):
        lines += [
            f"| {title} | " + " | ".join(_version(payload, n) for n in names) + " |",
            "|---" * (len(names) + 1) + "|",
        ]
        for workload in payload["workloads"]:
            results = workload["results"]
            ours = results["keraunos"][what]["median"]
            cells = [_cell(results[n][what]["median"], ours, n) if n in results else "-" for n in names]
            lines.append(
                f"| {workload['title']}, batch {workload['batch'] if what == 'step' else 1} | "
                + " | ".join(cells)
                + " |"
            )
        lines.append("")
    return lines


def _cell(value, ours, name):
    return f"**{_duration(value)}**" if name == "keraunos" else f"{_duration(value)} ({value / ours:.1f}x)"


def _version(payload, name):
    return next(w["results"][name]["version"] for w in payload["workloads"] if name in w["results"])


def _kernels_table(payload):
    names = list(payload["rows"][0]["results"])
    peak = payload["peak_gflops"]
    lines = [
        "| kernel | "
        + " | ".join(names)
        + f" | share of limit ({peak:.0f} GFLOP/s, {payload['bandwidth']:.0f} GB/s) |",
        "|---" * (len(names) + 2) + "|",
    ]
    for row in payload["rows"]:
        ours = row["results"]["keraunos"]["median"] * 1e6
        cells = [_cell(row["results"][n]["median"] * 1e6, ours, n) for n in names]
        reached = row["flops"] / ours / 1e3 / peak if row["flops"] else row["bytes"] / ours / 1e3 / payload["bandwidth"]
        lines.append(f"| {row['name']} | " + " | ".join(cells) + f" | {reached:.2f} |")
    return lines


def _models_picture(payload):
    import matplotlib.pyplot as pyplot

    workloads = payload["workloads"]
    peers = [n for n in dict.fromkeys(n for w in workloads for n in w["results"]) if n != "keraunos"]
    figure, axis = pyplot.subplots(figsize=(8, 0.9 + 0.95 * len(workloads)), layout="constrained")
    height = 0.8 / len(peers)
    for i, name in enumerate(peers):
        ratios = [
            w["results"][name]["step"]["median"] / w["results"]["keraunos"]["step"]["median"]
            if name in w["results"]
            else 0
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


def _kernels_picture(payload):
    import matplotlib.pyplot as pyplot

    rows = payload["rows"]
    peers = [n for n in rows[0]["results"] if n != "keraunos"]
    figure, axis = pyplot.subplots(figsize=(8, 0.42 * len(rows) + 1), layout="constrained")
    for name in peers:
        ratios = [row["results"][name]["median"] / row["results"]["keraunos"]["median"] for row in rows]
        axis.plot(ratios, range(len(rows)), "o", label=name)
    axis.set_yticks(range(len(rows)), [row["name"] for row in rows], fontsize=8)
    axis.invert_yaxis()
    axis.set_xscale("log")
    axis.axvline(1, color="black", linewidth=1)
    axis.set_xlabel("time as a multiple of keraunos")
    axis.grid(axis="x", alpha=0.3)
    axis.legend(fontsize=8)
    return figure


_TABLES = {"models": _models_table, "kernels": _kernels_table}
_PICTURES = {"models": _models_picture, "kernels": _kernels_picture}
