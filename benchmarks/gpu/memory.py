"""Kernels that memory limits, against the bandwidth of a copy of the same size in the same run."""

import keraunos as keras
import numpy as np

from benchmarks.gpu.clock import Ours, seconds

ELEMENTS = 1 << 27  # 512 MB of float32: nine times an H200's L2


def measure(small):
    """One row per kernel: {"name", "bytes", "seconds": {"keraunos": s, "copy": s for the same bytes}}."""
    import torch

    columns = 1024
    rows = (1 << 14 if small else ELEMENTS) // columns
    x = np.random.default_rng(0).standard_normal((rows, columns), dtype="float32")
    ops = keras.ops
    ones = np.ones(columns, "float32")
    size = x.nbytes
    cases = [
        ("add", lambda a, b: a + b, (x, x), 3 * size),
        ("relu", ops.relu, (x,), 2 * size),
        ("gelu", ops.gelu, (x,), 2 * size),
        ("row broadcast", lambda a, b: a * b, (x, ones), 2 * size),
        ("transpose", lambda a: ops.transpose(a), (x,), 2 * size),
        ("sum of all", lambda a: ops.sum(a), (x,), size),
        ("sum of columns", lambda a: ops.sum(a, axis=0), (x,), size),
        ("sum of rows", lambda a: ops.sum(a, axis=1), (x,), size),
        ("softmax", ops.softmax, (x,), 2 * size),
        ("layer normalization", lambda a, g: ops.layer_normalization(a, gamma=g, beta=g), (x, ones), 2 * size),
    ]
    source = torch.from_numpy(x).cuda()
    target = torch.empty_like(source)

    def copy(calls):
        for _ in range(calls):
            target.copy_(source)
        torch.cuda.synchronize()

    found = []
    for name, function, arrays, moved in cases:
        ours = Ours(function, arrays, "float32")
        times = seconds({"keraunos": ours, "copy": copy})
        found.append({"name": name, "bytes": moved,
                      "seconds": {**times, "copy": times["copy"] * moved / (2 * size)}})  # fmt: skip
    return found
