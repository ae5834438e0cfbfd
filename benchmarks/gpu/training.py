"""Whole training steps: ours by `fit`, PyTorch eager, with torch.compile, and as a CUDA graph; data on the device."""

import statistics
import time

import keraunos as keras
from keraunos import mixed_precision

from benchmarks import workloads
from benchmarks.frameworks import keraunos_, torch_

# (workload, rows, batch, whether in mixed bfloat16)
CASES = (("mlp", 54_400, 32, False), ("cifar", 12_800, 128, True), ("vgg", 2_560, 256, True))
SMALL = (("tiny", 640, 32, False),)
RUNS = 5


def measure(small):
    """One row per network: {"name", "seconds": {contestant: s per step}}."""
    from dataclasses import replace

    rows = []
    for name, count, batch, mixed in SMALL if small else CASES:
        workload = replace(workloads.WORKLOADS[name], rows=count, batch=batch, epochs=1)
        data = workload.data()
        found = {"keraunos": _ours(workload, data, mixed), **_torch(workload, data, mixed)}
        rows.append({"name": f"{workload.title}, batch {batch}{', mixed bfloat16' if mixed else ''}", "seconds": found})
    return rows


def _median(run, steps):
    run()
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        run()
        times.append((time.perf_counter() - begin) / steps)
    return statistics.median(times)


def _ours(workload, data, mixed):
    mixed_precision.set_global_policy("mixed_bfloat16" if mixed else "float32")
    try:
        with keras.device("gpu"):
            runner = keraunos_.prepare(workload, data, 2)
            return _median(runner.fit, workload.steps)
    finally:
        mixed_precision.set_global_policy("float32")


def _torch(workload, data, mixed):
    import torch

    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    found = {}
    for kind in ("PyTorch", "torch.compile", "PyTorch CUDA graph"):
        runner = torch_.prepare(workload, data, 2)
        runner.model.cuda()
        x, y = runner.x.cuda(), runner.y.cuda()
        step = _torch_step(torch, runner, mixed)
        if kind == "torch.compile":
            step = torch.compile(step)
        if kind == "PyTorch CUDA graph":
            step = _recorded(torch, step, x[: workload.batch], y[: workload.batch])

        def epoch(step=step, x=x, y=y):
            order = torch.randperm(workload.rows, device="cuda")
            for i in range(workload.steps):
                rows = order[i * workload.batch : (i + 1) * workload.batch]
                step(x[rows], y[rows])
            torch.cuda.synchronize()

        found[kind] = _median(epoch, workload.steps)
    return found


def _torch_step(torch, runner, mixed):
    # A graph must find the optimizer's counters on the device.
    for group in runner.optimizer.param_groups:
        group["capturable"] = "betas" in group
    total = torch.zeros((), device="cuda")
    correct = torch.zeros((), dtype=torch.int64, device="cuda")

    def step(x, y):
        runner.optimizer.zero_grad(set_to_none=False)
        with torch.autocast("cuda", torch.bfloat16, enabled=mixed):
            output = runner.model(x.permute(0, 3, 1, 2) if x.ndim == 4 else x)
        loss = runner.loss(output.float(), y)
        loss.backward()
        runner.optimizer.step()
        total.add_(loss.detach())
        correct.add_((output.argmax(1) == y).sum())

    return step


def _recorded(torch, step, x, y):
    held_x, held_y = x.clone(), y.clone()
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            step(held_x, held_y)
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step(held_x, held_y)

    def replay(x, y):
        held_x.copy_(x)
        held_y.copy_(y)
        graph.replay()

    return replay
