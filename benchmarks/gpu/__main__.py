"""Command line: `python -m benchmarks.gpu [options]`; writes gpu.json, gpu.md and gpu.png after each section."""

import argparse
import pathlib

from benchmarks import machine
from benchmarks.gpu import report, sections


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, default=pathlib.Path(__file__).parents[1] / "results")
    parser.add_argument("--only", default=",".join(sections.SECONDS), help="sections, separated by commas")
    parser.add_argument("--small", action="store_true", help="tiny sizes: to see that everything runs")
    parser.add_argument("--seconds", type=float, help=f"all sections together; default {sections.SECONDS}")
    parser.add_argument("--peer-device", choices=("cuda", "cpu"), default="cuda", help="where PyTorch computes")
    parser.add_argument("--worker", choices=sections.SECONDS, help=argparse.SUPPRESS)
    parser.add_argument("--skip", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        sections.work(options.worker, options.small, options.peer_device, options.skip)
        return 0
    names = options.only.split(",")
    if unknown := [name for name in names if name not in sections.SECONDS]:
        parser.error(f"unknown sections {unknown}; there are {list(sections.SECONDS)}")
    payload = {"machine": machine.describe(1) | {"gpu": _gpu()}, "sections": {}}
    for name, rows in sections.measure(names, options.small, options.peer_device, options.seconds):
        payload["sections"][name] = rows
        text = report.save(options.results, payload)
    print(text)
    errors = [row for rows in payload["sections"].values() for row in rows if "error" in row]
    return 1 if errors else 0


def _gpu():
    from keraunos.runtime import cuda

    return cuda.module().describe(0)["name"] if cuda.count() else cuda.missing()


if __name__ == "__main__":
    raise SystemExit(main())
