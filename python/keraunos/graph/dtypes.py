"""Data types: names, native ids, how NumPy stores them, and the promotion rule of mixed operands.

The ids are those of `DType` in `cpp/kernels/params.h`. Promotion follows Keras: Python scalars are weak (they take the
type of the tensor beside them), a float wins over an integer of any width, the wider of two equals wins, and the two
halves meet in float32.

NumPy knows float16 but not bfloat16, which is therefore kept as its bits in uint16: `storage` says so, `pack` and
`unpack` convert. What users are handed (`public`) is an array of `ml_dtypes.bfloat16` where that package is installed,
else float32, which holds every bfloat16 exactly.
"""

import functools

import numpy as np

IDS = {
    "bool": 0,
    "uint8": 1,
    "int32": 2,
    "int64": 3,
    "float32": 4,
    "float64": 5,
    "bfloat16": 6,
    "float16": 7,
}
HALVES = ("bfloat16", "float16")
FLOATS = ("bfloat16", "float16", "float32", "float64")
INTEGERS = ("uint8", "int32", "int64")

_NEAREST = {"int8": "int32", "int16": "int32", "uint16": "int32", "uint32": "int64", "uint64": "int64"}
_RANK = {
    "bool": 0,
    "uint8": 1,
    "int32": 2,
    "int64": 3,
    "bfloat16": 4,
    "float16": 4,
    "float32": 5,
    "float64": 6,
}


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
    """(`array` in the storage type of a dtype that kernels exist for, that dtype): int16 becomes int32, ..."""
    name = array.dtype.name
    if name == "bfloat16":
        return array.view(np.uint16), name
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if name in IDS:
        return array, name
    if name in _NEAREST:
        return array.astype(_NEAREST[name]), _NEAREST[name]
    if array.dtype == np.longdouble:
        return array.astype("float64"), "float64"
    raise TypeError(f"[dtype] expected a numeric or bool array, got dtype {array.dtype}; convert with astype first")


def promote(dtypes):
    """The dtype in which operands of these dtypes meet."""
    dtypes = set(dtypes)
    highest = max(dtypes, key=_RANK.__getitem__)
    return "float32" if highest in HALVES and dtypes.issuperset(HALVES) else highest


def of_scalar(value):
    """The dtype that a Python scalar has on its own."""
    if isinstance(value, (bool, np.bool_)):
        return "bool"
    return "int32" if isinstance(value, (int, np.integer)) else "float32"


def is_float(dtype):
    return dtype in FLOATS


def compute(dtype):
    """The dtype that halves are computed in where nothing computes in them, float32; any other dtype itself."""
    return "float32" if dtype in HALVES else dtype


def compute_attrs(attrs):
    """An op's attributes with `compute(dtype)` in place of a dtype among them."""
    return {**attrs, "dtype": compute(attrs["dtype"])} if attrs.get("dtype") in HALVES else attrs


def itemsize(dtype):
    return storage(dtype).itemsize


def limits(dtype):
    """(least, largest) finite value of a float dtype."""
    if dtype == "bfloat16":
        return -_LARGEST_BFLOAT16, _LARGEST_BFLOAT16
    info = np.finfo(dtype)
    return float(info.min), float(info.max)


_LARGEST_BFLOAT16 = (2 - 2**-7) * 2.0**127
_STORAGE = {name: np.dtype("uint16" if name == "bfloat16" else name) for name in IDS}


def storage(dtype):
    """The NumPy dtype of the arrays that hold values of `dtype`."""
    return _STORAGE[dtype]


def pack(values, dtype):
    """Numbers as an array of `dtype` in its storage type; rounded to nearest even for bfloat16."""
    if dtype != "bfloat16":
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(values).astype(dtype, copy=False)
    return _rounded(np.asarray(values, np.float32))


def unpack(array, dtype):
    """An array in the storage type of `dtype` as numbers that NumPy computes with: float32 for bfloat16."""
    return (array.astype(np.uint32) << 16).view(np.float32) if dtype == "bfloat16" else array


def public(array, dtype):
    """An array in the storage type of `dtype` as users see it."""
    if dtype != "bfloat16":
        return array
    known = _ml_dtypes()
    return unpack(array, dtype) if known is None else array.view(known.bfloat16)


def _rounded(values):
    bits = values.view(np.uint32)
    near = (bits + (0x7FFF + (bits >> 16 & 1)).astype(np.uint32)) >> 16
    return np.where(np.isnan(values), bits >> 16 & 0x8000 | 0x7FC0, near).astype(np.uint16)


@functools.cache
def _ml_dtypes():
    try:
        import ml_dtypes
    except ImportError:
        return None
    return ml_dtypes
