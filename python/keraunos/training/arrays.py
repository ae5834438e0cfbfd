"""What users pass as x and y becomes arrays that Programs can bind: NumPy of any dtype, lists, pandas, tensors."""

import numpy as np

from keraunos.graph import dtypes
from keraunos.runtime.device_array import is_foreign
from keraunos.runtime.device_rows import DeviceRows


def to_array(value, name):
    """`value` as a C-contiguous array of a dtype that kernels read; no copy when it is one already, on a GPU, too.

    Raises:
        TypeError: for strings and other objects.
        ValueError: for ragged lists.
    """
    if isinstance(value, DeviceRows):
        return value
    if is_foreign(value):
        return DeviceRows.of(value)
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    try:
        array = value if isinstance(value, np.ndarray) else np.asarray(value)
    except ValueError:
        raise ValueError(f"[fit] {name}: rows have different lengths; pad or cut them to one shape first") from None
    if array.dtype.kind in "OUSV":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            raise TypeError(
                f"[fit] {name}: expected numbers, got dtype {array.dtype} (for example {_example(array)});\n"
                "convert text to numbers first, e.g. pandas.get_dummies(...) or astype('float32')"
            ) from None
    if array.dtype.kind in "cmM":
        raise TypeError(f"[fit] {name}: expected numbers, got dtype {array.dtype}; convert with astype first")
    if isinstance(value, (list, tuple)) and array.dtype == np.float64:
        array = array.astype(np.float32)
    array, dtype = dtypes.supported(array)
    array = dtypes.unpack(array, dtype)
    return np.ascontiguousarray(array) if array.ndim else array.reshape(1)


def _example(array):
    for item in array.reshape(-1)[:1]:
        return repr(item)
    return "nothing"


def gathered_dtype(array, floats="float32", labels=False):
    """The dtype in which batches of `array` enter the graph: floats in the model's, float32 where that is a half, which
    the first layer rounds to; int64 labels as int32."""
    name = array.dtype.name
    if dtypes.is_float(name):
        return "float32" if floats in dtypes.HALVES else floats
    return "int32" if labels and name in ("int64", "uint8") else name


def is_numeric_list(value):
    """Whether a list is one array written out, rather than several arrays."""
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return isinstance(value, (int, float, bool, np.number, np.bool_))


def structure_of_arrays(value, name):
    """x or y as arrays in the structure they came in; a list of numbers is one array."""
    if value is None:
        return None
    if isinstance(value, dict):
        return {k: to_array(v, f"{name}[{k!r}]") for k, v in value.items()}
    if isinstance(value, (list, tuple)) and not is_numeric_list(value) and value and not isinstance(value[0], str):
        if all(np.ndim(v) == 0 for v in value):
            return to_array(value, name)
        return [to_array(v, f"{name}[{i}]") for i, v in enumerate(value)]
    return to_array(value, name)
