"""Command line: `python -m benchmarks models|networks|kernels|convolutions [options]`; `--help` lists them.

Results go to `benchmarks/results/` as JSON, Markdown table and picture. Peers that are not installed are left out
(`pip install keraunos[bench]`).
"""

import argparse
import os
import sys

# Peers that a kind knows: the hand-written JAX and NumPy models are fully connected, and neither has kernels to time
# alone (JAX) or convolutions (NumPy).
PEERS = {
    "models": ("tensorflow", "torch", "jax", "numpy"),
    "networks": ("tensorflow", "torch"),
    "kernels": ("tensorflow", "torch", "numpy"),
    "convolutions": ("tensorflow", "torch"),
}
REPEATS = {"models": 7, "networks": 5, "kernels": 15, "convolutions": 7}


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=PEERS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, help=f"timed runs of each contestant; default {REPEATS}")
    parser.add_argument("--peers", default="tensorflow,torch,jax,numpy")
    parser.add_argument("--only", help="names of models and networks, or parts of the names of kernels")
    parser.add_argument("--patience", type=float, default=60, help="seconds to wait for others to leave the machine")
    options = parser.parse_args()
    options.repeats = options.repeats or REPEATS[options.kind]
    threads = str(options.threads)
    if os.environ.get("OMP_NUM_THREADS") != threads or os.environ.get("OPENBLAS_NUM_THREADS") != threads:
        # BLAS libraries read these when they are loaded: start again with them set.
        environment = dict(os.environ, OMP_NUM_THREADS=threads, OPENBLAS_NUM_THREADS=threads)
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks", *sys.argv[1:]], environment)
    if hasattr(os, "sched_setaffinity"):
        # Frameworks that count processors instead of taking a number get the same number.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    peers = [name for name in options.peers.split(",") if name in PEERS[options.kind]]
    only = options.only.split(",") if options.only else None
    measure = _whole_models if options.kind in ("models", "networks") else _single_kernels
    payload = measure(options, peers, only)

    from benchmarks import machine, report

    print(report.save(options.kind, {"machine": machine.describe(options.threads), **payload}))


def _whole_models(options, peers, only):
    from benchmarks import models, workloads

    found = []
    for name in only or {"models": workloads.MODELS, "networks": workloads.NETWORKS}[options.kind]:
        print(f"{name} ...", flush=True)
        found.append(models.measure(name, options.threads, options.repeats, peers, options.patience))
    return {"workloads": found}


def _single_kernels(options, peers, only):
    from keraunos import _cpu

    from benchmarks import machine
    from benchmarks.kernels import cases, convolutions
    from benchmarks.kernels.measure import measure

    chosen = {"kernels": cases, "convolutions": convolutions}[options.kind].cases()
    if only:
        chosen = (case for case in chosen if any(part in case.name for part in only))
    busy = machine.wait_until_quiet(options.patience)
    rows = measure(options.threads, peers, chosen, options.repeats)
    # Buffers of the memory-bound kernels are 4 MB each: they live in the last cache level, and so does this
    # measurement.
    limits = _cpu.measure_limits(8 << 20)
    return {
        "busy": busy,
        "rows": rows,
        "peak_gflops": limits["gflops"] * options.threads,
        "bandwidth": limits["read_gbytes"] * options.threads,
    }


if __name__ == "__main__":
    main()
