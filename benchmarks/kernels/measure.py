"""Timing kernels: ours and the peers' in turn, in one process per thread count; results are compared before they are
timed."""

import importlib
import os
import statistics
import time

import numpy as np

from benchmarks.kernels.cases import cases, prepare, tolerance

TRIAL_SECONDS = 0.004
REPEATS = 15
PAUSE = 0.3  # seconds


def _peers(names):
    """{name: (module, converter to the framework's arrays, converter back)} of those that are installed."""
    found = {}
    for name in names:
        try:
            module = importlib.import_module({"numpy": "numpy", "torch": "torch", "tensorflow": "tensorflow"}[name])
        except ImportError:
            print(f"  {name}: not installed")
            continue
        to, back = {
            "numpy": (lambda a: a, lambda r: r),
            "torch": (lambda a, m=module: m.from_numpy(a), lambda r: r.numpy()),
            "tensorflow": (lambda a, m=module: m.constant(a), lambda r: r.numpy()),
        }[name]
        found[name] = (module, to, back)
    return found


def _limit(module, name, threads):
    if name == "torch":
        module.set_num_threads(threads)
    if name == "tensorflow":
        module.config.threading.set_intra_op_parallelism_threads(threads)
        module.config.threading.set_inter_op_parallelism_threads(threads)


def _calls(function):
    """Calls of `function` that take about one trial."""
    function()
    start = time.perf_counter()
    function()
    return max(1, int(TRIAL_SECONDS / max(1e-7, time.perf_counter() - start)))


def measure(threads, peers):
    """[{name, flops, bytes, results: {framework: {min, median}}}] in seconds per call. OMP_NUM_THREADS must be set
    before NumPy is imported; the command line sees to that."""
    from keraunos import _cpu

    assert os.environ.get("OMP_NUM_THREADS") == str(threads)
    _cpu.set_num_threads(threads)
    modules = _peers(peers)
    for name, (module, _, _) in modules.items():
        _limit(module, name, threads)
    rows = []
    for case in cases():
        run, result = prepare(case)
        run(1)
        contestants = {"keraunos": lambda n, run=run: run(n)}
        for name, (module, to, back) in modules.items():
            operands = [to(a) for a in case.arrays]
            call = lambda f=case.peers[name], m=module, o=operands: f(m, *o)  # noqa: E731
            error = float(np.max(np.abs(np.asarray(back(call())) - result)))
            if not error <= tolerance(case, result):
                raise AssertionError(f"{case.name}: differs from {name} by {error}; nothing was timed")
            contestants[name] = lambda n, call=call: [call() for _ in range(n)]
        counts = {name: _calls(lambda run=run: run(1)) for name, run in contestants.items()}
        times = {name: [] for name in contestants}
        for name, contestant in contestants.items():
            # Idle threads of the contestant before (OpenMP, BLAS, Eigen) spin for some 0.2 s before they sleep.
            time.sleep(PAUSE)
            contestant(counts[name])
            for _ in range(REPEATS):
                start = time.perf_counter()
                contestant(counts[name])
                times[name].append((time.perf_counter() - start) / counts[name])
        results = {name: {"min": min(t), "median": statistics.median(t)} for name, t in times.items()}
        rows.append({"name": case.name, "flops": case.flops, "bytes": case.bytes, "results": results})
    return rows
