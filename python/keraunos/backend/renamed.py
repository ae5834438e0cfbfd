"""Functions that `keras.ops` has under other names, or with other arguments."""

import numpy as np

from keraunos import config, ops

abs = ops.absolute


def argmax(x, axis=-1):
    """Places of the largest values along `axis`."""
    return ops.argmax(x, axis)


def argmin(x, axis=-1):
    """Places of the smallest values along `axis`."""
    return ops.argmin(x, axis)


def arange(start, stop=None, step=1, dtype="int32"):
    """Numbers from `start` (0 when it stands alone) up to `stop`."""
    return ops.arange(start, stop, step, dtype)


def cast_to_floatx(x):
    """`x` in `config.floatx()`: a tensor when it is one, else an array."""
    return ops.cast(x, config.floatx()) if ops.is_tensor(x) else np.asarray(x, config.floatx())


def clip(x, min_value, max_value):
    """`x` between two bounds; None: no bound."""
    low = -np.inf if min_value is None else min_value
    high = np.inf if max_value is None else max_value
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        high = low if high < low else high
    return ops.clip(x, low, high)


def concatenate(tensors, axis=-1):
    """Tensors joined along `axis`."""
    return ops.concatenate(tensors, axis)


def dot(x, y):
    """The product over the last axis of `x` and the one before the last of `y`."""
    return ops.dot(x, y)


def batch_dot(x, y, axes=None):
    """For every sample, the product of `x` and `y` over one axis of each.

    Args:
        x, y: tensors `(N, ...)` of rank 2 or more.
        axes: int, or one for each; default: the last of `x`, and of `y` the one before the last (the last for rank 2).

    Returns:
        Tensor `(N, *rest of x, *rest of y)`; `(N, 1)` for two of rank 2.
    """
    x, y = ops.convert_to_tensor(x), ops.convert_to_tensor(y)
    if x.ndim < 2 or y.ndim < 2:
        raise ValueError(f"[batch_dot] expected tensors of rank 2 or more, got shapes {x.shape} and {y.shape}")
    pair = (x.ndim - 1, y.ndim - 1 if y.ndim == 2 else y.ndim - 2) if axes is None else axes
    pair = (pair, pair) if isinstance(pair, int) else pair
    a, b = (axis % rank for axis, rank in zip(pair, (x.ndim, y.ndim), strict=True))
    if 0 in (a, b):
        raise ValueError(f"[batch_dot] axis 0 is that of the samples, got axes={axes}")
    letters = "abcdefghijklmnopqrstuvwxyz"
    left = "z" + "".join("y" if i == a else letters[i] for i in range(1, x.ndim))
    right = "z" + "".join("y" if i == b else letters[10 + i] for i in range(1, y.ndim))
    product = ops.einsum(f"{left},{right}->{(left + right[1:]).replace('y', '')}", x, y)
    return ops.expand_dims(product, -1) if product.ndim == 1 else product


def batch_flatten(x):
    """`(N, ...)` as `(N, D)`."""
    x = ops.convert_to_tensor(x)
    return ops.reshape(x, (x.shape[0], x.size // x.shape[0] if x.shape[0] else int(np.prod(x.shape[1:]))))


def flatten(x):
    """All elements in one axis."""
    return ops.reshape(x, (-1,))


def elu(x, alpha=1.0):
    """`x`, and `alpha * (exp(x) - 1)` where it is negative."""
    return ops.elu(x, alpha)


def expand_dims(x, axis=-1):
    """`x` with an axis of extent 1 at `axis`."""
    return ops.expand_dims(x, axis)


def gather(reference, indices):
    """The rows of `reference` at `indices`."""
    return ops.take(reference, indices, axis=0)


def hard_sigmoid(x):
    """`0.2 x + 0.5` between 0 and 1, as in Keras 2; that of `keras.ops` has the slope 1/6."""
    return ops.clip(ops.convert_to_tensor(x) * 0.2 + 0.5, 0.0, 1.0)


def in_top_k(predictions, targets, k):
    """Whether the targets are among the k largest predictions."""
    return ops.in_top_k(targets, predictions, k)


def int_shape(x):
    """The shape as a tuple."""
    return tuple(x.shape)


def l2_normalize(x, axis=None):
    """`x` divided by its Euclidean norm along `axis` (None: that of all of it)."""
    squares = ops.sum(ops.square(x), axis, keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(squares, 1e-12)))


def map_fn(fn, elems, name=None, dtype=None):
    """A function of every row, stacked."""
    rows = ops.stack([fn(row) for row in ops.unstack(elems)])
    return rows if dtype is None else ops.cast(rows, dtype)


def foldl(fn, elems, initializer=None, name=None):
    """`fn(accumulated, row)` over the rows, from the first on; it begins with the first where there is no
    `initializer`."""
    return _fold(fn, list(ops.unstack(elems)), initializer)


def foldr(fn, elems, initializer=None, name=None):
    """`foldl` from the last row on."""
    return _fold(fn, list(ops.unstack(elems))[::-1], initializer)


def _fold(fn, rows, value):
    if value is None:
        value = rows.pop(0)
    for row in rows:
        value = fn(value, row)
    return value


def ndim(x):
    """Number of axes."""
    return len(x.shape)


def one_hot(indices, num_classes):
    """Ones at `indices` along a new last axis."""
    return ops.one_hot(indices, num_classes)


def permute_dimensions(x, pattern):
    """Axes in the order `pattern`."""
    return ops.transpose(x, pattern)


def pow(x, a):
    """`x` to the power of `a`."""
    return ops.power(x, a)


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """`x` above `threshold` (at most `max_value`), `alpha * (x - threshold)` below."""
    x = ops.convert_to_tensor(x)
    above = x if max_value is None else ops.minimum(x, max_value)
    return ops.where(x > threshold if threshold else x >= 0, above, (x - threshold) * alpha)


def repeat(x, n):
    """`(N, D)` as `(N, n, D)`."""
    x = ops.convert_to_tensor(x)
    if x.ndim != 2:
        raise ValueError(f"[repeat] expected a tensor of shape (N, D), got {x.shape}")
    return ops.repeat(ops.expand_dims(x, 1), n, axis=1)


def repeat_elements(x, rep, axis):
    """Every slice along `axis` `rep` times."""
    return ops.repeat(x, rep, axis=axis)


def reverse(x, axes):
    """`x` turned around along one axis or several."""
    return ops.flip(x, axes)


def softmax(x, axis=-1):
    """Softmax along `axis` of a tensor with 2 axes or more."""
    if len(x.shape) < 2:
        raise ValueError(f"[softmax] expected a tensor with 2 axes or more, got shape {tuple(x.shape)}")
    return ops.softmax(x, axis)


def sqrt(x):
    """Square root, 0 for negative numbers."""
    x = ops.convert_to_tensor(x)
    return ops.sqrt(ops.maximum(x, 0.0))


def stop_gradient(variables):
    """The tensor, or tensors, without gradient."""
    if isinstance(variables, (list, tuple)):
        return [ops.stop_gradient(variable) for variable in variables]
    return ops.stop_gradient(variables)


def switch(condition, then_expression, else_expression):
    """One value or the other (or what functions return): a scalar condition chooses, others element by element.

    A condition of fewer axes than the values is about their first axes.
    """
    condition = ops.cast(condition, "bool")
    if condition.ndim == 0:
        branches = [e if callable(e) else lambda e=e: e for e in (then_expression, else_expression)]
        return ops.cond(condition, *branches)
    yes, no = (e() if callable(e) else ops.convert_to_tensor(e) for e in (then_expression, else_expression))
    if condition.ndim > yes.ndim:
        raise ValueError(f"[switch] condition has more axes than the values: {condition.shape}, {yes.shape}")
    return ops.where(ops.reshape(condition, condition.shape + (1,) * (yes.ndim - condition.ndim)), yes, no)


def temporal_padding(x, padding=(1, 1)):
    """`(N, T, C)` with zeros before and after the steps."""
    return ops.pad(x, [[0, 0], list(padding), [0, 0]])


def transpose(x):
    """`x` with its axes in reverse order."""
    return ops.transpose(x)
