"""`keras.ops` with NumPy's names: creation, arithmetic, comparison, reductions, shapes."""

import builtins

import numpy as np

from keraunos.graph import dtypes
from keraunos.graph import primitives as p

# Names of __all__, too: the linter does not see them in a string that is split.
from keraunos.graph.primitives import (  # noqa: F401
    absolute,
    add,
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    argmax,
    argmin,
    argsort,
    ceil,
    concatenate,
    cos,
    cosh,
    cumsum,
    equal,
    exp,
    expm1,
    floor,
    floor_divide,
    greater,
    greater_equal,
    less,
    less_equal,
    log,
    log1p,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    matmul,
    max,
    maximum,
    mean,
    min,
    minimum,
    mod,
    multiply,
    negative,
    not_equal,
    power,
    prod,
    reciprocal,
    reshape,
    round,
    sign,
    sin,
    sinh,
    sort,
    sqrt,
    square,
    subtract,
    sum,
    tan,
    tanh,
    transpose,
    true_divide,
    where,
)  # fmt: skip
from keraunos.graph.primitives import is_finite as isfinite
from keraunos.graph.primitives import is_nan as isnan
from keraunos.graph.trace import as_tensor

amax, amin, abs, divide, broadcast_to = max, min, absolute, true_divide, p.broadcast_to

__all__ = """abs absolute add all allclose amax amin any append arange arccos arccosh arcsin arcsinh arctan arctan2
arctanh argmax argmin argsort array average broadcast_to ceil clip concatenate copy cos cosh count_nonzero cumsum
diag diff divide divide_no_nan dot einsum equal exp exp2 expand_dims expm1 eye flip floor floor_divide full full_like
greater greater_equal hstack identity isclose isfinite isinf isnan less less_equal linspace log log10 log1p log2
logaddexp logical_and logical_not logical_or logical_xor matmul max maximum mean median meshgrid min minimum mod
moveaxis multiply nan_to_num ndim negative norm_of not_equal ones ones_like outer pad power prod ravel reciprocal
repeat reshape roll round sign sin sinh size sort split sqrt square squeeze stack std subtract sum swapaxes take
take_along_axis tan tanh
tensordot tile trace transpose tri tril triu true_divide var vdot vstack where zeros zeros_like""".split()  # fmt: skip
__all__.remove("norm_of")


# creation -------------------------------------------------------------------------------------------------------------


def array(x, dtype=None):
    """`x` as a tensor; a copy is made when `x` is an array."""
    tensor = as_tensor(np.array(x) if isinstance(x, np.ndarray) else x)
    return tensor if dtype is None else p.cast(tensor, dtype)


def full(shape, fill_value, dtype=None):
    """A tensor of `shape` filled with `fill_value`; default dtype float32."""
    return as_tensor(np.full(shape, fill_value, dtypes.standardize(dtype or "float32")))


def zeros(shape, dtype=None):
    """Zeros; default dtype float32."""
    return full(shape, 0, dtype)


def ones(shape, dtype=None):
    """Ones; default dtype float32."""
    return full(shape, 1, dtype)


def full_like(x, fill_value, dtype=None):
    """`fill_value` in the shape and dtype of `x`."""
    x = as_tensor(x)
    return full(x.shape, fill_value, dtype or x.dtype)


def zeros_like(x, dtype=None):
    """Zeros in the shape and dtype of `x`."""
    return full_like(x, 0, dtype)


def ones_like(x, dtype=None):
    """Ones in the shape and dtype of `x`."""
    return full_like(x, 1, dtype)


def arange(start, stop=None, step=1, dtype=None):
    """Evenly spaced values in [start, stop)."""
    start, stop = (0, start) if stop is None else (start, stop)
    floats = builtins.any(isinstance(v, float) for v in (start, stop, step))
    return as_tensor(
        np.arange(start, stop, step, dtype=dtypes.standardize(dtype or ("float32" if floats else "int32")))
    )


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """`num` evenly spaced values from `start` to `stop`."""
    values, step = np.linspace(np.asarray(start), np.asarray(stop), num, endpoint, True, axis=axis)
    values = as_tensor(values.astype(dtypes.standardize(dtype or "float32")))
    return (values, step) if retstep else values


def eye(N, M=None, k=0, dtype=None):
    """Ones on diagonal `k`, zeros elsewhere, shape (N, M)."""
    return as_tensor(np.eye(N, M, k, dtype=dtypes.standardize(dtype or "float32")))


def identity(n, dtype=None):
    """The n x n identity."""
    return eye(n, dtype=dtype)


def tri(N, M=None, k=0, dtype=None):
    """Ones at and below diagonal `k`."""
    return as_tensor(np.tri(N, M, k, dtype=dtypes.standardize(dtype or "float32")))


def meshgrid(*x, indexing="xy"):
    """Coordinate grids of one-dimensional arrays."""
    tensors = [as_tensor(v) for v in x]
    rank = len(tensors)
    order = [1, 0, *range(2, rank)] if indexing == "xy" and rank > 1 else [*range(rank)]
    shape = [tensors[i].size for i in order]
    grids = []
    for i, tensor in enumerate(tensors):
        place = order.index(i)
        grids.append(p.broadcast_to(reshape(tensor, [-1 if a == place else 1 for a in range(rank)]), shape))
    return grids


# arithmetic -----------------------------------------------------------------------------------------------------------


def clip(x, x_min, x_max):
    """`x` limited to [x_min, x_max]."""
    return minimum(maximum(x, x_min), x_max)


def divide_no_nan(x1, x2):
    """x1 / x2, 0 where x2 is 0."""
    x1, x2 = p.meet(x1, x2, floats=True)
    zero = equal(x2, 0)
    return where(zero, p.zeros_like_scalar(x2), true_divide(x1, where(zero, p.scalar(1, x2.dtype), x2)))


def exp2(x):
    """2 ** x"""
    return exp(multiply(x, float(np.log(2))))


def log2(x):
    """Logarithm to base 2."""
    return multiply(log(x), float(1 / np.log(2)))


def log10(x):
    """Logarithm to base 10."""
    return multiply(log(x), float(1 / np.log(10)))


def logaddexp(x1, x2):
    """log(exp(x1) + exp(x2)) without overflow."""
    return add(maximum(x1, x2), log1p(exp(negative(absolute(subtract(x1, x2))))))


def isinf(x):
    """Whether elements are infinite."""
    return logical_not(p.logical_or(isfinite(x), isnan(x)))


def isclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """|x1 - x2| <= atol + rtol * |x2|, elementwise."""
    close = less_equal(absolute(subtract(x1, x2)), add(multiply(absolute(x2), rtol), atol))
    return logical_or(close, logical_and(isnan(x1), isnan(x2))) if equal_nan else close


def allclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether all elements are close."""
    return all(isclose(x1, x2, rtol, atol, equal_nan))


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    """NaN and infinities replaced by numbers."""
    x = as_tensor(x)
    limits = np.finfo(x.dtype)
    x = where(isnan(x), p.scalar(nan, x.dtype), x)
    x = where(equal(x, float("inf")), p.scalar(limits.max if posinf is None else posinf, x.dtype), x)
    return where(equal(x, float("-inf")), p.scalar(limits.min if neginf is None else neginf, x.dtype), x)


# reductions -----------------------------------------------------------------------------------------------------------


def all(x, axis=None, keepdims=False):
    """Whether all elements along `axis` hold."""
    return min(p.cast(x, "bool"), axis, keepdims)


def any(x, axis=None, keepdims=False):
    """Whether any element along `axis` holds."""
    return max(p.cast(x, "bool"), axis, keepdims)


def average(x, axis=None, weights=None):
    """Weighted mean along `axis`."""
    if weights is None:
        return mean(x, axis)
    x, weights = p.meet(x, weights, floats=True)
    if weights.ndim == 1 and x.ndim > 1:
        weights = reshape(weights, [-1 if a == axis % x.ndim else 1 for a in range(x.ndim)])
    weights = p.broadcast_to(weights, x.shape)
    return true_divide(sum(multiply(x, weights), axis), sum(weights, axis))


def var(x, axis=None, keepdims=False):
    """Population variance along `axis`, of the centred values."""
    (x,) = p.meet(x, floats=True)
    return mean(square(subtract(x, mean(x, axis, keepdims=True))), axis, keepdims)


def std(x, axis=None, keepdims=False):
    """Population standard deviation along `axis`."""
    return sqrt(var(x, axis, keepdims))


def median(x, axis=None, keepdims=False):
    """Median along `axis` (int or None)."""
    (x,) = p.meet(x, floats=True)
    rank = x.ndim
    flat, axis_ = (reshape(x, (-1,)), 0) if axis is None else (x, axis % rank)
    ordered = sort(flat, axis_)
    count = flat.shape[axis_]
    middle = (builtins.slice(None),) * axis_
    low, high = ordered[(*middle, (count - 1) // 2)], ordered[(*middle, count // 2)]
    result = multiply(add(low, high), 0.5)
    if keepdims:
        return reshape(result, [1] * rank if axis is None else [1 if a == axis_ else n for a, n in enumerate(x.shape)])
    return result


def count_nonzero(x, axis=None):
    """Number of elements that are not 0 along `axis`, int32."""
    return sum(p.cast(not_equal(x, 0), "int32"), axis)


# products -------------------------------------------------------------------------------------------------------------


def dot(x1, x2):
    """NumPy's dot: product of scalars, inner product of vectors, else the sum over the last axis of `x1` and the second
    to last of `x2`."""
    x1, x2 = as_tensor(x1), as_tensor(x2)
    if x1.ndim == 0 or x2.ndim == 0:
        return multiply(x1, x2)
    if x2.ndim <= 2:
        return matmul(x1, x2)
    return tensordot(x1, x2, [[x1.ndim - 1], [x2.ndim - 2]])


def vdot(x1, x2):
    """Inner product of the flattened operands."""
    return sum(multiply(ravel(x1), ravel(x2)))


def outer(x1, x2):
    """Products of all pairs of elements."""
    return multiply(reshape(x1, (-1, 1)), reshape(x2, (1, -1)))


def tensordot(x1, x2, axes=2):
    """Sum of products over the given pairs of axes."""
    x1, x2 = as_tensor(x1), as_tensor(x2)
    if isinstance(axes, int):
        axes = [[*range(x1.ndim - axes, x1.ndim)], [*range(axes)]]
    first, second = ([a] if isinstance(a, int) else list(a) for a in axes)
    first, second = [a % x1.ndim for a in first], [a % x2.ndim for a in second]
    free1 = [a for a in range(x1.ndim) if a not in first]
    free2 = [a for a in range(x2.ndim) if a not in second]
    inner = int(np.prod([x1.shape[a] for a in first], dtype=np.int64))
    left = reshape(transpose(x1, free1 + first), (-1, inner)) if inner else reshape(x1, (-1, 0))
    right = reshape(transpose(x2, second + free2), (inner, -1)) if inner else reshape(x2, (0, -1))
    return reshape(matmul(left, right), [x1.shape[a] for a in free1] + [x2.shape[a] for a in free2])


def einsum(subscripts, *operands):
    """Einstein summation of explicit or implicit form without ellipsis, two operands at a time."""
    from keraunos.ops.einsum import einsum as evaluate

    return evaluate(subscripts, *operands)


def diag(x, k=0):
    """Matrix with `x` on diagonal k, or diagonal k of a matrix."""
    x = as_tensor(x)
    if x.ndim == 1:
        size = x.size + builtins.abs(k)
        rows = np.arange(x.size) + (-k if k < 0 else 0)
        cells = rows * size + np.arange(x.size) + (k if k > 0 else 0)
        return reshape(p.scatter_add(x, cells.astype(np.int32), size * size), (size, size))
    rows, columns = x.shape
    cells = np.flatnonzero(np.eye(rows, columns, k, dtype=bool)).astype(np.int32)
    return p.take(reshape(x, (-1,)), cells)


def trace(x, offset=0, axis1=0, axis2=1):
    """Sum of the diagonal of the last two axes (axis1, axis2)."""
    x = as_tensor(x)
    x = moveaxis(x, (axis1, axis2), (-2, -1))
    mask = np.eye(*x.shape[-2:], offset, dtype=x.dtype)
    return sum(multiply(x, mask), (-2, -1))


# shapes ---------------------------------------------------------------------------------------------------------------


def ndim(x):
    """Number of axes."""
    return as_tensor(x).ndim


def size(x):
    """Number of elements."""
    return as_tensor(x).size


def copy(x):
    """`x`, as a tensor of its own."""
    x = as_tensor(x)
    return x if x.value is None else as_tensor(x.value.copy())


def ravel(x):
    """`x` with one axis."""
    return reshape(x, (-1,))


def expand_dims(x, axis):
    """`x` with new axes of extent 1 at `axis`."""
    x = as_tensor(x)
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    rank = x.ndim + len(axes)
    axes = {p.normalize_axis("expand_dims", a, rank) for a in axes}
    extents = iter(x.shape)
    return reshape(x, [1 if a in axes else next(extents) for a in range(rank)])


def squeeze(x, axis=None):
    """`x` without axes of extent 1 (all of them, or those given)."""
    x = as_tensor(x)
    axes = (
        [a for a, n in enumerate(x.shape) if n == 1]
        if axis is None
        else [axis]
        if isinstance(axis, int)
        else list(axis)
    )
    axes = {p.normalize_axis("squeeze", a, x.ndim) for a in axes}
    if builtins.any(x.shape[a] != 1 for a in axes):
        raise ValueError(f"[squeeze] axes {sorted(axes)} of shape {x.shape} do not all have extent 1")
    return reshape(x, [n for a, n in enumerate(x.shape) if a not in axes])


def moveaxis(x, source, destination):
    """`x` with the axes `source` moved to `destination`."""
    x = as_tensor(x)
    source = [s % x.ndim for s in ([source] if isinstance(source, int) else source)]
    destination = [d % x.ndim for d in ([destination] if isinstance(destination, int) else destination)]
    order = [a for a in range(x.ndim) if a not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        order.insert(place, axis)
    return transpose(x, order)


def swapaxes(x, axis1, axis2):
    """`x` with two axes exchanged."""
    x = as_tensor(x)
    order = [*range(x.ndim)]
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, order)


def stack(x, axis=0):
    """Tensors joined along a new axis."""
    return concatenate([expand_dims(t, axis) for t in x], axis)


def hstack(xs):
    """Tensors joined along axis 1 (axis 0 of vectors)."""
    xs = [as_tensor(x) for x in xs]
    return concatenate(xs, 0 if xs[0].ndim == 1 else 1)


def vstack(xs):
    """Tensors joined along axis 0, vectors as rows."""
    return concatenate([expand_dims(x, 0) if as_tensor(x).ndim == 1 else x for x in xs], 0)


def append(x1, x2, axis=None):
    """`x1` followed by `x2` along `axis` (None: both flattened)."""
    return concatenate([ravel(x1), ravel(x2)]) if axis is None else concatenate([x1, x2], axis)


def split(x, indices_or_sections, axis=0):
    """List of parts of `x`: that many equal ones, or cut before the given indices."""
    x = as_tensor(x)
    axis = p.normalize_axis("split", axis, x.ndim)
    extent = x.shape[axis]
    if isinstance(indices_or_sections, int):
        if extent % indices_or_sections:
            raise ValueError(
                f"[split] axis {axis} with {extent} elements cannot be cut into {indices_or_sections} equal parts"
            )
        width = extent // indices_or_sections
        cuts = [width * i for i in range(1, indices_or_sections)]
    else:
        cuts = [int(i) for i in indices_or_sections]
    prefix = (builtins.slice(None),) * axis
    return [x[(*prefix, builtins.slice(a, b))] for a, b in zip([0, *cuts], [*cuts, extent], strict=True)]


def flip(x, axis=None):
    """`x` reversed along `axis` (None: all axes)."""
    x = as_tensor(x)
    axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    axes = {a % x.ndim for a in axes}
    return x[tuple(builtins.slice(None, None, -1 if a in axes else 1) for a in range(x.ndim))] if axes else x


def roll(x, shift, axis=None):
    """`x` shifted cyclically along `axis` (None: flattened)."""
    x = as_tensor(x)
    if axis is None:
        return reshape(roll(ravel(x), shift, 0), x.shape)
    extent = x.shape[axis]
    shift = shift % extent if extent else 0
    parts = split(x, [extent - shift], axis)
    return concatenate(parts[::-1], axis)


def repeat(x, repeats, axis=None):
    """Each element of `x` repeated along `axis` (None: flattened)."""
    x = ravel(x) if axis is None else as_tensor(x)
    axis = 0 if axis is None else axis % x.ndim
    counts = np.broadcast_to(np.asarray(repeats), (x.shape[axis],))
    return take(x, np.repeat(np.arange(x.shape[axis], dtype=np.int32), counts), axis)


def tile(x, repeats):
    """`x` repeated as a whole, `repeats` times along each axis."""
    x = as_tensor(x)
    repeats = [repeats] if isinstance(repeats, int) else list(repeats)
    rank = builtins.max(x.ndim, len(repeats))
    repeats = [1] * (rank - len(repeats)) + repeats
    shape = (1,) * (rank - x.ndim) + x.shape
    interleaved = reshape(x, [n for pair in zip((1,) * rank, shape, strict=True) for n in pair])
    target = [n for pair in zip(repeats, shape, strict=True) for n in pair]
    return reshape(p.broadcast_to(interleaved, target), [r * n for r, n in zip(repeats, shape, strict=True)])


def pad(x, pad_width, mode="constant", constant_values=None):
    """`x` with `pad_width` elements around it: constant, reflect or symmetric."""
    x = as_tensor(x)
    widths = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2)).tolist()
    if mode == "constant":
        return p.pad(x, widths, 0.0 if constant_values is None else constant_values)
    for axis, (before, after) in enumerate(widths):
        places = np.pad(np.arange(x.shape[axis], dtype=np.int32), (before, after), mode=mode)
        x = take(x, places, axis)
    return x


def diff(a, n=1, axis=-1):
    """n-th difference along `axis`."""
    a = as_tensor(a)
    prefix = (builtins.slice(None),) * (axis % a.ndim)
    for _ in range(n):
        a = subtract(a[(*prefix, builtins.slice(1, None))], a[(*prefix, builtins.slice(None, -1))])
    return a


def take(x, indices, axis=None):
    """Elements of `x` at `indices` along `axis` (None: of the flattened tensor)."""
    x = ravel(x) if axis is None else as_tensor(x)
    axis = 0 if axis is None else p.normalize_axis("take", axis, x.ndim)
    indices = as_tensor(indices)
    order = [axis, *[a for a in range(x.ndim) if a != axis]]
    found = p.take(transpose(x, order), indices)
    rank = indices.ndim
    return transpose(found, [*range(rank, rank + axis), *range(rank), *range(rank + axis, found.ndim)])


def take_along_axis(x, indices, axis=None):
    """`x[..., indices, ...]` with one index per element of the result."""
    if axis is None:
        return take(x, ravel(indices))
    x, indices = as_tensor(x), p.cast(indices, "int32")
    axis = p.normalize_axis("take_along_axis", axis, x.ndim)
    order = [*[a for a in range(x.ndim) if a != axis], axis]
    moved, places = transpose(x, order), transpose(indices, order)
    columns = moved.shape[-1]
    places = where(less(places, 0), add(places, columns), places)
    rows = reshape(arange(moved.size // columns if columns else 0), (*moved.shape[:-1], 1))
    found = p.take(ravel(moved), add(places, multiply(rows, columns)))
    return transpose(found, np.argsort(order).tolist())


def tril(x, k=0):
    """`x` with zeros above diagonal k."""
    x = as_tensor(x)
    return where(np.tri(*x.shape[-2:], k, dtype=bool), x, p.zeros_like_scalar(x))


def triu(x, k=0):
    """`x` with zeros below diagonal k."""
    x = as_tensor(x)
    return where(np.tri(*x.shape[-2:], k - 1, dtype=bool), p.zeros_like_scalar(x), x)
