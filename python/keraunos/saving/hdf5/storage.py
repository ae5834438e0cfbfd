"""Where the elements of a data set are: in one piece, in the header, or in chunks that filters have packed."""

import math
import zlib

import numpy as np

from keraunos.saving.hdf5.content import UNDEFINED, DamagedFile

COMPACT, CONTIGUOUS, CHUNKED = 0, 1, 2
DEFLATE, SHUFFLE, CHECKSUM = 1, 2, 3
_DEEPEST = 32


def read_filters(cursor):
    """[(number of a filter, its first value)] of a pipeline, in the order in which they were applied."""
    version, count = cursor.numbers("BB")
    if version not in (1, 2):
        raise DamagedFile(f"unknown version {version} of filters")
    if version == 1:
        cursor.take(6)
    found = []
    for _ in range(count):
        number = cursor.number("H")
        name_length = cursor.number("H") if version == 1 or number >= 256 else 0
        _, values = cursor.numbers("HH")
        cursor.take(name_length)
        first = [cursor.number("I") for _ in range(values)]
        if version == 1 and values % 2:
            cursor.take(4)
        if number not in (DEFLATE, SHUFFLE, CHECKSUM):
            raise DamagedFile(f"the data is packed by filter {number}, which is not known")
        found.append((number, first[0] if first else 0))
    return found


def read_layout(cursor):
    """(kind, what it needs) of a layout message."""
    version = cursor.number("B")
    if version not in (3, 4):
        raise DamagedFile(f"unknown version {version} of a layout")
    kind = cursor.number("B")
    if kind == COMPACT:
        return kind, cursor.take(cursor.number("H"))
    if kind == CONTIGUOUS:
        return kind, cursor.numbers("QQ")
    if kind == CHUNKED and version == 3:
        rank = cursor.number("B")
        address = cursor.number("Q")
        return kind, (address, cursor.numbers(f"{rank}I"))
    raise DamagedFile("the data is kept outside of the file or in a newer layout, which is not read")


def read_elements(content, shape, dtype, layout, filters):
    """The elements as an array; not copied when they lie in one piece."""
    kind, where = layout
    count = math.prod(shape)
    size = count * dtype.itemsize
    if filters and kind != CHUNKED:
        raise DamagedFile("only chunks can be packed by filters")
    if kind == COMPACT:
        if len(where) < size:
            raise DamagedFile("the header holds less data than the shape says")
        return np.frombuffer(where, dtype, count).reshape(shape)
    if kind == CONTIGUOUS:
        address, length = where
        if address == UNDEFINED or count == 0:
            # Nothing was written yet: the fill value, which h5py leaves at zero.
            return np.zeros(shape, dtype)
        if length < size:
            raise DamagedFile("there is less data than the shape says")
        return np.frombuffer(content.block(address, size), dtype).reshape(shape)
    return _chunked(content, shape, dtype, where, filters)


def _chunked(content, shape, dtype, where, filters):
    address, extents = where
    chunk = extents[:-1]
    if len(chunk) != len(shape) or not chunk or 0 in chunk or extents[-1] != dtype.itemsize:
        raise DamagedFile("chunks do not have the shape of the data")
    # A chunk may reach over the edge, but is not larger than all that lies in the file could unpack to.
    size = math.prod(chunk) * dtype.itemsize
    if size > 1100 * len(content):
        raise DamagedFile("chunks are larger than the file can hold")
    result = np.zeros(shape, dtype)
    if address == UNDEFINED:
        return result
    for offsets, mask, place, length in _chunks(content, address, len(shape), set(), 0):
        raw = _unpacked(bytes(content.block(place, length)), mask, filters, size, dtype.itemsize)
        part = np.frombuffer(raw, dtype).reshape(chunk)
        inside = [slice(o, min(o + c, n)) for o, c, n in zip(offsets, chunk, shape, strict=True)]
        if any(s.start >= n for s, n in zip(inside, shape, strict=True)):
            raise DamagedFile("a chunk lies outside of the data")
        result[tuple(inside)] = part[tuple(slice(0, s.stop - s.start) for s in inside)]
    return result


def _chunks(content, address, rank, seen, depth):
    """(offsets, filters that were left out, address, bytes) of every chunk below a node of the index."""
    if address in seen or depth > _DEEPEST:
        raise DamagedFile("the index of chunks runs in a circle")
    seen.add(address)
    content.signed_by(b"TREE", address)
    kind, level, entries = content.numbers("BBH", address + 4)
    if kind != 1:
        raise DamagedFile("expected an index of chunks")
    key = 8 + 8 * (rank + 1)
    for entry in range(entries):
        start = address + 24 + entry * (key + 8)
        length, mask, *offsets, _ = content.numbers(f"II{rank + 1}Q", start)
        child = content.numbers("Q", start + key)[0]
        if level == 0:
            yield offsets, mask, child, length
        else:
            yield from _chunks(content, child, rank, seen, depth + 1)


def _unpacked(raw, mask, filters, size, itemsize):
    for place, (number, first) in reversed(list(enumerate(filters))):
        if mask >> place & 1:
            continue
        if number == CHECKSUM:
            raw = raw[:-4]
        elif number == SHUFFLE:
            width = first or itemsize
            whole = len(raw) // width * width
            raw = np.frombuffer(raw[:whole], "u1").reshape(width, -1).T.tobytes() + raw[whole:]
        else:
            unpacker = zlib.decompressobj()
            try:
                raw = unpacker.decompress(raw, size + 4)
            except zlib.error as error:
                raise DamagedFile(f"a chunk cannot be unpacked ({error})") from None
    if len(raw) != size:
        raise DamagedFile("a chunk has another size than its shape says")
    return raw
