"""What `tensorflow` itself has beyond functions of `keras.ops`: variables, tapes, functions, and functions whose
arguments mean something else."""

import builtins
import contextlib

import numpy as np

from keraunos import ops
from keraunos.data import TensorSpec as TensorSpec
from keraunos.graph import Variable as _Variable
from keraunos.graph.function import function as _compiled
from keraunos.graph.tape import GradientTape as GradientTape
from keraunos.graph.trace import as_tensor, current

newaxis = None


class Variable(_Variable):
    """A `keraunos.Variable` with TensorFlow's arguments.

    Args:
        initial_value: array, number, tensor, or a function of no arguments.
        trainable, name, dtype, shape: as in TensorFlow.
        constraint: function of the value, applied by optimizers.
    """

    __slots__ = ()

    def __init__(
        self,
        initial_value=None,
        trainable=True,
        validate_shape=True,
        name=None,
        dtype=None,
        constraint=None,
        shape=None,
        **unused,
    ):
        value = initial_value() if callable(initial_value) else initial_value
        super().__init__(as_tensor(value, dtype), trainable=trainable is not False, name=name or "Variable")
        self.constraint = constraint


class TensorShape(tuple):
    """A shape with TensorFlow's methods."""

    def __new__(cls, dims):
        return super().__new__(cls, dims)

    def as_list(self):
        """The extents as a list."""
        return list(self)

    @property
    def rank(self):
        """Number of axes."""
        return len(self)


def constant(value, dtype=None, shape=None, name=None):
    """A tensor of `value`, broadcast to `shape` when that is given."""
    tensor = as_tensor(value, None if dtype is None else str(dtype))
    if shape is None or tuple(shape) == tensor.shape:
        return tensor
    return ops.reshape(tensor, shape) if tensor.size > 1 else ops.broadcast_to(tensor, shape)


def convert_to_tensor(value, dtype=None, name=None):
    """`value` as a tensor."""
    return ops.convert_to_tensor(value, dtype)


def is_tensor(x):
    """Whether `x` is a tensor or a variable."""
    return ops.is_tensor(x) or isinstance(x, _Variable)


def function(func=None, input_signature=None, autograph=True, jit_compile=None, reduce_retracing=False, **unused):
    """Compiles a function; Python's `if` and loops on tensors are not rewritten: use `tf.cond` and `tf.where`."""
    return _compiled(func) if func is not None else _compiled


def custom_gradient(f):
    """`keras.ops.custom_gradient`."""
    return ops.custom_gradient(f)


def device(device_name):
    """A context in which operations run on a device: `"/CPU:0"`, `"/GPU:0"`."""
    import keraunos

    kind, _, number = str(device_name).lower().rpartition("/")[2].removeprefix("device:").partition(":")
    if kind not in ("cpu", "gpu"):
        raise ValueError(f'[compat] tf.device: expected "/CPU:0" or "/GPU:0", got {device_name!r}')
    if kind == "gpu" and len(keraunos.devices()) < 2:
        # As TensorFlow's soft placement.
        return contextlib.nullcontext()
    return keraunos.device("cpu" if kind == "cpu" else f"gpu:{number or 0}")


def executing_eagerly():
    """Whether operations run at once, rather than being traced."""
    return current() is None


def get_logger():
    """The logger that TensorFlow would write to."""
    import logging

    return logging.getLogger("tensorflow")


def name_scope(name):
    """`keras.name_scope`."""
    import keraunos

    return keraunos.name_scope(name)


def no_op(name=None):
    """Nothing."""


def print(*inputs, output_stream=None, summarize=3, sep=" ", end="\n", name=None):  # noqa: A001
    """Prints tensors; while a function is traced, what stands for them."""
    builtins.print(
        *(x.numpy() if ops.is_tensor(x) and x.value is not None else x for x in inputs),
        sep=sep,
        end=end,
        file=output_stream,
    )


def py_function(func=None, inp=None, Tout=None, name=None):
    """`func(*inp)`, run by Python; not inside of traced functions."""
    found = func(*inp)
    return (
        [ops.convert_to_tensor(x, t) for x, t in zip(found, Tout, strict=True)]
        if isinstance(Tout, (list, tuple))
        else as_tensor(found)
    )


def numpy_function(func=None, inp=None, Tout=None, name=None):
    """`func` of the values as NumPy arrays."""
    return py_function(lambda *x: func(*(np.asarray(value) for value in x)), inp, Tout)


def zeros(shape, dtype="float32", name=None):
    """Zeros."""
    return ops.zeros(_shape(shape), dtype)


def ones(shape, dtype="float32", name=None):
    """Ones."""
    return ops.ones(_shape(shape), dtype)


def fill(dims, value, name=None):
    """`value` everywhere."""
    return ops.broadcast_to(as_tensor(value), _shape(dims))


def eye(num_rows, num_columns=None, batch_shape=None, dtype="float32", name=None):
    """The identity matrix."""
    matrix = ops.eye(num_rows, num_columns, dtype=dtype)
    return matrix if batch_shape is None else ops.broadcast_to(matrix, (*batch_shape, *matrix.shape))


def range(start, limit=None, delta=1, dtype=None, name="range"):  # noqa: A001
    """Numbers from `start` to before `limit`."""
    start, limit = (0, start) if limit is None else (start, limit)
    return ops.arange(*(x.item() if hasattr(x, "item") else x for x in (start, limit, delta)), dtype=dtype)


def one_hot(indices, depth, on_value=1, off_value=0, axis=-1, dtype=None, name=None):
    """`on_value` at the index, `off_value` elsewhere."""
    dtype = dtype or "float32"
    hot = ops.one_hot(indices, depth, axis=axis, dtype=dtype)
    return hot if (on_value, off_value) == (1, 0) else hot * on_value + (1 - hot) * off_value


def gather(params, indices, validate_indices=None, axis=0, batch_dims=0, name=None):
    """Slices of `params` along `axis`."""
    if batch_dims:
        raise ValueError("[compat] tf.gather: batch_dims is not supported; use keras.ops.take_along_axis")
    return ops.take(params, indices, axis=axis)


def split(value, num_or_size_splits, axis=0, num=None, name="split"):
    """Parts of `value` along `axis`: equally many, or of the sizes given."""
    if isinstance(num_or_size_splits, int):
        return ops.split(value, num_or_size_splits, axis=axis)
    return ops.split(value, np.cumsum(num_or_size_splits)[:-1].tolist(), axis=axis)


def pad(tensor, paddings, mode="CONSTANT", constant_values=0, name=None):
    """`tensor` with a margin."""
    mode = mode.lower()
    widths = np.asarray(paddings).tolist()
    return (
        ops.pad(tensor, widths, mode, constant_values=constant_values)
        if mode == "constant"
        else ops.pad(tensor, widths, mode)
    )


def matmul(a, b, transpose_a=False, transpose_b=False, name=None, **unused):
    """The product of matrices."""
    return ops.matmul(ops.swapaxes(a, -1, -2) if transpose_a else a, ops.swapaxes(b, -1, -2) if transpose_b else b)


def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None):
    """Norm of vectors or matrices."""
    if axis is None and ord == "euclidean":
        return ops.sqrt(ops.sum(ops.square(tensor), keepdims=bool(keepdims)))
    return ops.norm(tensor, None if ord == "euclidean" else ord, axis, bool(keepdims))


def size(input, out_type="int32", name=None):
    """Number of elements."""
    return as_tensor(np.asarray(as_tensor(input).size, out_type))


def rank(input, name=None):
    """Number of axes."""
    return as_tensor(np.int32(as_tensor(input).ndim))


def reverse(tensor, axis, name=None):
    """`tensor` with axes the other way round."""
    return ops.flip(tensor, axis=tuple(axis) if isinstance(axis, (list, tuple)) else axis)


def sort(values, axis=-1, direction="ASCENDING", name=None):
    """Sorted values."""
    found = ops.sort(values, axis=axis)
    return found if direction == "ASCENDING" else ops.flip(found, axis=axis)


def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None):
    """Places of the sorted values."""
    return ops.argsort(values if direction == "ASCENDING" else -as_tensor(values), axis=axis)


def unique(x, name=None):
    """(values in the order of their first appearance, place of each element among them)."""
    values, first, inverse = np.unique(np.asarray(x), return_index=True, return_inverse=True)
    order = np.argsort(first)
    return as_tensor(values[order]), as_tensor(np.argsort(order)[inverse.reshape(-1)].astype("int32"))


def boolean_mask(tensor, mask, axis=None, name="boolean_mask"):
    """The slices where `mask` holds; their number depends on values, so `mask` must not be traced."""
    return ops.take(tensor, np.flatnonzero(np.asarray(mask)), axis=axis or 0)


def add_n(inputs, name=None):
    """The sum of a list of tensors."""
    total = as_tensor(inputs[0])
    for x in inputs[1:]:
        total = total + x
    return total


def meshgrid(*args, indexing="xy", name=None):
    """Coordinates of a grid."""
    return ops.meshgrid(*args, indexing=indexing)


def clip_by_norm(t, clip_norm, axes=None, name=None):
    """`t` scaled down to a norm of at most `clip_norm`."""
    length = ops.sqrt(ops.sum(ops.square(t), axis=axes, keepdims=True))
    return t * clip_norm / ops.maximum(length, clip_norm)


def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    """(tensors scaled down to a norm together of at most `clip_norm`, their norm before); None stays None."""
    length = (
        ops.sqrt(add_n([ops.sum(ops.square(t)) for t in t_list if t is not None])) if use_norm is None else use_norm
    )
    factor = clip_norm / ops.maximum(length, clip_norm)
    return [None if t is None else t * factor for t in t_list], length


def cond(pred, true_fn=None, false_fn=None, name=None):
    """`keras.ops.cond`."""
    return ops.cond(pred, true_fn, false_fn)


def while_loop(cond, body, loop_vars, maximum_iterations=None, **unused):
    """`keras.ops.while_loop`."""
    return ops.while_loop(cond, body, loop_vars, maximum_iterations)


def map_fn(fn, elems, **unused):
    """`fn` of every slice, stacked."""
    return ops.stack([as_tensor(fn(x)) for x in as_tensor(elems)])


def _shape(shape):
    return tuple(
        int(n) for n in (shape if isinstance(shape, (list, tuple)) or getattr(shape, "shape", ()) else [shape])
    )
