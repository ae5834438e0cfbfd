"""Training steps: ours by `fit`, PyTorch eager, with torch.compile and as a CUDA graph, JAX; data on the device."""

import contextlib
import functools
import gc
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import replace

import keraunos as keras
from keraunos import mixed_precision
from keraunos.runtime import cuda
from keraunos.runtime.device_array import DeviceArray
from keraunos.runtime.device_rows import DeviceRows

from benchmarks import workloads
from benchmarks.frameworks import keraunos_, torch_
from benchmarks.gpu.clock import recorded, waiting

# (workload, rows, batch, epochs of a timed run, whether in mixed bfloat16)
CASES = (("mlp", 54_400, 32, 2, False), ("cifar", 12_800, 128, 2, True), ("vgg", 2_560, 256, 2, True))
SMALL = (("tiny", 320, 32, 2, False), ("mnist", 96, 32, 1, True))
RUNS = 3
PATIENCE = 30  # seconds for a peer to get ready
STEPS = 3  # whose losses are compared
PEERS = ("PyTorch", "torch.compile", "PyTorch CUDA graph")
# Unit roundoff of factors: bfloat16, TF32. Losses move by no more than the logits, which a few roundings reach.
UNITS = {True: 2.0**-8, False: 2.0**-11}


def cases(small, device):
    """(name, function that gives a row): {"seconds": {contestant: s per step}, "persistent": of the step}, and
    {"megabytes": {when: MB in use on the device}} for memory."""
    for name, rows, batch, epochs, mixed in SMALL if small else CASES:
        workload = replace(workloads.WORKLOADS[name], rows=rows, batch=batch, epochs=epochs)
        title = f"{workload.title}, batch {batch}{', mixed bfloat16' if mixed else ''}"
        yield title, functools.partial(_measure, workload, mixed, device)
    yield "device memory of a model", functools.partial(_memory, small)


def _measure(workload, mixed, device):
    data = workload.data()
    _compare(workload, data, mixed, device)
    ours, runs, errors = {"keraunos": "1"}, {}, {}
    if workload.name in workloads.MODELS:
        ours["keraunos, a launch per phase"] = "0"
    persistent = {}
    for name, setting in ours.items():
        runs[name], persistent[name] = _ours(workload, data, mixed, setting)
    for kind in PEERS:
        try:
            with _limited(PATIENCE):
                runs[kind] = _theirs(workload, data, mixed, device, kind)
        except Exception as error:  # A peer that cannot be measured leaves the others.
            errors[kind] = f"{type(error).__name__}: {error}"[:300]
    times = {name: [] for name in runs}
    for _ in range(RUNS):
        for name, run in runs.items():
            begin = time.perf_counter()
            run()
            times[name].append((time.perf_counter() - begin) / (workload.steps * workload.epochs))
    found = {name: statistics.median(values) for name, values in times.items()}
    if workload.name in workloads.MODELS:
        try:
            found["JAX"] = _jax(workload, device)
        except Exception as error:
            errors["JAX"] = f"{type(error).__name__}: {error}"[:300]
    return {"seconds": found, "persistent": persistent, "errors": errors}


@contextlib.contextmanager
def _limited(seconds):
    """Raises TimeoutError inside after so many seconds."""

    def late(*_):
        raise TimeoutError(f"not ready after {seconds} s")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def _policy(mixed):
    mixed_precision.set_global_policy("mixed_bfloat16" if mixed else "float32")


def _ours(workload, data, mixed, persistent):
    """(function that trains once, whether its steps run in persistent launches)"""
    os.environ["KERAUNOS_GPU_PERSISTENT"] = persistent
    _policy(mixed)
    try:
        with keras.device("gpu"):
            runner = keraunos_.prepare(workload, _on_device(data), os.cpu_count())
            runner.fit()
    finally:
        _policy(False)
        del os.environ["KERAUNOS_GPU_PERSISTENT"]

    def run():
        with keras.device("gpu"):
            runner.fit()

    programs = [e.program for e in runner.model._programs._cache.values() if hasattr(e, "program")]
    return run, any(getattr(program, "persistent", False) for program in programs)


def _on_device(data):
    x, y = data
    return DeviceRows(DeviceArray.of(x, "float32", 0)), DeviceRows(DeviceArray.of(y.astype("int32"), "int32", 0))


def _compare(workload, data, mixed, device):
    """Raises ArithmeticError unless the losses of the first steps are those of PyTorch in float32."""
    plain = workload.without_dropout()
    _policy(mixed)
    try:
        with keras.device("gpu"):
            ours = keraunos_.prepare(plain, data, os.cpu_count()).losses(STEPS)
    finally:
        _policy(False)
    theirs = _runner(plain, data, device).losses(STEPS)
    for step, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        if not abs(a - b) <= 16 * UNITS[mixed] * (step + 1) * abs(b):
            raise ArithmeticError(f"[benchmark] losses of the first steps differ: {ours} and {theirs}")


def _runner(workload, data, device):
    runner = torch_.prepare(workload, data, os.cpu_count())
    runner.model.to(device)
    runner.x, runner.y = runner.x.to(device), runner.y.to(device)
    return runner


def _theirs(workload, data, mixed, device, kind):
    """A function that trains once; the kind of step has been warmed up."""
    import torch

    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    runner = _runner(workload, data, device)
    runner.model.train()
    x, y, batch = runner.x, runner.y, workload.batch
    step = _step(torch, runner, mixed, device)
    if kind == "torch.compile":
        # PyTorch's compiler for CPUs takes a minute, and its results are not of interest here.
        step = torch.compile(step, backend="inductor" if device == "cuda" else "eager")
    if kind == "PyTorch CUDA graph":
        step = _graph(step, x[:batch].clone(), y[:batch].clone(), device)
    wait = waiting(device)

    def run():
        for _ in range(workload.epochs):
            order = torch.randperm(workload.rows, device=device)
            for i in range(workload.steps):
                rows = order[i * batch : (i + 1) * batch]
                step(x[rows], y[rows])
            wait()

    run()
    return run


def _step(torch, runner, mixed, device):
    for group in runner.optimizer.param_groups:
        if "betas" in group and device == "cuda":
            group["capturable"] = True  # a graph must find the optimizer's counters on the device
    total = torch.zeros((), device=device)
    correct = torch.zeros((), dtype=torch.int64, device=device)

    def step(x, y):
        runner.optimizer.zero_grad(set_to_none=False)
        with torch.autocast(device, torch.bfloat16, enabled=mixed):
            output = runner.model(x.permute(0, 3, 1, 2) if x.ndim == 4 else x)
        loss = runner.loss(output.float(), y)
        loss.backward()
        runner.optimizer.step()
        total.add_(loss.detach())
        correct.add_((output.argmax(1) == y).sum())

    return step


def _graph(step, x, y, device):
    replay, _ = recorded(lambda: step(x, y), device)

    def run(new_x, new_y):
        x.copy_(new_x)
        y.copy_(new_y)
        replay()

    return run


def _jax(workload, device):
    """Seconds per step of JAX in a process of its own: its allocator takes most of the device otherwise."""
    environment = dict(os.environ, JAX_PLATFORMS=device, XLA_PYTHON_CLIENT_PREALLOCATE="false")
    command = [sys.executable, "-m", "benchmarks.worker", "jax", workload.name, str(os.cpu_count())]
    asked = '{"do": "fit"}\n' * (1 + RUNS)
    done = subprocess.run(command, input=asked, env=environment, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().rpartition("\n")[2])
    original = workloads.WORKLOADS[workload.name]
    times = [json.loads(line) for line in done.stdout.splitlines()]
    return statistics.median(times[1:]) / (original.steps * original.epochs)


def _memory(small):
    """Megabytes on the device before a model is built, while it trains, and after it was deleted; `kept`: what the
    cache of released blocks holds then."""
    workload = replace(workloads.WORKLOADS["tiny" if small else "vgg"], rows=256, batch=64, epochs=1)

    def megabytes(what="used"):
        gc.collect()
        return cuda.module().memory(0)[what] / 2**20

    found = {"before": megabytes()}
    with keras.device("gpu"):
        runner = keraunos_.prepare(workload, workload.data(), os.cpu_count())
        runner.fit()
        found["trained"] = megabytes()
    del runner
    return {"megabytes": {**found, "deleted": megabytes(), "kept": megabytes("cached")}}
