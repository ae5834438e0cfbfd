"""Command line: `python -m benchmarks models|kernels [--threads 2] [--repeats 7] [--peers tensorflow,torch,jax,numpy]`.

Results go to `benchmarks/results/` as JSON, Markdown table and picture. Peers that are not installed are left out
(`pip install keraunos[bench]`).
"""

import argparse
import os
import sys


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("models", "kernels"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--peers", default="tensorflow,torch,jax,numpy")
    parser.add_argument("--workloads", default="mlp,tiny,wide")
    options = parser.parse_args()
    threads = str(options.threads)
    if os.environ.get("OMP_NUM_THREADS") != threads or os.environ.get("OPENBLAS_NUM_THREADS") != threads:
        # BLAS libraries read these when they are loaded: start again with them set.
        environment = dict(os.environ, OMP_NUM_THREADS=threads, OPENBLAS_NUM_THREADS=threads)
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks", *sys.argv[1:]], environment)
    if hasattr(os, "sched_setaffinity"):
        # Frameworks that count processors instead of taking a number get the same number.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    peers = [name for name in options.peers.split(",") if name]
    print({"models": _models, "kernels": _kernels}[options.kind](options, peers))


def _models(options, peers):
    from benchmarks import machine, models, report

    workloads = []
    for name in options.workloads.split(","):
        print(f"{name} ...", flush=True)
        workloads.append(models.measure(name, options.threads, options.repeats, peers))
    return report.save("models", {"machine": machine.describe(options.threads), "workloads": workloads})


def _kernels(options, peers):
    from keraunos import _cpu

    from benchmarks import machine, report
    from benchmarks.kernels.measure import measure

    busy = machine.wait_until_quiet()
    rows = measure(options.threads, [name for name in peers if name != "jax"])
    # Buffers of the memory-bound kernels are 4 MB each: they live in the last cache level, and so does this
    # measurement.
    limits = _cpu.measure_limits(8 << 20)
    payload = {
        "machine": machine.describe(options.threads),
        "busy": busy,
        "rows": rows,
        "peak_gflops": limits["gflops"] * options.threads,
        "bandwidth": limits["read_gbytes"] * options.threads,
    }
    return report.save("kernels", payload)


if __name__ == "__main__":
    main()
