"""Every op on halves: computed in float32 from the rounded operands, and rounded once."""

import numpy as np
import pytest
from keraunos.graph import dtypes, eager
from keraunos.graph.opdef import REGISTRY
from keraunos.graph.tensor import Tensor
from keraunos.runtime.target import CPU

LEAVES = ("placeholder", "variable", "constant")


def cases():
    found = []
    for name, op in sorted(REGISTRY.items()):
        if name in LEAVES or name.startswith("round_"):
            continue
        for number, (arrays, attrs) in enumerate(op.sample(np.random.default_rng(sum(map(ord, name))))):
            arrays = [np.asarray(a) for a in arrays]
            kinds = {a.dtype.name for a in arrays} | {attrs.get("dtype")}
            if name == "bitcast" or (name == "warp" and arrays[0].dtype == np.uint8):
                continue  # has no halves; gives float32
            if "float32" in kinds and "float64" not in kinds:
                found.append(pytest.param(op, arrays, attrs, id=f"{name}-{number}"))
    return found


def halved(op, arrays, attrs, half):
    """(float32 arrays as tensors of halves, attributes that ask for halves). Transforms stay in float32."""
    tensors = []
    for position, array in enumerate(arrays):
        stays = op.name.startswith("warp") and position == 1
        dtype = half if array.dtype == np.float32 and not stays else array.dtype.name
        tensors.append(Tensor(array.shape, dtype, np.ascontiguousarray(dtypes.pack(array, dtype)).reshape(array.shape)))
    return tensors, {**attrs, "dtype": half} if attrs.get("dtype") == "float32" else attrs


@pytest.mark.parametrize("half", dtypes.HALVES)
@pytest.mark.parametrize("op, arrays, attrs", cases())
def test_rounded_once_from_float32(op, arrays, attrs, half):
    tensors, half_attrs = halved(op, arrays, attrs, half)
    wide = [Tensor(t.shape, dtypes.compute(t.dtype), dtypes.unpack(t.value, t.dtype).astype(dtypes.compute(t.dtype)))
            for t in tensors]  # fmt: skip
    got = eager.run(op, tensors, half_attrs)
    want = eager.run(op, wide, attrs)
    for g, w in zip(got, want, strict=True):
        assert g.dtype == (half if w.dtype == "float32" else w.dtype)
        expected = dtypes.pack(w.value, g.dtype)
        if op.name in ("matmul", "dense") and CPU.has_kernel("gemm", dtypes.IDS[half]):
            _agree_within_an_ulp(g, w.value, tensors, op)
        else:
            np.testing.assert_array_equal(g.value, expected)


def _agree_within_an_ulp(got, want, tensors, op):
    """A GEMM of halves sums in another order: k terms in float32 differ by at most 2 k eps of the sum of their sizes,
    here under a hundredth of a half's ulp of that; what lies at a tie goes either way."""
    a, b = (np.abs(dtypes.unpack(t.value, t.dtype).astype("float64")) for t in tensors[:2])
    size = max(1.0, a.max(initial=0) * b.max(initial=0) * max(a.shape[-2:]))
    ulp = 2.0**-8 if got.dtype == "bfloat16" else 2.0**-11
    error = np.abs(dtypes.unpack(got.value, got.dtype).astype("float64") - want)
    assert (error <= 1.02 * ulp * np.abs(want) + size * max(a.shape[-2:]) * 2.0**-23).all()
