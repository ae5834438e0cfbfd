"""`tf.dtypes`, and dtypes as constants: `tf.float32`."""

import numpy as np


class DType(str):
    """The name of a dtype, which has the attributes of TensorFlow's dtypes."""

    __slots__ = ()

    @property
    def name(self):
        """The name as a string."""
        return str(self)

    @property
    def as_numpy_dtype(self):
        """NumPy's type."""
        return np.dtype("O" if self == "string" else str(self)).type

    @property
    def is_floating(self):
        """Whether it is a float."""
        return "float" in self

    @property
    def is_integer(self):
        """Whether it is an integer."""
        return "int" in self

    @property
    def max(self):
        """The largest number."""
        return np.finfo(str(self)).max if self.is_floating else np.iinfo(str(self)).max

    @property
    def min(self):
        """The smallest number."""
        return np.finfo(str(self)).min if self.is_floating else np.iinfo(str(self)).min

    def __repr__(self):
        return f"tf.{self}"


_NAMES = (
    "bfloat16", "bool", "float16", "float32", "float64", "int16", "int32", "int64", "int8", "string", "uint16",
    "uint32", "uint64", "uint8",
)  # fmt: skip
DTYPES = {name: DType(name) for name in _NAMES} | {"double": DType("float64"), "half": DType("float16")}


def as_dtype(type_value):
    """The dtype of a name or NumPy type."""
    name = type_value if isinstance(type_value, str) else np.dtype(type_value).name
    return DTYPES[str(name)]


def cast(x, dtype, name=None):
    """`x` converted to `dtype`."""
    from keraunos import ops

    return ops.cast(x, dtype)


def __getattr__(name):
    if name in DTYPES:
        return DTYPES[name]
    raise AttributeError(f"[compat] tf.dtypes.{name} is not covered by keraunos")
