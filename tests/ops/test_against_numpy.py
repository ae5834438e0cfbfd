"""keras.ops against NumPy: every function eagerly and inside keraunos.function, gradients by finite differences."""

import types

import keraunos as keras
import numpy as np
import pytest
from keraunos import ops
from more_numpy_cases import MORE
from numpy_cases import ROW, SAME

CASES = SAME | MORE


def test_functions_keep_their_place_when_submodules_are_imported():
    for _ in range(2):
        ops.einsum("i,i", ROW, ROW)
    assert not isinstance(ops.einsum, types.ModuleType)


def leaves(value):
    return [leaf for v in value for leaf in leaves(v)] if isinstance(value, (list, tuple)) else [value]


@pytest.mark.parametrize(("function", "reference", "arguments"), CASES.values(), ids=CASES)
def test_eagerly_and_compiled(function, reference, arguments):
    want = [np.asarray(w) for w in leaves(reference(*arguments))]
    for run in (function, keras.function(function)):
        got = leaves(run(*arguments))
        assert len(got) == len(want)
        for a, b in zip(got, want, strict=True):
            assert np.shape(a) == b.shape
            # float64: kernels and NumPy differ by a few units; sums here have at most 24 terms. Results that are
            # float32 in Keras (integer division, means of integers) have 24 bits.
            exact = getattr(a, "dtype", "float64") != "float32"
            np.testing.assert_allclose(a, b, rtol=1e-13 if exact else 1e-6, atol=1e-14)


SMOOTH = {
    n: c
    for n, c in CASES.items()
    if c[2]
    and all(np.asarray(x).dtype == np.float64 and not np.isinf(x).any() for x in c[2])
    and not n.startswith(
        ("round", "ceil", "floor", "sign", "divide_no_nan", "view", "nextafter", "angle", "heaviside", "trunc")
    )
}


@pytest.mark.parametrize(("function", "reference", "arguments"), SMOOTH.values(), ids=SMOOTH)
def test_gradients(function, reference, arguments):
    """<cotangent, J tangent> by a central difference of NumPy's function against <gradient, tangent>."""
    rng = np.random.default_rng(3)
    sample = [np.asarray(w) for w in leaves(reference(*arguments))]
    if any(w.dtype.kind != "f" for w in sample):
        return
    # What is not finite has no difference.
    cotangents = [np.where(np.isfinite(w), rng.normal(size=w.shape), 0.0) for w in sample]
    tangents = [rng.normal(size=np.shape(x)) for x in arguments]

    def weighted(outputs, library):
        parts = zip(leaves(outputs), cotangents, strict=True)
        return sum(library.sum(library.where(c != 0, a, 0.0) * c) for a, c in parts)

    step = 1e-6
    high, low = (
        weighted(reference(*(x + h * t for x, t in zip(arguments, tangents, strict=True))), np) for h in (step, -step)
    )
    found = keras.grad(lambda *x: weighted(function(*x), ops), tuple(range(len(arguments))))(*arguments)
    got = sum(float(np.sum(np.asarray(g) * t)) for g, t in zip(found, tangents, strict=True))
    # Rounding eps / h = 2e-10 per unit of the result, truncation h^2 times third derivatives under 1e3.
    scale = max(1.0, abs(got), abs(float(high)))
    assert abs(got - float(high - low) / (2 * step)) <= 1e-7 * scale


@pytest.mark.parametrize(
    ("made", "want"),
    [
        (lambda: ops.arange(5), np.arange(5, dtype="int32")),
        (lambda: ops.arange(1, 2, 0.25), np.arange(1, 2, 0.25, dtype="float32")),
        (lambda: ops.linspace(0, 1, 5), np.linspace(0, 1, 5, dtype="float32")),
        (lambda: ops.eye(2, 3, 1), np.eye(2, 3, 1, dtype="float32")),
        (lambda: ops.identity(2), np.eye(2, dtype="float32")),
        (lambda: ops.tri(3, k=-1), np.tri(3, k=-1, dtype="float32")),
        (lambda: ops.full((2,), 3, "int32"), np.full(2, 3, "int32")),
        (lambda: ops.zeros((2, 0)), np.zeros((2, 0), "float32")),
        (lambda: ops.ones((), "float64"), np.ones(())),
        (lambda: ops.full_like(np.zeros((2, 1), "int32"), 7), np.full((2, 1), 7, "int32")),
        (lambda: ops.top_k(np.array([[3.0, 1, 9]]), 2)[0], np.array([[9.0, 3]])),
        (lambda: ops.top_k(np.array([[3.0, 1, 9]]), 2)[1], np.array([[2, 0]], "int32")),
        (lambda: ops.in_top_k(np.array([0, 1]), np.array([[3.0, 1, 9], [5, 0, 1]]), 2), np.array([True, False])),
        (lambda: ops.nan_to_num(np.array([np.nan, np.inf, -np.inf]), 1.0, 2.0, 3.0), np.array([1.0, 2, 3])),
        (lambda: ops.isclose(np.array([np.nan]), np.array([np.nan]), equal_nan=True), np.array([True])),
        (lambda: ops.while_loop(lambda i: i < 5, lambda i: i + 2, (0,))[0], np.array(6)),
        (lambda: ops.convert_to_numpy(ops.ones(2)), np.ones(2, "float32")),
    ],
)
def test_made(made, want):
    got = made()
    np.testing.assert_array_equal(got, want)
    assert np.asarray(got).dtype == want.dtype or want.dtype == np.int64


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ops.add(np.ones((2, 3)), np.ones((2, 4))), r"\[add\].*\(2, 3\) and \(2, 4\)"),
        (lambda: ops.matmul(np.ones((2, 3)), np.ones((2, 3))), r"\[matmul\].*\(2, 3\)"),
        (lambda: ops.concatenate([np.ones((2, 3)), np.ones((3, 3))], 1), r"\[concatenate\]"),
        (lambda: ops.reshape(np.ones(6), (4, -1)), r"\[reshape\]"),
        (lambda: ops.sum(np.ones(3), axis=1), "axis"),
        (lambda: ops.squeeze(np.ones((2, 1)), 0), r"\[squeeze\].*extent 1"),
        (lambda: ops.split(np.ones(5), 2), r"\[split\].*equal parts"),
        (lambda: ops.einsum("ij,jk->ik", np.ones((2, 2))), r"\[einsum\].*1 operands"),
        (lambda: ops.einsum("...i,...i->j", np.ones((2, 2)), np.ones((2, 2))), r"\[einsum\]"),
        (lambda: ops.einsum("ij,jk->ik", np.ones((2, 3)), np.ones((2, 3))), r"\[einsum\].*\(2, 3\), \(2, 3\)"),
        (lambda: ops.transpose(np.ones((2, 3)), (0, 0)), r"\[transpose\]"),
        (lambda: ops.expand_dims(np.ones(2), 5), r"\[expand_dims\]"),
        (lambda: ops.pad(np.ones(2), -1), r"\[pad\] pad_width must not be negative"),
        (lambda: ops.pad(np.ones(2), 1, "mirror"), r"\[pad\] mode must be one of"),
        (lambda: ops.pad(np.ones(2), 1, "edge", 3), r"\[pad\] constant_values"),
        (lambda: ops.take(np.ones((2, 3)), [0], 2), r"\[take\]"),
        (lambda: ops.cast(np.ones(2), "int99"), "int99"),
        (lambda: ops.stack([np.ones(2), np.ones(3)]), r"\[concatenate\]|\[stack\]"),
    ],
)
def test_mistakes(call, words):
    with pytest.raises((ValueError, TypeError), match=words):
        call()
