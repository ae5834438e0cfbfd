"""Matrix products against cuBLAS, through PyTorch."""

import keraunos as keras
import numpy as np

from benchmarks.gpu.clock import Ours, Theirs, compare, seconds

# Unit roundoff of the factors: bfloat16 has 8 bits of mantissa, TF32 and float16 11, float32 24.
KINDS = {"bfloat16": 2.0**-8, "float16": 2.0**-11, "tf32": 2.0**-11, "float32": 2.0**-24}
SIZES = ((4096, 4096, 4096), (8192, 8192, 8192), (1024, 1024, 1024), (128, 4096, 4096), (32, 784, 100))


def measure(small):
    """One row per kind and size: {"name", "flops", "seconds": {contestant: s}}."""
    import torch

    rows = []
    for kind, unit in KINDS.items():
        torch.backends.cuda.matmul.allow_tf32 = kind == "tf32"
        keras.config.set_tensor_float_32(kind == "tf32")
        dtype = "float32" if kind == "tf32" else kind
        for m, k, n in ((64, 64, 64), (33, 70, 17)) if small else SIZES:
            name = f"{kind} {m}x{k}x{n}"
            rng = np.random.default_rng(m + k + n)
            a, b = rng.standard_normal((m, k), dtype="float32"), rng.standard_normal((k, n), dtype="float32")
            ours = Ours(keras.ops.matmul, (a, b), dtype)
            x, y = (torch.from_numpy(v).cuda().to(getattr(torch, dtype)) for v in (a, b))
            theirs = Theirs(lambda x=x, y=y: x @ y)
            compare(name, ours.result, theirs.result, max(unit, 2.0**-23), k)
            rows.append(
                {"name": name, "flops": 2 * m * k * n, "seconds": seconds({"keraunos": ours, "cuBLAS": theirs})}
            )
    keras.config.set_tensor_float_32(True)
    return rows
