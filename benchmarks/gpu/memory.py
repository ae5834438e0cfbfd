"""Kernels that memory limits, against the bandwidth of a copy of the same size in the same run."""

import functools

import keraunos as keras
import numpy as np

from benchmarks.gpu.clock import Ours, compare, seconds, waiting

ELEMENTS = 1 << 27  # 512 MB of float32: nine times an H200's L2
SMALL = 1 << 14
COLUMNS = 1024


def cases(small, device):
    """(name, function that gives a row {"bytes", "seconds": {"keraunos": s, "copy": s for the same bytes}})."""
    import torch

    rows = (SMALL if small else ELEMENTS) // COLUMNS
    ops, functional = keras.ops, torch.nn.functional
    # name, ours, theirs, operands, times that the array's bytes are moved, terms of a sum
    found = [
        ("add", lambda a, b: a + b, torch.add, "xx", 3, 0),
        ("relu", ops.relu, torch.relu, "x", 2, 0),
        ("gelu", ops.gelu, lambda a: functional.gelu(a, approximate="tanh"), "x", 2, 1),
        ("row broadcast", lambda a, b: a * b, torch.mul, "xg", 2, 0),
        ("transpose", lambda a: ops.transpose(a), lambda a: a.t().contiguous(), "x", 2, 0),
        ("sum of all", lambda a: ops.sum(a), torch.sum, "x", 1, rows * COLUMNS),
        ("sum of columns", lambda a: ops.sum(a, axis=0), lambda a: a.sum(0), "x", 1, rows),
        ("sum of rows", lambda a: ops.sum(a, axis=1), lambda a: a.sum(1), "x", 1, COLUMNS),
        ("softmax", ops.softmax, lambda a: a.softmax(1), "x", 2, 1),
        ("layer normalization", lambda a, g: ops.layer_normalization(a, gamma=g, beta=g),
         lambda a, g: functional.layer_norm(a, (COLUMNS,), g, g, 1e-7), "xg", 2, 1),
    ]  # fmt: skip
    for name, *case in found:
        yield name, functools.partial(_measure, rows, device, *case)


@functools.lru_cache(maxsize=1)
def _arrays(rows):
    rng = np.random.default_rng(0)
    return {"x": rng.standard_normal((rows, COLUMNS), dtype="float32"), "g": rng.random(COLUMNS, dtype="float32")}


def _measure(rows, device, function, peer, operands, moves, terms):
    import torch

    arrays = [_arrays(rows)[name] for name in operands]
    ours = Ours(function, arrays, "float32")
    placed = [torch.from_numpy(a).to(device) for a in arrays]
    # Trees of sums on either side: their errors grow less than with sqrt(terms).
    compare(ours.result, peer(*placed).cpu().numpy(), 2.0**-23, terms)
    source, target, wait = placed[0], torch.empty_like(placed[0]), waiting(device)

    def copy(calls):
        for _ in range(calls):
            target.copy_(source)
        wait()

    times = seconds({"keraunos": ours, "copy": copy})
    return {"bytes": moves * arrays[0].nbytes, "seconds": {**times, "copy": times["copy"] * moves / 2}}
