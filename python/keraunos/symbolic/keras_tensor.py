"""KerasTensor: what flows between layers while a model is put together."""

from typing import NamedTuple

from keraunos import _naming, config
from keraunos._structure import flatten, map_leaves


class History(NamedTuple):
    """Where a KerasTensor comes from: output `tensor_index` of call number `node_index` of `operation`."""

    operation: object
    node_index: int
    tensor_index: int


class KerasTensor:
    """A shape and a dtype in the place of a tensor that does not exist yet.

    `keras.Input` makes the first ones; layers, operators (`x + 1`, `x[:, 0]`) and functions of `keras.ops` make others
    of them.

    Args:
        shape: tuple with None for extents that are not known.
        dtype: name of the dtype, or `"string"`.
        sparse, ragged: accepted for compatibility; only False.
        record_history: accepted for compatibility.
        name: default: `"keras_tensor"`, numbered.

    Raises:
        ValueError: for sparse or ragged tensors.

    Example:

    >>> import keraunos as keras
    >>> x = keras.KerasTensor((None, 3))
    >>> (x + 1).shape
    (None, 3)
    """

    __array_priority__ = 1000
    _keras_symbolic = True
    __array_ufunc__ = None  # NumPy leaves `array + keras_tensor` to `__radd__`

    def __init__(self, shape, dtype="float32", sparse=False, ragged=False, record_history=True, name=None):
        if sparse or ragged:
            raise ValueError("[keras_tensor] sparse and ragged tensors are not supported; use dense ones")
        self.shape = tuple(None if n is None else int(n) for n in shape)
        self.dtype = standardize(dtype)
        self.sparse = self.ragged = False
        self.name = name or _naming.unique_name("keras_tensor")

    @property
    def ndim(self):
        """Number of axes."""
        return len(self.shape)

    # name -> function of `keras.ops`, which puts it here; the operators, too (`function_call.install_operators`).
    _operations = None

    def reshape(self, newshape):
        """The tensor in another shape, see `keras.ops.reshape`.

        Args:
            newshape: tuple of ints, at most one of them -1.
        """
        return self._operations("reshape")(self, newshape)

    def squeeze(self, axis=None):
        """The tensor without axes of extent 1, see `keras.ops.squeeze`.

        Args:
            axis: int or tuple of ints; default: all of extent 1.
        """
        return self._operations("squeeze")(self, axis)

    @property
    def T(self):
        """The tensor with its axes in reverse, see `keras.ops.transpose`."""
        return self._operations("transpose")(self)

    def __getitem__(self, key):
        return self._operations("get_item")(self, key)

    def _no_value(self, use):
        raise ValueError(
            f"[keras_tensor] {self.name} of shape {self.shape} has no value: it stands for data that a model will be "
            f"given, so {use} "
            "cannot be used on it; express it with layers or keras.ops"
        )

    def numpy(self):
        """Raises ValueError: there is no value."""
        self._no_value("numpy()")

    def __array__(self, dtype=None, copy=None):
        self._no_value("a NumPy function")

    def __bool__(self):
        self._no_value("a condition (if, while, and, or)")

    def __float__(self):
        self._no_value("float()")

    def __int__(self):
        self._no_value("int()")

    def __iter__(self):
        if not self.shape or self.shape[0] is None:
            self._no_value("a loop")
        return (self[i] for i in range(self.shape[0]))

    def __repr__(self):
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, sparse=False, ragged=False, name={self.name}>"


def standardize(dtype):
    """A dtype's name; `"string"` is one here, because layers that look words up have such inputs."""
    from keraunos.graph import dtypes

    if dtype in ("string", str, bytes):
        return "string"
    return dtypes.standardize(dtype or config.floatx())


def is_keras_tensor(x):
    """Whether `x` is a KerasTensor."""
    return isinstance(x, KerasTensor)


def keras_tensors(structure):
    """The KerasTensors in nested lists, tuples and dicts."""
    return [leaf for leaf in flatten(structure) if isinstance(leaf, KerasTensor)]


def contains(values):
    """Whether there is a KerasTensor among `values` or in lists, tuples and dicts in them. Called for every operation,
    so it looks at types before it looks inside."""
    for value in values:
        kind = type(value)
        if kind is KerasTensor:
            return True
        if kind is list or kind is tuple or isinstance(value, (list, tuple)):
            if contains(value):
                return True
        elif kind is dict and contains(value.values()):
            return True
    return False


def replace(structure, mapping):
    """`structure` with `mapping[id(t)]` for every KerasTensor t in it."""
    return map_leaves(structure, lambda leaf: mapping[id(leaf)] if isinstance(leaf, KerasTensor) else leaf)
