"""Reading the few kinds of pickles that data sets come in, without running anything that a pickle names.

Lists of words are kept in `.npz` archives as NumPy object arrays, CIFAR-100 as a dict of lists and an array of bytes. A
pickle says which functions to call to build that. Here every name but those of NumPy's arrays is refused, and these are
stood in for by what is below, which keeps what it is given and does nothing: NumPy itself never sees it.
"""

import io
import math
import pickle
import zipfile

import numpy as np


class _Kept:
    """What a pickle builds, as the arguments that it would have been built from."""

    def __init__(self, *arguments):
        self.arguments = arguments
        self.state = None

    def __setstate__(self, state):
        self.state = state


def _latin(text, encoding):
    """Bytes as Python 3 writes them for Python 2."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"it holds text in the encoding {encoding!r}")
    return text.encode("latin1")


_STAND_INS = {
    ("numpy", "ndarray"): _Kept,
    ("numpy", "dtype"): _Kept,
    ("numpy.core.multiarray", "_reconstruct"): _Kept,
    ("numpy._core.multiarray", "_reconstruct"): _Kept,
    ("_codecs", "encode"): _latin,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in _STAND_INS:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is no array")
        return _STAND_INS[module, name]

    def persistent_load(self, pid):
        raise pickle.UnpicklingError("it refers to something outside of the file")


def read(file, path):
    """What a pickle holds: dicts, lists, numbers and text, and arrays of bytes or lists.

    Args:
        file: where to read from.
        path: of the file, for messages.

    Raises:
        ValueError: for anything else, and for damaged files.
    """
    try:
        return _plain(_Reader(file, encoding="latin1").load())
    except Exception as error:  # damaged pickles raise anything
        raise ValueError(f"[datasets] {path} is not what it should be ({error}); remove it and load again") from None


def _plain(value):
    if isinstance(value, _Kept):
        return _array(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _array(kept):
    """The array whose `__setstate__` was given (version, shape, dtype, column by column, list or bytes)."""
    _, shape, dtype, by_columns, content = kept.state
    kind = str(dtype.arguments[0])
    if by_columns or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise pickle.UnpicklingError("it holds an array of another layout")
    if kind == "u1":
        content = content.encode("latin1") if isinstance(content, str) else content
        return np.frombuffer(content, np.uint8).reshape(shape).copy()
    if kind != "O8" and kind != "O":
        raise pickle.UnpicklingError(f"it holds an array of type {kind}")
    rows = list(content)
    if len(shape) != 1 or len(rows) != math.prod(shape) or not all(map(_is_numbers, rows)):
        raise pickle.UnpicklingError("it holds something else than lists of numbers")
    array = np.empty(len(rows), object)
    array[:] = rows
    return array


def _is_numbers(row):
    return type(row) is list and set(map(type, row)) <= {int}


def read_npz(path, *keys):
    """Arrays of an `.npz` archive: of numbers, or of lists of whole numbers.

    Args:
        path: of the archive.
        keys: names of the arrays.

    Raises:
        ValueError: when one is missing or holds anything else, and for damaged files.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [archive.read(f"{key}.npy") for key in keys]
    except (KeyError, zipfile.BadZipFile, OSError, EOFError) as error:
        raise ValueError(f"[datasets] {path} is not what it should be ({error}); remove it and load again") from None
    return [_member(io.BytesIO(member), path) for member in members]


def _member(file, path):
    try:
        version = np.lib.format.read_magic(file)
        readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        _, _, dtype = readers[version](file)
        if not dtype.hasobject:
            file.seek(0)
            return np.lib.format.read_array(file, allow_pickle=False)
    except (KeyError, ValueError) as error:
        raise ValueError(f"[datasets] {path} is not what it should be ({error}); remove it and load again") from None
    return read(file, path)
