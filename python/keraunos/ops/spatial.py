"""What convolutions and pools share: layouts of tensors with spatial axes, and padding."""

from keraunos import _arguments
from keraunos.graph import primitives as p


def channels_last(tag, x, data_format):
    """`x` with channels last, and whether they were first."""
    first = _arguments.data_format(tag, data_format) == "channels_first"
    return (p.transpose(x, (0, *range(2, x.ndim), 1)) if first else x), first


def channels_first(y):
    """`y` (N, *spatial, C) as (N, C, *spatial)."""
    return p.transpose(y, (0, y.ndim - 1, *range(1, y.ndim - 1)))


def resolve_padding(tag, padding, extents, kernel, strides, dilation):
    """((low, high), ...) for `"valid"`, `"same"` (the larger half at the end) and `"causal"` (all of it before)."""
    padding = padding.lower() if isinstance(padding, str) else padding
    if padding == "valid":
        return ((0, 0),) * len(extents)
    if padding not in ("same", "causal"):
        raise ValueError(f"[{tag}] padding must be 'valid', 'same' or 'causal', got {padding!r}")
    pairs = []
    for extent, k, s, d in zip(extents, kernel, strides, dilation, strict=True):
        total = (k - 1) * d if padding == "causal" else max(0, (-(-extent // s) - 1) * s + (k - 1) * d + 1 - extent)
        pairs.append((total, 0) if padding == "causal" else (total // 2, total - total // 2))
    return tuple(pairs)
