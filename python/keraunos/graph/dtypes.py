"""Data types: names, native ids, and the promotion rule of mixed operands.

The ids are those of `DType` in `cpp/kernels/params.h`. Promotion follows Keras: Python scalars are weak (they take the
type of the tensor beside them), a float wins over an integer of any width, the wider of two equals wins.
"""

import numpy as np

IDS = {"bool": 0, "uint8": 1, "int32": 2, "int64": 3, "float32": 4, "float64": 5}
FLOATS = ("float32", "float64")
INTEGERS = ("uint8", "int32", "int64")

_NEAREST = {
    "int8": "int32",
    "int16": "int32",
    "uint16": "int32",
    "uint32": "int64",
    "uint64": "int64",
    "float16": "float32",
}
_RANK = {"bool": 0, "uint8": 1, "int32": 2, "int64": 3, "float32": 4, "float64": 5}


def standardize(dtype):
    """The canonical name of `dtype`: a string, a NumPy type, or a Python type (`float` is float32, `int` is int32)."""
    if isinstance(dtype, str) and dtype in IDS:
        return dtype
    if dtype is float:
        return "float32"
    if dtype is int:
        return "int32"
    name = np.dtype(getattr(dtype, "name", dtype)).name
    if name not in IDS:
        raise ValueError(f"[dtype] expected one of {', '.join(IDS)}, got {dtype!r}; convert with astype first")
    return name


def supported(array):
    """`array` as it is, or converted to the nearest dtype that kernels exist for (int16 becomes int32, ...)."""
    name = array.dtype.name
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if name in IDS:
        return array
    if name in _NEAREST:
        return array.astype(_NEAREST[name])
    if array.dtype == np.longdouble:
        return array.astype("float64")
    raise TypeError(f"[dtype] expected a numeric or bool array, got dtype {array.dtype}; convert with astype first")


def promote(dtypes):
    """The dtype in which operands of these dtypes meet."""
    return max(dtypes, key=_RANK.__getitem__)


def of_scalar(value):
    """The dtype that a Python scalar has on its own."""
    if isinstance(value, (bool, np.bool_)):
        return "bool"
    return "int32" if isinstance(value, (int, np.integer)) else "float32"


def is_float(dtype):
    return dtype in FLOATS


def itemsize(dtype):
    return np.dtype(dtype).itemsize
