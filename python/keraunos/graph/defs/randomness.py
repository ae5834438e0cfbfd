"""Random ops: Philox4x32-10 keyed by seed = int64[2] (key, counter); element e depends on (seed, e) alone.

Counter layout as `cpp/kernels/params.h` defines it: {element / 4, counter} as two 64-bit halves.
"""

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.opdef import define

_M0, _M1, _W0, _W1 = 0xD2511F53, 0xCD9E8D57, 0x9E3779B9, 0xBB67AE85
_LOW = np.uint64(0xFFFFFFFF)


def philox(seed, blocks):
    """(blocks, 4) uint32 words of Philox4x32-10 (Salmon et al., SC 2011)."""
    key, counter = (int(s) & 0xFFFFFFFFFFFFFFFF for s in seed)
    index = np.arange(blocks, dtype=np.uint64)
    c = [index & _LOW, index >> np.uint64(32), np.full(blocks, counter & 0xFFFFFFFF, np.uint64),
         np.full(blocks, counter >> 32, np.uint64)]  # fmt: skip
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        p0, p1 = np.uint64(_M0) * c[0], np.uint64(_M1) * c[2]
        c = [
            (p1 >> np.uint64(32)) ^ c[1] ^ np.uint64(k0),
            p1 & _LOW,
            (p0 >> np.uint64(32)) ^ c[3] ^ np.uint64(k1),
            p0 & _LOW,
        ]
        k0, k1 = (k0 + _W0) & 0xFFFFFFFF, (k1 + _W1) & 0xFFFFFFFF
    return np.stack(c, -1).astype(np.uint32)


_UNIT = {"float32": 2.0**-24, "float64": 2.0**-53}


def integers(seed, count, dtype):
    """`count` draws as whole numbers below 2^24 (float32, one word each) or 2^53 (float64, two words, the low one first)."""
    if dtype == "float32":
        return (philox(seed, -(-count // 4)).reshape(-1)[:count] >> np.uint32(8)).astype(np.float64)
    words = philox(seed, -(-count // 2)).reshape(-1, 2)[:count].astype(np.uint64)
    return ((words[:, 1] << np.uint64(21)) | (words[:, 0] >> np.uint64(11))).astype(np.float64)


def unit_uniform(seed, count, dtype):
    """`count` draws in [0, 1)."""
    return (integers(seed, count, dtype) * _UNIT[dtype]).astype(dtype)


def _reference_uniform(seed, shape, dtype, a, b):
    count = int(np.prod(shape, dtype=np.int64))
    u = unit_uniform(seed, count, dtype)
    kind = np.dtype(dtype).type
    return (kind(a) + u * kind(kind(b) - kind(a))).reshape(shape).astype(dtype)


def _reference_normal(seed, shape, dtype, a, b):
    """Box-Muller: elements 2i and 2i+1 are r cos t and r sin t of draw 2i, moved to (0, 1], and draw 2i+1 in [0, 1)."""
    count = int(np.prod(shape, dtype=np.int64))
    whole = integers(seed, count + count % 2, dtype).reshape(-1, 2)
    radius, angle = np.sqrt(-2 * np.log((whole[:, 0] + 1) * _UNIT[dtype])), 2 * np.pi * whole[:, 1] * _UNIT[dtype]
    z = np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1).reshape(-1)[:count]
    return (a + b * z).reshape(shape).astype(dtype)


def _reference_dropout(x, seed, rate):
    u = unit_uniform(seed, x.size, x.dtype.name).reshape(x.shape)
    if rate >= 1:
        return np.zeros_like(x)
    return np.where(u < x.dtype.type(rate), 0, x * x.dtype.type(1 / (1 - rate))).astype(x.dtype)


def _lower_draw(node, builder):
    _emit(node, builder, [node.inputs[0]], node.attrs["a"], node.attrs["b"])


def _lower_dropout(node, builder):
    _emit(node, builder, node.inputs, node.attrs["rate"], 0.0)


def _emit(node, builder, inputs, a, b):
    out = node.outputs[0]
    rows = out.shape[0] if out.shape else 1
    builder.emit(
        node.op.name,
        out.dtype,
        (out.size // rows if rows else 0, a, b),
        reads=[builder.buffer(t) for t in inputs],
        writes=[builder.buffer(out)],
        units=rows,
        row_reads=[t is not node.inputs[-1] for t in inputs],
        row_writes=[True],
        nanoseconds=out.size * (2.0 if node.op.name == "random_normal" else 0.6),
    )


def _sample(**ranges):
    def sample(rng):
        seed = np.array([1234567890123, 42], "int64")
        return [
            ([seed], {"shape": s, "dtype": d, **ranges})
            for d in ("float32", "float64")
            for s in [(5, 33), (7,), (0, 3)]
        ]

    return sample


_DRAW = {"infer": lambda inputs, shape, dtype, a, b: [(shape, dtype)], "lower": _lower_draw}
define("random_uniform", reference=_reference_uniform, sample=_sample(a=-1.0, b=2.0), **_DRAW)
define("random_normal", reference=_reference_normal, sample=_sample(a=0.5, b=2.0), **_DRAW)
define(
    "dropout",
    infer=lambda inputs, rate: [(inputs[0].shape, inputs[0].dtype)],
    reference=_reference_dropout,
    gradient=lambda node, dy: (p.dropout(dy, node.inputs[1], node.attrs["rate"]), None),
    lower=_lower_dropout,
    sample=lambda rng: [([rng.normal(size=s).astype(d), np.array([77, 3], "int64")], {"rate": r})
                        for d in ("float32", "float64") for s, r in [((6, 35), 0.3), ((4,), 1.0), ((4,), 0.0)]],
)  # fmt: skip
