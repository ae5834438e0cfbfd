"""Every op of the registry: native kernel against the NumPy reference, gradient against finite differences in float64.

Cases come from the ops' own sample generators, so a new op is covered without a line here.
"""

import contextlib

import keraunos as keras
import numpy as np
import pytest
from keraunos.graph import eager
from keraunos.graph import primitives as p
from keraunos.graph.opdef import REGISTRY
from keraunos.graph.tape import GradientTape
from keraunos.graph.tensor import Tensor
from keraunos.graph.trace import apply

LEAVES = {"placeholder", "variable", "constant"}
BY_DEFINITION = {"stop_gradient", "custom_gradient"}  # their gradients are not their derivatives

# A GPU has no kernels for these (docs/cuda.md).
CPU_ALONE = {"cholesky", "triangular_solve", "lu", "qr", "eigh", "svd", "fft"}


def where_it_runs(op):
    return keras.device("cpu") if op.name in CPU_ALONE else contextlib.nullcontext()


def tensors(arrays):
    return tuple(Tensor(a.shape, a.dtype.name, np.ascontiguousarray(a).reshape(a.shape)) for a in arrays)


def cases(differentiable=False):
    """All samples, or those in float64 of ops with a gradient: finite differences need doubles all the way."""
    found = []
    for name, op in sorted(REGISTRY.items()):
        if name in LEAVES or (differentiable and (op.gradient is None or name in BY_DEFINITION)):
            continue
        rng = np.random.default_rng(sum(map(ord, name)))
        for number, (arrays, attrs) in enumerate(op.sample(rng)):
            arrays = [np.asarray(a) for a in arrays]
            dtypes = [a.dtype.name for a in arrays]
            if differentiable:
                result = attrs.get("dtype") or op.infer(tensors(arrays), **attrs)[0][1]
                if "float32" in dtypes or "float64" not in dtypes or result != "float64":
                    continue
            found.append(pytest.param(op, arrays, attrs, id=f"{name}-{number}-{'-'.join(dtypes) or 'none'}"))
    return found


def tolerance(op, arrays, reference):
    """Kernels and reference round differently: a few units of the dtype, times the square root of a contraction's
    length (rounding errors of a sum add up like a random walk; 8 covers the tail), relative to the size of the
    terms."""
    eps = np.finfo(reference.dtype).eps
    length = max([a.shape[-1] for a in arrays if a.ndim] + [a.shape[0] for a in arrays if a.ndim] + [1])
    scale = max([1.0] + [float(np.abs(a).max()) for a in arrays if a.size and a.dtype.kind == "f"])
    return 8 * eps * np.sqrt(length) * scale


def test_every_op_has_a_sample():
    missing = [name for name, op in REGISTRY.items() if name not in LEAVES and op.sample is None]
    assert not missing


@pytest.mark.parametrize("op, arrays, attrs", cases())
def test_native_kernel_agrees_with_reference(op, arrays, attrs):
    with where_it_runs(op):
        got = eager.run(op, tensors(arrays), attrs)
    want = op.reference(*arrays, **attrs)
    want = want if isinstance(want, tuple) else (want,)
    for tensor, expected in zip(got, want, strict=True):
        expected = np.asarray(expected, tensor.dtype)
        assert tensor.value.shape == expected.shape
        if expected.dtype.kind != "f":
            np.testing.assert_array_equal(tensor.value, expected)
        elif expected.size:
            bound = tolerance(op, arrays, expected) * np.maximum(1, np.abs(expected))
            error = np.abs(tensor.value - expected)
            agree = (error <= bound) | (tensor.value == expected) | (np.isnan(tensor.value) & np.isnan(expected))
            assert agree.all(), f"largest error {np.nanmax(error)}, bound {np.min(bound)}"


@pytest.mark.parametrize("op, arrays, attrs", cases(differentiable=True))
def test_gradient_agrees_with_finite_differences(op, arrays, attrs):
    """<cotangent, J tangent> by a central difference along one random tangent against <gradient, tangent>."""
    rng = np.random.default_rng(7)
    moving = [a.dtype == np.float64 for a in arrays]
    tangents = [rng.normal(size=a.shape) if m else None for a, m in zip(arrays, moving, strict=True)]

    def at(h):
        moved = [a + h * t if m else a for a, t, m in zip(arrays, tangents, moving, strict=True)]
        result = op.reference(*moved, **attrs)
        return result if isinstance(result, tuple) else (result,)

    step = 1e-6
    cotangents = [rng.normal(size=np.shape(y)) for y in at(0)]
    high, low = at(step), at(-step)
    want = sum(float(np.sum(c * (a - b))) for c, a, b in zip(cotangents, high, low, strict=True)) / (2 * step)
    inputs = tensors(arrays)
    sources = [t for t, m in zip(inputs, moving, strict=True) if m]
    with where_it_runs(op):
        with GradientTape() as tape:
            outputs = apply(op, inputs, attrs)
        found = tape.gradient(list(outputs), sources, [p.as_tensor(c) for c in cotangents])
    got, size = 0.0, 0.0
    for gradient, tangent in zip(found, [t for t in tangents if t is not None], strict=True):
        if gradient is not None:
            got += float(np.sum(gradient.value * tangent))
            size += float(np.sum(np.abs(gradient.value * tangent)))
    # Central differences: truncation h^2 f''' (1e-12 times the size of third derivatives, under 1e3 on these
    # domains) and rounding eps / h = 2e-10 of the terms that are summed.
    bound = 1e-7 * max(1.0, size, abs(want))
    assert not abs(got - want) > bound and abs(got - want) <= bound, (got, want)
