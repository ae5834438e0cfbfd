"""Matrix products against cuBLAS, through PyTorch and, for exact float32, CuPy."""

import importlib.util

import keraunos as keras
import numpy as np

from benchmarks.gpu.clock import Ours, Theirs, compare, seconds

# Unit roundoff of the factors: bfloat16 has 8 bits of mantissa, TF32 and float16 11, float32 24.
KINDS = {"bfloat16": 2.0**-8, "tf32": 2.0**-11, "float16": 2.0**-11, "float32": 2.0**-24}
SIZES = ((4096, 4096, 4096), (8192, 8192, 8192), (1024, 1024, 1024), (128, 4096, 4096), (32, 784, 100))
SMALL = ((64, 64, 64), (33, 70, 17))


def cases(small, device):
    """(name, function that gives a row {"flops", "seconds": {contestant: s}}) of every size and kind."""
    for size in SMALL if small else SIZES:
        for kind in KINDS:
            yield f"{kind} {'x'.join(map(str, size))}", lambda kind=kind, size=size: _measure(kind, size, device)


def _measure(kind, size, device):
    import torch

    m, k, n = size
    torch.backends.cuda.matmul.allow_tf32 = kind == "tf32"
    keras.config.set_tensor_float_32(kind == "tf32")
    dtype = "float32" if kind == "tf32" else kind
    rng = np.random.default_rng(m + k + n)
    a, b = rng.standard_normal((m, k), dtype="float32"), rng.standard_normal((k, n), dtype="float32")
    x, y = (torch.from_numpy(v).to(device, getattr(torch, dtype)) for v in (a, b))
    contestants = {"keraunos": Ours(keras.ops.matmul, (a, b), dtype), "cuBLAS": Theirs(lambda: x @ y, device)}
    if kind == "float32" and device == "cuda" and importlib.util.find_spec("cupy"):
        contestants["CuPy"] = _Cupy(a, b)
    for peer in list(contestants.values())[1:]:
        compare(contestants["keraunos"].result, peer.result, KINDS[kind], k)
    return {"flops": 2 * m * k * n, "seconds": seconds(contestants)}


class _Cupy:
    """A product by CuPy, which launches it each time."""

    def __init__(self, a, b):
        import cupy

        self._cupy, self._a, self._b = cupy, cupy.asarray(a), cupy.asarray(b)
        self._out = self._a @ self._b
        self.result = cupy.asnumpy(self._out)

    def __call__(self, calls):
        for _ in range(calls):
            self._cupy.matmul(self._a, self._b, out=self._out)
        self._cupy.cuda.runtime.deviceSynchronize()
