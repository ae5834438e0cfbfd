"""Names of dtypes, and the dtype in which operands of several meet by the rules of Keras.

The rules are those of JAX (https://docs.jax.dev/en/latest/type_promotion.html): a lattice in which every dtype points
to the next wider ones; operands meet in the least dtype that all of them lead to.
"""

import functools

from keraunos import config

__all__ = ["is_float_dtype", "is_int_dtype", "result_type", "standardize_dtype"]

# "i" and "f" are Python's int and float, which take the type of what they meet.
_WIDER = {
    "bool": ["i"],
    "i": ["uint8", "int8", "complex64"],
    "uint8": ["int16", "uint16"],
    "uint16": ["int32", "uint32"],
    "uint32": ["int64", "uint64"],
    "int8": ["int16"],
    "int16": ["int32"],
    "int32": ["int64"],
    "int64": ["f"],
    "uint64": ["f"],
    "f": ["bfloat16", "float16"],
    "bfloat16": ["float32"],
    "float16": ["float32"],
    "float32": ["float64", "complex64"],
    "float64": ["complex128"],
    "complex64": ["complex128"],
    "complex128": [],
}
_FLOAT8 = ("float8_e4m3fn", "float8_e5m2")
_KNOWN = {*_WIDER, *_FLOAT8, "string"} - {"i", "f"}
_PYTHON = {bool: "bool", int: "int32", float: "float32", str: "string", complex: "complex64", "int": "int32"}
_NARROWED = {"uint64": "uint32", "complex128": "complex64"}


def standardize_dtype(dtype):
    """The name of a dtype.

    Args:
        dtype: name, NumPy dtype or type, dtype of another framework, Python type (int is `"int32"`), or None for
            `config.floatx()`.

    Raises:
        ValueError: for anything else.

    >>> import keraunos as keras, numpy as np
    >>> keras.utils.standardize_dtype(np.float16), keras.utils.standardize_dtype(int)
    ('float16', 'int32')
    """
    if dtype is None:
        return config.floatx()
    try:
        name = _PYTHON.get(dtype, dtype)
    except TypeError:  # not hashable
        name = dtype
    name = getattr(name, "name", None) or getattr(name, "__name__", None) or str(name).split(".")[-1]
    if name not in _KNOWN:
        raise ValueError(f"[dtype] expected the name of a dtype, got {dtype!r}")
    return name


def is_float_dtype(dtype):
    """Whether a dtype is one of floating-point numbers.

    Args:
        dtype: see `standardize_dtype`.

    >>> import keraunos as keras
    >>> keras.backend.is_float_dtype("bfloat16"), keras.backend.is_float_dtype("int32")
    (True, False)
    """
    return standardize_dtype(dtype).startswith(("float", "bfloat"))


def is_int_dtype(dtype):
    """Whether a dtype is one of integers.

    Args:
        dtype: see `standardize_dtype`.

    >>> import keraunos as keras
    >>> keras.backend.is_int_dtype("uint8"), keras.backend.is_int_dtype("bool")
    (True, False)
    """
    return standardize_dtype(dtype).startswith(("int", "uint"))


@functools.cache
def _upper_bounds(name):
    return {name}.union(*(_upper_bounds(wider) for wider in _WIDER[name]))


def result_type(*dtypes):
    """The dtype in which operands meet.

    Args:
        *dtypes: dtypes, `int` and `float` for Python numbers; None is `config.floatx()`.

    Raises:
        ValueError: where nothing converts one into the other, such as strings and numbers.

    >>> import keraunos as keras
    >>> keras.backend.result_type("int32", "float16"), keras.backend.result_type("bfloat16", float)
    ('float16', 'bfloat16')
    """
    names = {standardize_dtype(dtype) for dtype in dtypes} or {config.floatx()}
    weak = {{int: "i", float: "f"}.get(dtype) for dtype in dtypes if isinstance(dtype, type)} - {None}
    strong = {standardize_dtype(dtype) for dtype in dtypes if dtype is not int and dtype is not float}
    if any(name in _FLOAT8 for name in names):
        raise ValueError(f"[dtype] float8 is never converted on its own; cast it first, got {dtypes}")
    if len(names) == 1 and (strong or not weak):
        found = names.pop()
    else:
        unknown = [name for name in strong if name not in _WIDER]
        if unknown:
            raise ValueError(f"[dtype] {unknown[0]!r} has no common dtype with others, got {dtypes}")
        common = set.intersection(*(_upper_bounds(name) for name in strong | weak))
        found = next(name for name in common if common <= _upper_bounds(name))
    if found in ("i", "f"):
        return {"i": "int", "f": "float"}[found] + config.floatx()[-2:]
    return _NARROWED.get(found, found)
