"""Whole models: time per training step and per prediction, and memory, every framework in turn."""

import json
import math
import os
import statistics
import subprocess
import sys
import time

import numpy as np

from benchmarks import machine
from benchmarks.workloads import WORKLOADS

CHECKED_STEPS = 3
PAUSE = 0.5  # seconds; idle threads of the framework before (OpenMP, BLAS, Eigen) spin for some 0.2 s


class Worker:
    """A framework's process; `ask` answers what `benchmarks.worker.Session` has methods for."""

    def __init__(self, framework, workload, threads):
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", framework, workload, str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
        )  # fmt: skip
        self.version = self.ask("version")

    def ask(self, do, **arguments):
        try:
            self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"worker ended with status {self.process.wait()}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


def tolerance(workload, step):
    """How far losses of a step, relative to the larger of 1 and the loss, and outputs in inference (step 0) may differ.

    A sum of n float32 products is off by about eps sqrt(n), 4 for the tail and for several layers. A step may double a
    difference: where two inputs of a max pooling, or one of a ReLU and 0, are closer than rounding, gradients take
    another way. (Measured in the third step of VGG: 3.5e-5 of 2.4e-4; in the fifth 5e-4, so three are compared.)
    """
    return 4 * np.finfo(np.float32).eps * math.sqrt(workload.longest_sum) * 2**step


def compare(workload, framework, want, got):
    """Raises unless the answers of `Session.check` agree."""
    steps = enumerate(zip(want["losses"], got["losses"], strict=True))
    if not all(abs(a - b) <= tolerance(workload, i) * max(1, abs(a)) for i, (a, b) in steps):
        raise AssertionError(f"{workload.name}: losses differ, keraunos {want['losses']}, {framework} {got['losses']}; "
                             "nothing was timed")  # fmt: skip
    error = max(abs(a - b) for a, b in zip(want["outputs"], got["outputs"], strict=True))
    if not error <= tolerance(workload, 0):
        raise AssertionError(f"{workload.name}: outputs in inference differ from {framework} by {error}; "
                             "nothing was timed")  # fmt: skip


def _start(name, threads, frameworks):
    workers = {}
    for framework in frameworks:
        try:
            workers[framework] = Worker(framework, name, threads)
        except RuntimeError as error:
            print(f"  {framework}: not measured ({error})")
    return workers


def _take_turns(workers, ask):
    """{framework: ask(worker)}, with time in between for idle threads to fall asleep."""
    answers = {}
    for framework, worker in workers.items():
        time.sleep(PAUSE)
        answers[framework] = ask(worker)
    return answers


def _summary(values):
    return {"min": min(values), "median": statistics.median(values), "all": values}


def measure(name, threads, repeats, peers, patience):
    """Results of one workload: {framework: {version, memory: {peak, before} in MB, step: {min, median, all},
    batch and row: {min, median, p99}}} in microseconds."""
    workload = WORKLOADS[name]
    workers = _start(name, threads, ("keraunos", *peers))
    for worker in workers.values():
        worker.ask("fit")
    memory = {framework: worker.ask("memory") for framework, worker in workers.items()}
    found = {framework: worker.ask("check", steps=CHECKED_STEPS) for framework, worker in workers.items()}
    for framework, got in found.items():
        compare(workload, framework, found["keraunos"], got)
    busy = machine.wait_until_quiet(patience)
    repeated = [_take_turns(workers, lambda worker: worker.ask("fit")) for _ in range(repeats)]
    predicted = {
        what: _take_turns(workers, lambda worker, rows=rows: worker.ask("predict", rows=rows))
        for what, rows in (("batch", workload.batch), ("row", 1))
    }
    results = {}
    for framework, worker in workers.items():
        worker.close()
        per_step = [times[framework] / (workload.epochs * workload.steps) * 1e6 for times in repeated]
        results[framework] = {"version": worker.version, "memory": memory[framework], "step": _summary(per_step)}
        for what, times in predicted.items():
            calls = [1e6 * t for t in times[framework]]
            p99 = calls[int(len(calls) * 0.99)]
            results[framework][what] = {"min": calls[0], "median": statistics.median(calls), "p99": p99}
    return {"workload": name, "title": workload.title, "batch": workload.batch, "busy": busy, "results": results}
