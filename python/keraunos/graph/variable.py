"""Variable: mutable state with an address that Programs can bind."""

import contextlib
import math
import sys
import threading

import numpy as np

from keraunos import _naming
from keraunos.graph import dtypes, trace
from keraunos.graph.tensor import SharedTensor, Tensor
from keraunos.runtime.target import aligned_empty

_limit = threading.local()


@contextlib.contextmanager
def allocation_limit(nbytes, source):
    """No more than `nbytes` are allocated for Variables inside, because `source`, a file, cannot hold values for more.

    A config that asks for a layer of a trillion units then is an error, before memory runs out.
    """
    _limit.left, _limit.source = nbytes, source
    try:
        yield
    finally:
        _limit.left = None


def _check_limit(shape, dtype):
    left = getattr(_limit, "left", None)
    if left is None:
        return
    nbytes = math.prod(shape) * np.dtype(dtypes.storage(dtype)).itemsize
    if nbytes > left:
        raise ValueError(
            f"[load_model] {_limit.source}: the config asks for a weight of shape {tuple(shape)}, more than the file "
            "can hold"
        )
    _limit.left = left - nbytes


class Variable:
    """A tensor that can be assigned: weights, optimizer slots, metric totals, counters.

    Args:
        initializer: an array or number, or a callable `(shape, dtype) -> array`.
        shape: tuple of ints, needed when `initializer` is a callable.
        dtype: name of the dtype; default: that of the value, float32 for a callable or Python floats.
        trainable: whether optimizers update it.
        autocast: whether a layer that computes in another float dtype reads it cast to that.
        aggregation, synchronization, layout: accepted for compatibility; there is one replica on one device.
        name: name in summaries and files; `path` adds the layer's name in front of it.

    Reading it inside a trace gives its symbolic value there; assigning it inside a trace takes effect for later
    reads of the trace and is written back when the Program runs.

    Example:

    >>> import keraunos
    >>> v = keraunos.Variable([1.0, 2.0])
    >>> v.assign_add([1.0, 1.0]).numpy()
    array([2., 3.], dtype=float32)
    """

    __slots__ = ("_host", "_mirror", "_dtype", "autocast", "trainable", "name", "path", "regularizer", "constraint",
                 "overwrite_with_gradient", "generation", "_reader", "__weakref__")  # fmt: skip
    __array_priority__ = 100

    def __init__(
        self,
        initializer,
        shape=None,
        dtype=None,
        trainable=True,
        autocast=True,
        aggregation="none",
        synchronization="auto",
        name=None,
        layout=None,
    ):
        if callable(initializer):
            if shape is None:
                raise ValueError("[variable] shape is needed when the initializer is a callable")
            dtype = dtypes.standardize(dtype or "float32")
            _check_limit(shape, dtype)
            with trace.suspended():
                value = trace.as_tensor(initializer(tuple(shape), dtype=dtype))
        else:
            value = initializer
        tensor = trace.as_tensor(value, dtype)
        value = tensor._concrete("the initial value of a Variable")
        if shape is not None and tuple(shape) != value.shape:
            value = np.broadcast_to(value, shape)
        self._host = aligned_empty(value.shape, value.dtype)
        self._host[...] = value
        self._mirror = None
        self._dtype = tensor.dtype
        self.autocast = autocast
        self.trainable = trainable
        self.name = name or "variable"
        self.path = _naming.scoped(self.name)
        self.regularizer = self.constraint = None
        self.overwrite_with_gradient = False
        self.generation = 0
        self._reader = None

    @property
    def storage(self):
        """The NumPy array with the elements, on the host; to be read or, after `before_change`, written."""
        self.fetch(True)
        return self._host

    def fetch(self, written=False):
        """Makes the host's array current; `written`: it will be newer than a GPU's copy."""
        if self._mirror is not None:
            self._mirror.to_host()
            if written:
                self._mirror.host_changed()

    def current(self):
        """The NumPy array with the elements, to be read only."""
        self.fetch()
        return self._host

    def mirror(self, device):
        """The copy on GPU number `device`, made when there is none; for Programs there."""
        if self._mirror is None or self._mirror.array.device != device:
            from keraunos.runtime.mirror import Mirror

            self.fetch()
            self._mirror = Mirror(self._host, self._dtype, device)
        return self._mirror

    @property
    def shape(self):
        """Tuple of ints."""
        return self._host.shape

    @property
    def dtype(self):
        """Name of the dtype; inside a layer that computes in another float dtype, the one it is read in."""
        return self._read_dtype() or self._dtype

    @property
    def ndim(self):
        """Number of axes."""
        return self._host.ndim

    @property
    def size(self):
        """Number of elements."""
        return self._host.size

    @property
    def nbytes(self):
        """Bytes of the value."""
        return self._host.nbytes

    @property
    def value(self):
        """The current value as a Tensor; later assignments do not change it."""
        return self.__keraunos_tensor__()

    def __keraunos_tensor__(self):
        active = trace.current()
        if active is not None:
            tensor = active.read(self)
        else:
            from keraunos.graph import tape

            tensor = tape.read(self)
        dtype = self._read_dtype()
        if dtype is None:
            return tensor
        from keraunos.graph import primitives

        return primitives.cast(tensor, dtype)

    def _read_dtype(self):
        """The dtype of the layer that is reading, if that is another one; see `trace.autocast`."""
        dtype = trace.autocast_dtype()
        return dtype if dtype is not None and self.autocast and dtypes.is_float(self._dtype) else None

    def shared(self):
        """A concrete tensor on the variable's own memory, kept for the next reader.

        Reading is frequent and most readers are gone before the next update, so nothing is copied here: whoever changes
        the variable calls `before_change`, which gives a tensor that is still in use memory of its own.
        """
        self.fetch()
        if self._reader is None:
            self._reader = SharedTensor(self.shape, self._dtype, self._host)
        return self._reader

    def before_change(self):
        """To be called before `storage` is written, so that values that were read stay what they were."""
        self.generation += 1
        # Two references are the slot's and the argument's: nobody else has the tensor.
        if self._reader is not None and sys.getrefcount(self._reader) > 2:
            self._reader.value = self._reader.value.copy()
            self._reader = None

    def numpy(self):
        """A copy of the value as a NumPy array."""
        return dtypes.public(self.current().copy(), self._dtype)

    def __array__(self, dtype=None, copy=None):
        value = self.numpy()
        return value if dtype is None else value.astype(dtype, copy=False)

    def assign(self, value):
        """Replaces the value; shape `self.shape`, cast to `self.dtype`. Returns the variable."""
        tensor = trace.as_tensor(value)
        if tensor.shape != self.shape:
            raise ValueError(f"[variable] {self.path}: expected a value of shape {self.shape}, got {tensor.shape}")
        active = trace.current()
        if active is not None:
            from keraunos.graph import primitives

            active.assign(self, trace_cast(primitives, tensor, self._dtype))
            return self
        value = tensor._concrete("assign outside its trace")
        self.before_change()
        if tensor.dtype != self._dtype:
            value = dtypes.pack(dtypes.unpack(value, tensor.dtype), self._dtype)
        np.copyto(self._host, value)
        if self._mirror is not None:
            self._mirror.host_changed()
        return self

    def assign_add(self, value):
        """Adds `value`, which may broadcast. Returns the variable."""
        return self.assign(self + value)

    def assign_sub(self, value):
        """Subtracts `value`, which may broadcast. Returns the variable."""
        return self.assign(self - value)

    def __getstate__(self):
        """What pickle and copy take: the value on the host, no copy of it on a GPU."""
        self.fetch()
        slots = {name: getattr(self, name) for name in Variable.__slots__ if name != "__weakref__"}
        return getattr(self, "__dict__", None), {**slots, "_mirror": None, "_reader": None}

    def __bool__(self):
        return bool(self.value)

    def __float__(self):
        return float(self.value)

    def __int__(self):
        return int(self.value)

    def __len__(self):
        return len(self._host)

    def __hash__(self):
        return id(self)

    def __repr__(self):
        return f"<Variable path={self.path} shape={self.shape} dtype={self._dtype} value={self.numpy()}>"


def trace_cast(primitives, tensor, dtype):
    """`tensor` as a symbolic tensor of `dtype`, so that an assigned constant belongs to the trace too."""
    tensor = primitives.cast(tensor, dtype)
    return trace.current().constant(tensor) if isinstance(tensor, Tensor) and tensor.value is not None else tensor
