"""Timing kernels: ours and the peers' in turn, in one process per thread count; results are compared before they are
timed."""

import importlib
import os
import statistics
import time

import numpy as np

from benchmarks.kernels.cases import prepare, prepare_direct, tolerance

TRIAL_SECONDS = 0.004
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


def _ours(case):
    """{name: (run, result)} of our own kernels."""
    run, result, ops = prepare(case)
    found = {"keraunos": (run, result)}
    if case.direct:
        run, result, direct_ops = prepare_direct(case)
        if direct_ops != ops:
            found["keraunos, direct"] = (run, result)
    return found


def _contestants(case, modules):
    """{name: function of the number of calls}; every result has been compared with ours."""
    ours = _ours(case)
    for run, _ in ours.values():
        run(1)
    _, result = ours["keraunos"]
    found = {name: run for name, (run, _) in ours.items()}
    results = {name: other for name, (_, other) in ours.items()}
    for name, (module, to, back) in modules.items():
        if name in case.peers:
            operands = [to(a) for a in case.operands.get(name, case.arrays)]
            call = lambda f=case.peers[name], m=module, o=operands: f(m, *o)  # noqa: E731
            results[name] = np.asarray(back(call()))
            found[name] = lambda n, call=call: [call() for _ in range(n)]
    for name, other in results.items():
        error = float(np.max(np.abs(other - result)))
        if not error <= tolerance(case, result):
            raise AssertionError(f"{case.name}: keraunos differs from {name} by {error}; nothing was timed")
    return found


def measure(threads, peers, cases, repeats):
    """[{name, flops, bytes, results: {framework: {min, median}}}] in seconds per call. OMP_NUM_THREADS must be set
    before NumPy is imported; the command line sees to that."""
    from keraunos import _cpu

    assert os.environ.get("OMP_NUM_THREADS") == str(threads)
    _cpu.set_num_threads(threads)
    modules = _peers(peers)
    for name, (module, _, _) in modules.items():
        _limit(module, name, threads)
    rows = []
    for case in cases:
        print(f"{case.name} ...", flush=True)
        contestants = _contestants(case, modules)
        results = {}
        for name, contestant in contestants.items():
            # Idle threads of the contestant before (OpenMP, BLAS, Eigen) spin for some 0.2 s before they sleep.
            time.sleep(PAUSE)
            count = _calls(lambda run=contestant: run(1))
            times = []
            for _ in range(repeats):
                start = time.perf_counter()
                contestant(count)
                times.append((time.perf_counter() - start) / count)
            results[name] = {"min": min(times), "median": statistics.median(times)}
        rows.append({"name": case.name, "flops": case.flops, "bytes": case.bytes, "results": results})
    return rows
