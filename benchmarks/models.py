"""Whole models: time per training step and per one-row prediction, every framework in turn."""

import json
import os
import statistics
import subprocess
import sys
import time

from benchmarks import machine
from benchmarks.workloads import WORKLOADS

PEERS = ("tensorflow", "torch", "jax", "numpy")
CHECKED_STEPS = 5
PAUSE = 0.5  # seconds
# Losses of the first steps from equal weights: float32 sums of up to 3072 terms in other orders, a few steps long.
TOLERANCE = 2e-4


class Worker:
    """A framework's process."""

    def __init__(self, framework, workload, threads):
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", framework, workload, str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
        )  # fmt: skip
        self.version = self._answer()["version"]

    def ask(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"worker ended with status {self.process.wait()}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


def measure(name, threads, repeats, peers):
    """Results of one workload: {framework: {version, step: {min, median}, row: {min, median, p99}}} in microseconds."""
    workload = WORKLOADS[name]
    workers = {}
    for framework in ("keraunos", *peers):
        try:
            workers[framework] = Worker(framework, name, threads)
        except RuntimeError as error:
            print(f"  {framework}: not measured ({error})")
    want = workers["keraunos"].ask(do="losses", steps=CHECKED_STEPS)["losses"]
    for framework, worker in list(workers.items()):
        got = worker.ask(do="losses", steps=CHECKED_STEPS)["losses"] if framework != "keraunos" else want
        if not all(abs(a - b) <= TOLERANCE * max(1, abs(a)) for a, b in zip(want, got, strict=True)):
            raise AssertionError(f"{name}: losses differ, keraunos {want}, {framework} {got}; nothing was timed")
        worker.ask(do="fit")
    busy = machine.wait_until_quiet()
    times = {framework: [] for framework in workers}
    for _ in range(repeats):
        for framework, worker in workers.items():
            # Idle threads of the framework before (OpenMP, BLAS, Eigen) spin for some 0.2 s before they sleep.
            time.sleep(PAUSE)
            times[framework].append(worker.ask(do="fit")["seconds"])
    results = {}
    for framework, worker in workers.items():
        per_step = [t / (workload.epochs * workload.steps) * 1e6 for t in times[framework]]
        rows = [1e6 * t for t in worker.ask(do="predict", calls=20_000 if framework == "keraunos" else 200)["seconds"]]
        results[framework] = {
            "version": worker.version,
            "step": {"min": min(per_step), "median": statistics.median(per_step), "all": per_step},
            "row": {"min": rows[0], "median": statistics.median(rows), "p99": rows[int(len(rows) * 0.99)]},
        }
        worker.close()
    return {"workload": name, "title": workload.title, "batch": workload.batch, "busy": busy, "results": results}
