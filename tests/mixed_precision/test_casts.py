"""Casts from and to halves, bit for bit: all 65536 halves, floats around every rounding boundary, every ISA."""

import numpy as np
import pytest
from keraunos import _cpu, ops
from keraunos.graph import dtypes, eager
from keraunos.graph import primitives as p
from keraunos.graph.tensor import Tensor

ml_dtypes = pytest.importorskip("ml_dtypes")
TYPES = {"bfloat16": ml_dtypes.bfloat16, "float16": np.float16}
BITS = np.arange(65536, dtype=np.uint16)


@pytest.fixture(params=_cpu.isas())
def isa(request):
    active = _cpu.isa()
    _cpu.set_isa(request.param)
    eager._executable.cache_clear()
    yield request.param
    _cpu.set_isa(active)
    eager._executable.cache_clear()


def halves(dtype):
    """Every half, as a tensor."""
    return Tensor(BITS.shape, dtype, BITS.view(dtypes.storage(dtype)))


def hard_floats(dtype):
    """Floats on, next to and between all halves, and any bits: ties, denormals, overflow, infinities, NaNs."""
    near = BITS.view(TYPES[dtype]).astype(np.float32).view(np.uint32)
    step = 1 << (16 if dtype == "bfloat16" else 13)
    offsets = [0, 1, -1, step // 2, step // 2 - 1, step // 2 + 1, -step // 2, step // 4]
    any_bits = np.random.default_rng(1).integers(0, 2**32, 300_000, dtype=np.uint32)
    bits = np.concatenate([*(near + np.uint32(o % 2**32) for o in offsets), any_bits])
    # An odd number of elements: rows end in the middle of a vector.
    return bits[: len(bits) - 1 + len(bits) % 2].view(np.float32)


def same_bits(got, want):
    """Equal bits, but for NaNs, of which one is as good as another of its sign."""
    exponent = 0x7C00 if want.dtype == np.float16 else 0x7F80
    got, want = got.view(np.uint16), want.view(np.uint16)
    nan = (want & 0x7FFF) > exponent
    assert np.array_equal(nan, (got & 0x7FFF) > exponent)
    assert np.array_equal(got[~nan], want[~nan])
    assert np.array_equal(got[nan] & 0x8000, want[nan] & 0x8000)


@pytest.mark.parametrize("dtype", TYPES)
def test_every_half_becomes_its_float(dtype, isa):
    for wide in ("float32", "float64"):
        got = p.cast(halves(dtype), wide).value
        with np.errstate(invalid="ignore"):
            want = BITS.view(TYPES[dtype]).astype(wide)
        # Denormal floats are flushed in arithmetic on doubles, never by bits.
        tiny = (np.abs(want) < np.finfo(np.float32).tiny) & (wide == "float64")
        np.testing.assert_array_equal(got[~tiny], want[~tiny])
        assert np.array_equal(np.signbit(got), np.signbit(want))


@pytest.mark.parametrize("dtype", TYPES)
def test_floats_go_to_the_nearest_half(dtype, isa):
    floats = hard_floats(dtype)
    with np.errstate(all="ignore"):
        want = floats.astype(TYPES[dtype])
    same_bits(p.cast(floats, dtype).value, want)
    same_bits(dtypes.pack(floats, dtype), want)


@pytest.mark.parametrize("dtype", TYPES)
def test_rounding_in_place_is_a_cast_there_and_back(dtype, isa):
    floats = hard_floats(dtype)
    want = p.cast(p.cast(floats, dtype), "float32").value
    got = getattr(p, f"round_{dtype}")(floats).value
    np.testing.assert_array_equal(got, want)
    assert np.array_equal(np.signbit(got), np.signbit(want))


def test_doubles_are_rounded_once(isa):
    """Where float32 lies on a tie that the double does not, rounding twice would go astray."""
    floats = hard_floats("float16")
    doubles = floats[np.isfinite(floats)].astype(np.float64)
    doubles *= 1 + np.random.default_rng(2).normal(size=doubles.shape) * 2.0**-32
    with np.errstate(all="ignore"):
        want = doubles.astype(np.float16)
    same_bits(p.cast(doubles, "float16").value, want)
    just_above_a_tie = np.array([1 + 2.0**-8 + 2.0**-40, -(1 + 2.0**-8 + 2.0**-40), 1 + 2.0**-8])
    got = dtypes.unpack(p.cast(just_above_a_tie, "bfloat16").value, "bfloat16")
    np.testing.assert_array_equal(got, np.array([1 + 2.0**-7, -(1 + 2.0**-7), 1.0], "float32"))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("other", ["bool", "uint8", "int32", "int64"])
def test_integers(dtype, other, isa):
    numbers = np.arange(-300, 300).clip(0 if other == "uint8" else -300, 255 if other == "uint8" else 300)
    numbers = (numbers != 0) if other == "bool" else numbers.astype(other)
    got = p.cast(numbers, dtype)
    same_bits(got.value, numbers.astype(np.float32).astype(TYPES[dtype]))
    if other != "bool":
        back = p.cast(got, other).value
        np.testing.assert_array_equal(back, got.numpy().astype(np.float32).astype(other))


@pytest.mark.parametrize("dtype", TYPES)
def test_a_gather_casts_and_scales(dtype, isa):
    pixels = np.random.default_rng(3).integers(0, 256, (11, 37)).astype("uint8")
    order, cursor = np.array([7, 3, 10, 0], "int32"), np.array(1, "int64")
    got = p.batch(p.as_tensor(pixels), p.as_tensor(order), cursor, 2, dtype, 1 / 255, -0.5)
    factor = np.float32(1 / 255)
    want = (pixels[order[1:3]].astype(np.float32) * factor + np.float32(-0.5)).astype(TYPES[dtype])
    same_bits(got.value, want)


def test_what_users_are_handed(monkeypatch):
    tensor = ops.convert_to_tensor(np.array([1.5, 3.0]), "bfloat16")
    assert tensor.numpy().dtype == ml_dtypes.bfloat16 and np.asarray(tensor).dtype == ml_dtypes.bfloat16
    assert ops.convert_to_tensor(tensor.numpy()).dtype == "bfloat16"
    monkeypatch.setattr(dtypes, "_ml_dtypes", lambda: None)
    assert tensor.numpy().dtype == np.float32
    np.testing.assert_array_equal(tensor.numpy(), [1.5, 3.0])
    assert float(tensor[1]) == 3.0 and "1.5" in repr(tensor)


@pytest.mark.parametrize(
    "operands, dtype",
    [
        (("bfloat16", "float16"), "float32"),
        (("bfloat16", "float32"), "float32"),
        (("float16", "float64"), "float64"),
        (("int64", "bfloat16"), "bfloat16"),
        (("bool", "float16"), "float16"),
        (("uint8", "float16", "int32"), "float16"),
    ],
)
def test_where_operands_meet(operands, dtype):
    assert dtypes.promote(operands) == dtype
    total = ops.ones((2,), operands[0])
    for other in operands[1:]:
        total = total + ops.ones((2,), other)
    assert total.dtype == dtype


def test_scalars_take_the_dtype_of_the_tensor():
    assert (ops.ones((2,), "bfloat16") * 1.5).dtype == "bfloat16"
    assert (ops.ones((2,), "float16") + 1).dtype == "float16"
