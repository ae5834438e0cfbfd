"""Data types: numbers, fixed strings, opaque bytes, and strings of any length, which are kept in global heaps."""

import numpy as np

from keraunos.saving.hdf5.content import UNDEFINED, Content, DamagedFile, text

FIXED, FLOAT, STRING, OPAQUE, ENUM, VARIABLE = 0, 1, 3, 5, 8, 9
_FLOATS = {2: (10, 5), 4: (23, 8), 8: (52, 11)}


class Type:
    """How an element is kept.

    Attributes:
        dtype: NumPy's name of it; for strings of any length that of their references, 16 bytes.
        variable: whether elements are references to strings in a global heap.
    """

    def __init__(self, dtype, variable=False):
        self.dtype, self.variable = np.dtype(dtype), variable


def read_type(cursor):
    """The type that a datatype message describes."""
    kind_and_version, bits, size = cursor.number("B"), cursor.sized(3), cursor.number("I")
    kind, version = kind_and_version & 15, kind_and_version >> 4
    if version not in (1, 2, 3) or size == 0:
        raise DamagedFile(f"unknown version {version} of a data type of {size} bytes")
    order = ">" if bits & 1 else "<"
    if kind == FIXED:
        offset, precision = cursor.numbers("HH")
        if size in (1, 2, 4, 8) and (offset, precision) == (0, 8 * size):
            return Type(f"{order}{'i' if bits & 8 else 'u'}{size}")
    elif kind == FLOAT:
        offset, precision, _, exponent, _, mantissa, _ = cursor.numbers("HHBBBBI")
        if (offset, precision) == (0, 8 * size) and _FLOATS.get(size) == (mantissa, exponent) and not bits & 64:
            return Type(f"{order}f{size}")
    elif kind == STRING:
        return Type(f"S{size}")
    elif kind == OPAQUE:
        return Type(f"V{size}")
    elif kind == ENUM and size == 1:
        # What h5py makes of booleans.
        read_type(cursor)
        return Type("u1")
    elif kind == VARIABLE and bits & 15 == 1 and size == 16:
        return Type("V16", variable=True)
    raise DamagedFile(f"data type {kind} of {size} bytes is none that models are saved in")


def strings(content, references):
    """The strings that references of 16 bytes (length, address of a heap, number in it) name."""
    heaps, found = {}, []
    for reference in references:
        length, address, number = Content(reference).numbers("IQI", 0)
        if address in (0, UNDEFINED):
            found.append("")
            continue
        if address not in heaps:
            heaps[address] = _heap(content, address)
        if number not in heaps[address]:
            raise DamagedFile(f"the heap at {address} has no object {number}")
        found.append(text(heaps[address][number][:length]))
    return found


def _heap(content, address):
    """{number: bytes} of a global heap."""
    content.signed_by(b"GCOL", address)
    size = content.numbers("Q", address + 8)[0]
    heap = Content(content.block(address, size))
    found, position = {}, 16
    while position + 16 <= size:
        number, length = heap.numbers("HxxxxxxQ", position)
        if number == 0:
            break
        found[number] = heap.block(position + 16, length)
        position += 16 + length + -length % 8
    return found
