"""Whether models become as good as under Keras: customer churn, sonar with dropout, and imbalanced churn in five ways.

    KERAUNOS_KERAS_PYTHON=.../python python -m benchmarks.accuracy [--seeds 10]

The functions of `examples/` are run by both libraries, each in a process of its own: the same splits, models and
numbers of epochs, another split and other starting weights for every seed. Writes
benchmarks/results/accuracy.{json,md}. The libraries draw different random numbers, so single runs differ; what is
compared are means.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "benchmarks" / "results"
ALLOWED = 2.0  # points
SETTINGS = ("seeds", "churn_epochs", "sonar_epochs")


def churn(table, seed, epochs):
    """{what: percent} for one split of the table of customers."""
    import imbalanced_churn

    found = imbalanced_churn.scores(table, seed, epochs)
    plain = found["plain"]
    rows = {"churn: accuracy": plain[0], "churn: F1 of those who leave": plain[3]}
    for name, (_, _, _, f1) in found.items():
        if name != "plain":
            rows |= {f"{name}: F1": f1, f"{name}: gain in F1": f1 - plain[3]}
    return {what: 100 * value for what, value in rows.items()}


def sonar(echoes, seed, epochs):
    """{what: percent} for one cross-validation of the echoes."""
    import sonar as example

    return {
        f"sonar, dropout {rate}: accuracy": 100 * example.cross_validated(*echoes, rate, seed, epochs)[1]
        for rate in (0.0, 0.5)
    }


def work(options):
    """What one library reaches, as JSON: `{what: [percent per seed]}`, and its version. `import keraunos` in the
    examples is this library."""
    library = __import__(options.library)
    sys.modules["keraunos"] = library
    sys.path.insert(0, str(REPOSITORY / "examples"))
    import customer_churn
    import tables

    if None in [tables.find(name) for name in tables.ADDRESSES]:
        raise FileNotFoundError("the real tables are needed: see examples/tables.py")
    customers, echoes = customer_churn.clean(tables.churn()), tables.sonar()
    found = {}
    start = time.perf_counter()
    for seed in range(options.seeds):
        library.utils.clear_session()
        for what, value in {
            **churn(customers, seed, options.churn_epochs),
            **sonar(echoes, seed, options.sonar_epochs),
        }.items():
            found.setdefault(what, []).append(value)
        print(f"{options.library}: seed {seed}, {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    return {"version": library.__version__, "seconds": time.perf_counter() - start, "percent": found}


def run(library, options):
    """What `work` returns in a process of its own."""
    python = sys.executable if library == "keraunos" else os.environ["KERAUNOS_KERAS_PYTHON"]
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3")
    if library == "keras":
        environment.pop("PYTHONPATH", None)
    numbers = [f"--{name.replace('_', '-')}={getattr(options, name)}" for name in SETTINGS]
    done = subprocess.run(
        [python, "-m", "benchmarks.accuracy", f"--library={library}", *numbers],
        stdout=subprocess.PIPE, text=True, env=environment, cwd=REPOSITORY, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def compare(ours, theirs):
    """Rows (what, our mean, our spread, their mean, their spread, difference, its standard error), in points.

    Splits are the same, so differences are taken seed by seed.
    """
    rows = []
    for what, values in ours.items():
        a, b = np.array(values), np.array(theirs[what])
        spread = (lambda v: v.std(ddof=1)) if len(a) > 1 else np.std
        rows.append((what, a.mean(), spread(a), b.mean(), spread(b), (a - b).mean(), spread(a - b) / np.sqrt(len(a))))
    return rows


def table(payload):
    """The Markdown table."""
    theirs = payload["keras"]
    rows = compare(payload["keraunos"]["percent"], theirs["percent"])
    settings = payload["settings"]
    far = [row[0] for row in rows if not abs(row[5]) <= ALLOWED]
    lines = [
        f"Means of {settings['seeds']} splits and starts (in brackets: standard deviation), percent; differences in "
        f"points with their standard errors. Churn: {settings['churn_epochs']} epochs; sonar: five folds, "
        f"{settings['sonar_epochs']} epochs. {payload['machine']['isa']}, commit {payload['machine']['commit']}, "
        f"{payload['machine']['date']}.",
        "",
        f"| what | keraunos | Keras {theirs['version']} | difference |",
        "|---|--:|--:|--:|",
    ]
    lines += [
        f"| {what} | {a:.1f} ({s:.1f}) | {b:.1f} ({t:.1f}) | {d:+.1f} ± {e:.1f} |" for what, a, s, b, t, d, e in rows
    ]
    verdict = f"farther apart than {ALLOWED:g} points: {', '.join(far)}" if far else f"all within {ALLOWED:g} points"
    return "\n".join([*lines, "", f"{verdict[0].upper()}{verdict[1:]}."]) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--churn-epochs", type=int, default=20)
    parser.add_argument("--sonar-epochs", type=int, default=100)
    parser.add_argument("--library", choices=["keraunos", "keras"], help="run this one only, and print JSON")
    options = parser.parse_args()
    if options.library:
        print(json.dumps(work(options)))
        return
    if "KERAUNOS_KERAS_PYTHON" not in os.environ:
        parser.error("KERAUNOS_KERAS_PYTHON must name a Python with Keras, pandas, scikit-learn and imbalanced-learn")
    from benchmarks import machine, report

    settings = {name: getattr(options, name) for name in SETTINGS}
    payload = {"machine": machine.describe(os.cpu_count()), "settings": settings}
    payload |= {library: run(library, options) for library in ("keraunos", "keras")}
    (RESULTS / "accuracy.json").write_text(json.dumps(payload, indent=1) + "\n")
    text = table(payload)
    (RESULTS / "accuracy.md").write_text(text)
    report.into_pages("accuracy", text)
    print(text)


if __name__ == "__main__":
    main()
