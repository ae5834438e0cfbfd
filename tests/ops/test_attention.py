"""dot_product_attention against loops over heads."""

import numpy as np
import pytest
from derivative_checks import RNG, both, check_gradient
from keraunos import ops


def reference(query, key, value, visible=None, bias=0.0, scale=None, cap=None):
    """One head at a time; `visible` and `bias` broadcast to (B, N, T, S)."""
    batch, positions, heads, size = query.shape
    shape = (batch, heads, positions, key.shape[1])
    visible = np.broadcast_to(True if visible is None else visible, shape)
    bias = np.broadcast_to(bias, shape)
    out = np.zeros((batch, positions, heads, value.shape[3]))
    for b, n in np.ndindex(batch, heads):
        shared = n * key.shape[2] // heads
        scores = query[b, :, n] @ key[b, :, shared].T * (size**-0.5 if scale is None else scale)
        scores = scores if cap is None else cap * np.tanh(scores / cap)
        scores = np.where(visible[b, n], scores + bias[b, n], -1e30)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        out[b, :, n] = weights / weights.sum(-1, keepdims=True) @ value[b, :, shared]
    return out


def tensors(heads=4, shared=4, positions=5, keys=7, dtype="float64"):
    shapes = (2, positions, heads, 8), (2, keys, shared, 8), (2, keys, shared, 6)
    return [RNG.normal(size=shape).astype(dtype) for shape in shapes]


@pytest.mark.parametrize("shared", [1, 2, 4])
def test_heads(shared):
    q, k, v = tensors(shared=shared)
    np.testing.assert_allclose(both(ops.dot_product_attention, q, k, v), reference(q, k, v), rtol=1e-12, atol=1e-12)
    given = [q, k, v]
    for i in range(3):
        check_gradient(lambda t, i=i: ops.dot_product_attention(*given[:i], t, *given[i + 1 :]), given[i])


def test_masks_and_biases():
    q, k, v = tensors()
    mask = RNG.random((2, 1, 5, 7)) < 0.6
    mask[..., 0] = True
    bias = RNG.normal(size=(1, 4, 1, 7))
    causal = np.tri(5, 7, dtype=bool)
    run = ops.dot_product_attention
    cases = [
        ({"mask": mask}, {"visible": mask}),
        ({"bias": bias}, {"bias": bias}),
        ({"is_causal": True}, {"visible": causal}),
        ({"mask": mask, "bias": bias, "is_causal": True}, {"visible": mask & causal, "bias": bias}),
        ({"scale": 0.3, "mask": mask}, {"scale": 0.3, "visible": mask}),
        ({"attn_logits_soft_cap": 0.5}, {"cap": 0.5}),
    ]
    for named, wanted in cases:
        got = both(lambda a, b, c, named=named: run(a, b, c, **named), q, k, v)
        np.testing.assert_allclose(got, reference(q, k, v, **wanted), rtol=1e-12, atol=1e-12)
    check_gradient(lambda t: run(q, k, v, bias=t, mask=mask), bias)
    # Where nothing is visible every key counts the same, and nothing is NaN.
    np.testing.assert_allclose(
        run(q, k, v, mask=np.zeros((1, 1, 1, 1), bool)), np.repeat(v.mean(1, keepdims=True), 5, 1), rtol=1e-12
    )


def test_halves_are_summed_in_floats():
    q, k, v = tensors(dtype="float16", positions=3, keys=64)
    got = ops.dot_product_attention(q * 8, k * 8, v)
    assert got.dtype == "float16"
    exact = reference(*(t.astype("float64") for t in (q * 8, k * 8, v)))
    # Scores up to some 500 lie 0.25 apart as halves. They are halves once, as a product; weights and result are rounded
    # too, each by 2^-11, and no value of v exceeds 4.
    error = np.abs(got.numpy().astype("float64") - exact).max()
    assert error < 0.2
    # -1e9 is no half: as minus infinity in all places it would make everything NaN.
    hidden = ops.dot_product_attention(q, k, v, bias=np.full((1, 1, 1, 1), -1e9, "float32"))
    np.testing.assert_allclose(hidden, np.repeat(v.mean(1, keepdims=True, dtype="float32"), 3, 1), atol=2e-3)


def test_shapes_that_do_not_fit():
    q, k, v = tensors()
    for bad in [(q[0], k, v), (q, k[:, :6], v), (q, k[..., :7], v), (q, k[:, :, :3], v[:, :, :3])]:
        with pytest.raises(ValueError, match="dot_product_attention"):
            ops.dot_product_attention(*bad)
