"""Functions that apply primitive ops: operands become tensors, dtypes meet by promotion, attributes are made canonical.

One function for every op of the registry, under the op's name. Everything above the graph is composed of these.
"""

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph.applying import _apply, apply_all, meet
from keraunos.graph.applying import scalar as scalar
from keraunos.graph.applying import zeros_like_scalar as zeros_like_scalar
from keraunos.graph.tensor import Tensor
from keraunos.graph.trace import as_tensor

# --- elementwise: the functions are made where their ops are declared (defs/elementwise.py) --------------------

_WHOLE = ("floor", "ceil", "round")  # integers are their own result


def add_elementwise(name, arity, kind):
    """Makes the function of an elementwise op; called where the op is declared.

    Args:
        name: the op.
        arity: number of operands, 1 or 2.
        kind: the operands' dtypes: "floats" (integers become float32), "numbers", "all", or "bools".
    """

    def unary(x):
        (x,) = meet(x, floats=kind == "floats" or not isinstance(x, Tensor) and name in _WHOLE)
        return x if name in _WHOLE and not dtypes.is_float(x.dtype) else _apply(name, (x,))

    def binary(x1, x2):
        return _apply(name, tuple(meet(x1, x2, floats=kind == "floats")))

    def logical(x):
        return _apply(name, (cast(x, "bool"),))

    def logical_binary(x1, x2):
        return _apply(name, (cast(x1, "bool"), cast(x2, "bool")))

    if kind == "bools":
        function = logical if arity == 1 else logical_binary
    else:
        function = unary if arity == 1 else binary
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Applies the elementwise op `{name}`; operands broadcast."
    globals()[name] = function


def true_divide(x1, x2):
    """`x1 / x2`; integers become float32."""
    return divide(x1, x2)  # noqa: F821


def where(condition, a, b):
    """`a` where `condition` holds, else `b`; operands broadcast."""
    a, b = meet(a, b)
    return _apply("where", (cast(as_tensor(condition), "bool"), a, b))


def cast(x, dtype):
    """`x` converted to `dtype`; the same tensor when it has it. Numbers of Python become floats at once, not by way of
    float32."""
    dtype = dtypes.standardize(dtype)
    x = as_tensor(x, dtype) if dtypes.is_float(dtype) and isinstance(x, (int, float, list, tuple)) else as_tensor(x)
    if x.dtype == dtype:
        return x
    if dtype == "bool":
        return not_equal(x, 0)  # noqa: F821
    return _apply("cast", (x,), dtype=dtype, scale=1.0, offset=0.0)


def bitcast(x, dtype):
    """The bytes of `x` as elements of `dtype`; the last axis grows or shrinks where their sizes differ."""
    x = as_tensor(x)
    return x if x.dtype == dtype else _apply("bitcast", (x,), dtype=dtype)


def widen(x):
    """`x`, in float32 if it is a half: for steps inside an op or layer that would overflow or cancel in halves."""
    x = as_tensor(x)
    return cast(x, dtypes.compute(x.dtype))


def stop_gradient(x):
    """`x` itself, for the forward pass alone."""
    return _apply("stop_gradient", (as_tensor(x),))


# --- movement ---------------------------------------------------------------------------------------------------------


def reshape(x, shape):
    """`x` with another shape of the same size; one extent may be -1."""
    x = as_tensor(x)
    shape = tuple(int(extent) for extent in shape)
    if -1 in shape:
        known = -int(np.prod(shape, dtype=np.int64))
        if shape.count(-1) > 1 or known == 0 or x.size % known:
            raise ValueError(f"[reshape] cannot reshape {x.shape} to {shape}")
        shape = tuple(x.size // known if extent == -1 else extent for extent in shape)
    return x if shape == x.shape else _apply("reshape", (x,), shape=shape)


def transpose(x, axes=None):
    """`x` with its axes permuted; default: reversed."""
    x = as_tensor(x)
    axes = tuple(range(x.ndim))[::-1] if axes is None else tuple(normalize_axis("transpose", a, x.ndim) for a in axes)
    if sorted(axes) != list(range(x.ndim)):
        raise ValueError(f"[transpose] axes must be a permutation of 0..{x.ndim - 1}, got {axes}")
    return x if axes == tuple(range(x.ndim)) else _apply("transpose", (x,), axes=axes)


def broadcast_to(x, shape):
    """`x` repeated to `shape`."""
    x = as_tensor(x)
    shape = tuple(int(extent) for extent in shape)
    return x if x.shape == shape else _apply("broadcast_to", (x,), shape=shape)


def slice(x, start, stop, step):
    """`x[start:stop:step]` along every axis; canonical bounds (a negative step stops at -1 for "past the
    beginning")."""
    return _apply("slice", (as_tensor(x),), start=tuple(start), stop=tuple(stop), step=tuple(step))


def pad(x, widths, value=0.0):
    """`x` surrounded by `value`; widths: (before, after) per axis, none negative."""
    x = as_tensor(x)
    widths = tuple((int(a), int(b)) for a, b in widths)
    return x if not any(map(any, widths)) else _apply("pad", (x,), widths=widths, steps=(1,) * x.ndim, value=value)


def concatenate(tensors, axis=0):
    """Tensors joined along an existing axis."""
    tensors = meet(*tensors)
    axis = normalize_axis("concatenate", axis, tensors[0].ndim)
    return tensors[0] if len(tensors) == 1 else _apply("concatenate", tuple(tensors), axis=axis)


def take(x, index):
    """Rows of `x` along axis 0: the result has shape `index.shape + x.shape[1:]`."""
    x, index = as_tensor(x), as_tensor(index)
    if index.dtype not in ("int32", "int64"):
        index = cast(index, "int32")
    return _apply("take", (x, index))


def scatter_add(updates, index, rows):
    """(rows, ...) with `updates[i]` added to row `index[i]`; the transpose of `take`."""
    updates, index = as_tensor(updates), as_tensor(index)
    if updates.dtype in ("bool", "uint8"):  # sums have kernels for wider numbers
        return cast(scatter_add(cast(updates, "int32"), index, rows), updates.dtype)
    return _apply("scatter_add", (updates, index), rows=rows)


def batch(source, order, cursor, rows, dtype, scale=1.0, offset=0.0):
    """Rows `order[cursor : cursor + rows]` of `source` (or the rows themselves when `order` is empty), as `dtype`."""
    return _apply("batch", (source, order, as_tensor(cursor)), rows=rows, dtype=dtype, scale=scale, offset=offset)


def getitem(x, key):
    """`x[key]` by NumPy's rules; bools must be concrete."""
    from keraunos.graph import indexing

    return indexing.getitem(as_tensor(x), key)


# --- reductions -------------------------------------------------------------------------------------------------------


def normalize_axis(name, axis, rank):
    if not -rank <= axis < rank:
        raise ValueError(f"[{name}] axis {axis} is out of range for a tensor of rank {rank}")
    return axis % rank


def _reduction(name):
    def function(x, axis=None, keepdims=False):
        x = as_tensor(x)
        axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
        axes = tuple(sorted(normalize_axis(name, int(a), x.ndim) for a in axes))
        kept = tuple(1 if a in axes else extent for a, extent in enumerate(x.shape))
        final = kept if keepdims else tuple(extent for a, extent in enumerate(x.shape) if a not in axes)
        if name == "sum" and x.dtype in ("bool", "uint8"):
            x = cast(x, "int32")
        result = x
        # One run of neighbouring axes at a time, last first. A full reduction keeps axis 0 for the end, so that the
        # first stage has rows to share.
        for first, last in _runs(axes, split_first=len(axes) > 1 and len(axes) == x.ndim):
            result = _apply(name, (result,), first=first, last=last)
        return reshape(result, final)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{name}` over `axis` (int, tuple or None for all axes)."
    return function


def _runs(axes, split_first):
    """[(first, last)] for runs of neighbouring axes, from the last to the first."""
    runs = []
    for axis in axes:
        if runs and runs[-1][1] == axis - 1 and not (split_first and runs[-1] == (0, 0)):
            runs[-1] = (runs[-1][0], axis)
        else:
            runs.append((axis, axis))
    return runs[::-1]


for _name in ("sum", "max", "min", "prod"):
    globals()[_name] = _reduction(_name)
sum, max, min, prod = (globals()[_name] for _name in ("sum", "max", "min", "prod"))


def mean(x, axis=None, keepdims=False):
    """Arithmetic mean over `axis`; integers give float32, halves are summed in float32."""
    (x,) = meet(x, floats=True)
    total = sum(widen(x), axis, keepdims)
    count = x.size // total.size if total.size else 1
    found = multiply(total, 1.0 / count) if count else multiply(total, float("nan"))  # noqa: F821
    return cast(found, x.dtype)


def _indexed(name):
    def function(x, axis=None, keepdims=False):
        x = as_tensor(x)
        flat = reshape(x, (-1,)) if axis is None else x
        axis_ = 0 if axis is None else normalize_axis(name, axis, x.ndim)
        result = _apply(name, (flat,), first=axis_, last=axis_)
        if keepdims:
            return reshape(result, (1,) * x.ndim if axis is None else x.shape[:axis_] + (1,) + x.shape[axis_ + 1 :])
        return reshape(result, () if axis is None else x.shape[:axis_] + x.shape[axis_ + 1 :])

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{name}` along `axis` (None: of the flattened tensor), int32."
    return function


argmax, argmin = _indexed("argmax"), _indexed("argmin")


def cumsum(x, axis=0):
    """Running sums along `axis`."""
    x = as_tensor(x)
    axis = normalize_axis("cumsum", axis, x.ndim)
    return _apply("cumsum", (x,), first=axis, last=axis)


# --- rows -------------------------------------------------------------------------------------------------------------


def _last_axis(name):
    """An op over the last axis, applied along any axis by transposing."""

    def function(x, axis=-1):
        x = as_tensor(x) if name in ("sort", "argsort") else meet(x, floats=True)[0]
        if x.dtype in ("bool", "uint8"):  # sorting has kernels for wider numbers
            result = function(cast(x, "int32"), axis)
            return cast(result, x.dtype) if name == "sort" else result
        if x.ndim == 0 or axis is None:
            x, axis = reshape(x, (-1,)), 0
        axis = normalize_axis(name, axis, x.ndim)
        if axis == x.ndim - 1:
            return _apply(name, (x,))
        axes = [*range(axis), *range(axis + 1, x.ndim), axis]
        return transpose(_apply(name, (transpose(x, axes),)), np.argsort(axes).tolist())

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{name}` along `axis` (None: of the flattened tensor)."
    return function


softmax, log_softmax, sort, argsort = map(_last_axis, ("softmax", "log_softmax", "sort", "argsort"))


def softmax_cross_entropy(logits, targets):
    """-sum(targets * log_softmax(logits)) over the last axis."""
    logits, targets = meet(logits, targets, floats=True)
    return _apply("softmax_cross_entropy", (logits, targets))


def sparse_softmax_cross_entropy(logits, labels):
    """-log_softmax(logits)[label] over the last axis; labels have the shape of logits less the last axis."""
    (logits,) = meet(logits, floats=True)
    return _apply("sparse_softmax_cross_entropy", (logits, cast(labels, "int32")))


def softmax_cross_entropy_grad(logits, targets, dloss):
    return _apply("softmax_cross_entropy_grad", (logits, targets, dloss))


def sparse_softmax_cross_entropy_grad(logits, labels, dloss):
    return _apply("sparse_softmax_cross_entropy_grad", (logits, labels, dloss))


# --- contraction ------------------------------------------------------------------------------------------------------


def matmul(a, b, transpose_a=False, transpose_b=False):
    """Matrix product of the last two axes; leading axes broadcast. Rank-1 operands as in NumPy."""
    from keraunos.graph import products

    return products.matmul(*meet(a, b), transpose_a, transpose_b)


# --- normalization ----------------------------------------------------------------------------------------------------


def batch_norm(x, gamma, beta, epsilon):
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta` with the moments of every channel of (..., C).

    Returns:
        (result, mean, variance), the moments of shape (C,).
    """
    return apply_all("batch_norm", tuple(meet(x, gamma, beta, floats=True)), epsilon=float(epsilon))


def layer_norm(x, gamma, beta, epsilon, centered=True):
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta` with the moments of every row of (..., C); not centered:
    with a mean of 0."""
    operands = tuple(meet(x, gamma, beta, floats=True))
    return apply_all("layer_norm", operands, epsilon=float(epsilon), centered=bool(centered))[0]


# --- pooling ----------------------------------------------------------------------------------------------------------


def max_pool(x, window, strides, padding):
    """Maxima of windows over the spatial axes of (N, ..., C); padding: (before, after) per axis."""
    return _apply("max_pool", (as_tensor(x),), window=tuple(window), strides=tuple(strides), padding=tuple(padding))


def average_pool(x, window, strides, padding):
    """Means of windows over the spatial axes of (N, ..., C), of what lies inside; padding: (before, after) per axis."""
    return _apply("average_pool", (as_tensor(x),), window=tuple(window), strides=tuple(strides), padding=tuple(padding))


# --- random numbers ---------------------------------------------------------------------------------------------------


def random_uniform(seed, shape, dtype="float32", low=0.0, high=1.0):
    """Uniform in [low, high); `seed`: int64[2] (key, counter)."""
    return _apply("random_uniform", (as_tensor(seed),), shape=tuple(shape), dtype=dtype, a=float(low), b=float(high))


def random_normal(seed, shape, dtype="float32", mean=0.0, stddev=1.0):
    """Normal; `seed`: int64[2] (key, counter)."""
    return _apply("random_normal", (as_tensor(seed),), shape=tuple(shape), dtype=dtype, a=float(mean), b=float(stddev))


def dropout(x, seed, rate):
    """`x / (1 - rate)` with probability `1 - rate`, else 0; the gradient draws the same mask again."""
    (x,) = meet(x, floats=True)
    return _apply("dropout", (x, as_tensor(seed)), rate=float(rate))


# --- images -----------------------------------------------------------------------------------------------------------


def resize(x, height, width, interpolation="bilinear", antialias=False, transpose=False):
    """Images (N, H, W, C) resampled to (N, height, width, C); uint8 gives float32. `transpose`: with the transposed
    matrices, which is the gradient."""
    return _apply("resize", (as_tensor(x),), height=int(height), width=int(width), interpolation=interpolation,
                  antialias=bool(antialias), transpose=transpose)  # fmt: skip


def warp(x, transforms, height, width, interpolation="bilinear", fill_mode="constant", fill_value=0.0, per_transform=1):
    """Images (N, H, W, C) read through projective transforms (T, 8); image i takes transform `i // per_transform % T`.
    uint8 gives float32."""
    return _apply("warp", (as_tensor(x), cast(transforms, "float32")), height=int(height), width=int(width),
                  interpolation=interpolation, fill_mode=fill_mode, fill_value=float(fill_value),
                  per_transform=int(per_transform))  # fmt: skip
