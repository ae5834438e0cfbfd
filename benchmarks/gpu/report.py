"""The report of the GPU's benchmarks: JSON as measured, Markdown tables, a picture of the ratios to the best peer."""

import importlib.util
import json

TITLES = {
    "products": "Matrix products: TFLOP/s",
    "convolutions": "Convolutions of ResNet-50: TFLOP/s",
    "memory": "Kernels that memory limits",
    "training": "Training: us per step",
}


def save(folder, payload):
    """Writes gpu.json, gpu.md and, when Matplotlib is there, gpu.png into a folder. Returns the tables."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gpu.json").write_text(json.dumps(payload, indent=1) + "\n")
    text = tables(payload)
    (folder / "gpu.md").write_text(text)
    if importlib.util.find_spec("matplotlib"):
        import matplotlib

        matplotlib.use("Agg")
        picture(payload).savefig(folder / "gpu.png", dpi=110)
    return text


def tables(payload):
    """The Markdown tables."""
    about = payload["machine"]
    lines = [
        f"{about['gpu']}; {about['cpu']}, Python {about['python']}, commit {about['commit']}, {about['date']}. "
        "Medians of interleaved runs; in brackets: how many times the time of keraunos.",
        "",
    ]
    for section, rows in payload["sections"].items():
        lines += [f"## {TITLES[section]}", ""]
        measured = [row for row in rows if "seconds" in row]
        if measured:
            lines += [*_table(section, measured), ""]
        lines += [_megabytes(row) for row in rows if "megabytes" in row]
        lines += [f"* not measured: {row['name']}: {_line(row['error'])}" for row in rows if "error" in row]
        for row in measured:
            lines += [f"* {row['name']}, {name}: {_line(why)}" for name, why in row.get("errors", {}).items()]
        lines.append("")
    return "\n".join(lines).strip() + "\n"


def ratio(row):
    """How many times our time the best peer took: above 1 keraunos is faster."""
    peers = [s for name, s in row["seconds"].items() if not name.startswith("keraunos")]
    return min(peers) / row["seconds"]["keraunos"] if peers else None


def picture(payload):
    """The Matplotlib figure: a panel per section, a bar per row."""
    from matplotlib.figure import Figure

    panels = {}
    for section, rows in payload["sections"].items():
        found = [(row["name"], ratio(row)) for row in rows if "seconds" in row]
        panels[section] = [(name, value) for name, value in found if value]
    heights = [1 + len(bars) for bars in panels.values()]
    figure = Figure(figsize=(10, 1.5 + 0.22 * sum(heights)), layout="constrained")
    axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    for ax, (section, bars) in zip(axes, panels.items(), strict=True):
        names, values = [name for name, _ in bars], [value for _, value in bars]
        ax.barh(range(len(bars)), values, color=["tab:green" if v >= 1 else "tab:orange" for v in values])
        ax.set_yticks(range(len(bars)), names, fontsize=7)
        ax.invert_yaxis()
        ax.axvline(1, color="black", linewidth=0.8)
        ax.set_title(TITLES[section].partition(":")[0], fontsize=9)
    axes[-1].set_xlabel("time of the best peer (for kernels that memory limits: of a copy) / time of keraunos")
    return figure


def _table(section, rows):
    names = list(dict.fromkeys(name for row in rows for name in row["seconds"]))
    if section == "memory":
        head = ["kernel", "GB/s", "share of a copy's bandwidth"]
        body = [
            [row["name"], f"{row['bytes'] / row['seconds']['keraunos'] / 1e9:.0f}", f"{ratio(row):.2f}"] for row in rows
        ]
    else:
        head = ["" if section == "training" else "operation", *names]
        body = [[row["name"], *(_cell(row, name) for name in names)] for row in rows]
    return ["| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *body)]


def _cell(row, name):
    if name not in row["seconds"]:
        return "-"
    taken, ours = row["seconds"][name], row["seconds"]["keraunos"]
    shown = f"{row['flops'] / taken / 1e12:.3g}" if "flops" in row else f"{taken * 1e6:.1f}"
    if row.get("persistent", {}).get(name):
        shown += " persistent"
    return f"**{shown}**" if name == "keraunos" else f"{shown} ({taken / ours:.2f}x)"


def _megabytes(row):
    return f"* {row['name']}: " + ", ".join(f"{what} {value:.1f} MB" for what, value in row["megabytes"].items())


def _line(text):
    return " ".join(text.split())
