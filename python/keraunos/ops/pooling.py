"""Maxima and means over windows of spatial axes."""

from keraunos import _arguments
from keraunos.graph import primitives as p
from keraunos.ops.convolutions import channels_first, channels_last, resolve_padding
from keraunos.ops.rectifiers import floating


def max_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """Maxima over windows of the spatial axes; the gradient goes to the first maximum of a window, NaN wins.

    Args:
        inputs: tensor `(N, ..., C)` with one to three spatial axes.
        pool_size: extents of the window, an int or one per spatial axis.
        strides: steps between windows; default: `pool_size`.
        padding: `"valid"`: windows inside the input alone; `"same"`: `ceil(extent / stride)` windows an axis.
        data_format: `"channels_last"`, or `"channels_first"` for tensors `(N, C, ...)`.

    Raises:
        ValueError: for arguments out of range, and for windows that do not fit into the input.

    >>> from keraunos import ops
    >>> ops.max_pool([[[1.0], [3.0], [2.0], [0.0]]], 2).numpy().ravel()
    array([3., 2.], dtype=float32)
    """
    return _pool("max_pool", p.max_pool, inputs, pool_size, strides, padding, data_format)


def average_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """Means over windows of the spatial axes; padding does not count.

    Args:
        inputs: tensor `(N, ..., C)` with one to three spatial axes.
        pool_size: extents of the window, an int or one per spatial axis.
        strides: steps between windows; default: `pool_size`.
        padding: `"valid"`: windows inside the input alone; `"same"`: `ceil(extent / stride)` windows an axis.
        data_format: `"channels_last"`, or `"channels_first"` for tensors `(N, C, ...)`.

    Raises:
        ValueError: for arguments out of range, and for windows that do not fit into the input.

    >>> from keraunos import ops
    >>> ops.average_pool([[[1.0], [3.0], [2.0], [0.0]]], 2).numpy().ravel()
    array([2., 1.], dtype=float32)
    """
    return _pool("average_pool", p.average_pool, inputs, pool_size, strides, padding, data_format)


def adaptive_max_pool(inputs, output_size, data_format=None):
    """Maxima over `output_size` windows that share the spatial axes out: window i spans
    `[floor(i * extent / size), ceil((i + 1) * extent / size))`.

    Args:
        inputs: tensor `(N, ..., C)` with one to three spatial axes.
        output_size: spatial extents of the result, an int or one per axis.
        data_format: `"channels_last"`, or `"channels_first"` for tensors `(N, C, ...)`.

    Raises:
        ValueError: for arguments out of range, and for inputs of another rank.

    >>> from keraunos import ops
    >>> ops.adaptive_max_pool([[[1.0], [3.0], [2.0], [0.0]]], 3).numpy().ravel()
    array([3., 3., 2.], dtype=float32)
    """
    return _adaptive_pool("adaptive_max_pool", p.max_pool, inputs, output_size, data_format)


def adaptive_average_pool(inputs, output_size, data_format=None):
    """Means over `output_size` windows that share the spatial axes out: window i spans
    `[floor(i * extent / size), ceil((i + 1) * extent / size))`.

    Args:
        inputs: tensor `(N, ..., C)` with one to three spatial axes.
        output_size: spatial extents of the result, an int or one per axis.
        data_format: `"channels_last"`, or `"channels_first"` for tensors `(N, C, ...)`.

    Raises:
        ValueError: for arguments out of range, and for inputs of another rank.

    >>> from keraunos import ops
    >>> ops.adaptive_average_pool([[[1.0], [3.0], [2.0], [0.0]]], 3).numpy().ravel()
    array([2. , 2.5, 1. ], dtype=float32)
    """
    return _adaptive_pool("adaptive_average_pool", p.average_pool, inputs, output_size, data_format)


def _pool(tag, primitive, inputs, pool_size, strides, padding, data_format):
    x, rank, first = _operand(tag, inputs, data_format)
    window = _arguments.int_tuple(tag, "pool_size", pool_size, rank)
    strides = window if strides is None else _arguments.int_tuple(tag, "strides", strides, rank)
    _arguments.one_of(tag, "padding", padding.lower(), ("valid", "same"))
    widths = resolve_padding(tag, padding, x.shape[1:-1], window, strides, (1,) * rank)
    y = primitive(x, window, strides, widths)
    return channels_first(y) if first else y


def _adaptive_pool(tag, primitive, inputs, output_size, data_format):
    x, rank, first = _operand(tag, inputs, data_format)
    sizes = _arguments.int_tuple(tag, "output_size", output_size, rank)
    for axis, size in enumerate(sizes):
        extent = x.shape[axis + 1]
        if extent % size == 0 and extent:
            x = _along(primitive, x, axis, extent // size)
            continue
        # Windows of different lengths: one by one, axis after axis.
        parts = []
        for i in range(size):
            begin, end = i * extent // size, -(-(i + 1) * extent // size)
            part = x[(slice(None),) * (axis + 1) + (slice(begin, end),)]
            parts.append(_along(primitive, part, axis, end - begin))
        x = p.concatenate(parts, axis + 1)
    return channels_first(x) if first else x


def _along(primitive, x, axis, size):
    """Pools side by side along one spatial axis."""
    rank = x.ndim - 2
    window = tuple(size if a == axis else 1 for a in range(rank))
    return primitive(x, window, window, ((0, 0),) * rank)


def _operand(tag, inputs, data_format):
    """(inputs with their channels last, number of spatial axes, whether channels were first)."""
    x = floating(inputs)
    rank = x.ndim - 2
    if not 1 <= rank <= 3:
        raise ValueError(f"[{tag}] expected inputs with one to three spatial axes, got shape {x.shape}")
    x, first = channels_last(tag, x, data_format)
    return x, rank, first
