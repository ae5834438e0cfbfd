"""`keras.ops.nn`: attention by scaled dot products. Source: Vaswani et al., "Attention is all you need", 2017."""

import math

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor

# What a masked score becomes: a softmax over such scores alone is uniform, as in Keras.
_MASKED = -0.7 * 3.38953e38


def dot_product_attention(query, key, value, bias=None, mask=None, scale=None, is_causal=False, flash_attention=None,
                          attn_logits_soft_cap=None):  # fmt: skip
    """`softmax(query key^T scale + bias) value` for every head.

    Args:
        query: `(B, T, N, H)`: batch, positions, heads, elements of a head.
        key, value: `(B, S, K, H)`; K divides N: each of these heads serves N / K heads of the query.
        bias: added to the scores; broadcasts to `(B, N, T, S)`.
        mask: bools that broadcast to `(B, N, T, S)`: which scores count.
        scale: factor of the scores; default 1 / sqrt(H).
        is_causal: whether position t sees positions up to t alone.
        flash_attention: accepted for compatibility: it is a way of computing the same.
        attn_logits_soft_cap: bound c of the scores: s becomes `c tanh(s / c)`.

    Returns:
        `(B, T, N, H)`.

    Raises:
        ValueError: for shapes that do not fit.

    Scores and softmax of halves are computed in float32.

    >>> from keraunos import ops
    >>> x = ops.ones((1, 3, 2, 4))
    >>> ops.dot_product_attention(x, x, x, is_causal=True).shape
    (1, 3, 2, 4)
    """
    query, key, value = p.meet(as_tensor(query), as_tensor(key), as_tensor(value), floats=True)
    if query.ndim != 4 or key.ndim != 4 or key.shape[:3] != value.shape[:3] or query.shape[3] != key.shape[3]:
        raise ValueError(
            f"[dot_product_attention] expected query (B, T, N, H) and key, value (B, S, K, H), got {query.shape}, "
            f"{key.shape} and {value.shape}"
        )
    heads, shared = query.shape[2], key.shape[2]
    if shared == 0 or heads % shared:
        raise ValueError(f"[dot_product_attention] {shared} heads of key and value cannot serve {heads} of query")
    key, value = (_repeated(t, heads // shared) for t in (key, value))
    query, key, value = (p.transpose(t, (0, 2, 1, 3)) for t in (query, key, value))
    scores = p.widen(p.matmul(query, key, transpose_b=True))
    scores = p.multiply(scores, 1 / math.sqrt(query.shape[3]) if scale is None else p.cast(scale, scores.dtype))
    if attn_logits_soft_cap is not None:
        scores = p.multiply(p.tanh(p.divide(scores, attn_logits_soft_cap)), attn_logits_soft_cap)
    if bias is not None:
        scores = p.add(scores, p.cast(bias, scores.dtype))
    visible = _visible(mask, is_causal, *scores.shape[2:])
    if visible is not None:
        scores = p.where(visible, scores, _MASKED)
    found = p.matmul(p.cast(p.softmax(scores), value.dtype), value)
    return p.transpose(found, (0, 2, 1, 3))


def _repeated(x, times):
    """Heads of `x` (B, S, K, H), each `times` in a row."""
    if times == 1:
        return x
    batch, positions, heads, size = x.shape
    wide = p.broadcast_to(p.reshape(x, (batch, positions, heads, 1, size)), (batch, positions, heads, times, size))
    return p.reshape(wide, (batch, positions, heads * times, size))


def _visible(mask, is_causal, queries, keys):
    """Which scores count, or None: all."""
    if mask is not None:
        mask = p.cast(mask, "bool")
    if not is_causal:
        return mask
    causal = p.as_tensor(np.tri(queries, keys, dtype=bool))
    return causal if mask is None else p.logical_and(mask, causal)
