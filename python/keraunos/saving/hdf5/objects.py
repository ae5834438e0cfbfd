"""Groups and data sets: object headers and the messages in them, and the links of groups."""

import numpy as np

from keraunos.saving.hdf5 import storage, types
from keraunos.saving.hdf5.content import UNDEFINED, Content, Cursor, DamagedFile, text

SIGNATURE = b"\x89HDF\r\n\x1a\n"
DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL, LAYOUT, FILTERS, ATTRIBUTE, CONTINUATION, SYMBOLS = (
    1,
    2,
    3,
    6,
    7,
    8,
    11,
    12,
    16,
    17,
)
_MOST_MESSAGES = 100_000
_DEEPEST = 32


def open_file(path_or_bytes):
    """The root group of a file.

    Args:
        path_or_bytes: path, or the bytes of a file. All of it is read: a memory map of a file that somebody cuts off
            meanwhile would end the process.

    Raises:
        DamagedFile: for bytes that are no HDF5 file.
    """
    if not isinstance(path_or_bytes, (bytes, bytearray)):
        with open(path_or_bytes, "rb") as file:
            path_or_bytes = file.read()
    return _root(Content(path_or_bytes))


def _root(content):
    if bytes(content.block(0, min(8, len(content)))) != SIGNATURE:
        raise DamagedFile("the file does not begin as an HDF5 file does")
    version = content.numbers("B", 8)[0]
    if version in (0, 1):
        if content.numbers("BB", 13) != (8, 8):
            raise DamagedFile("addresses are not 8 bytes long")
        start = 24 if version == 0 else 28
        base, _, end, _, _, header = content.numbers("6Q", start)
    elif version in (2, 3):
        if content.numbers("BB", 9) != (8, 8):
            raise DamagedFile("addresses are not 8 bytes long")
        base, _, end, header = content.numbers("4Q", 12)
    else:
        raise DamagedFile(f"unknown version {version} of an HDF5 file")
    if base or end > len(content):
        raise DamagedFile(f"the file has {len(content)} bytes, its header says {end}")
    return _object(content, header, "", frozenset())


class _Object:
    """A group or data set.

    Attributes:
        name: path from the root.
    """

    def __init__(self, content, messages, name):
        self._content, self._messages, self.name = content, messages, name or "/"

    def attribute(self, name):
        """The value of an attribute: a string, a list of strings, or an array; None where there is none."""
        for raw in self._messages.get(ATTRIBUTE, ()):
            found, value = _attribute(self._content, raw)
            if found == name:
                return value()
        return None


class Dataset(_Object):
    """An array in a file.

    Attributes:
        shape: tuple of ints.
        dtype: NumPy's dtype; strings of any length are no arrays of numbers and have a dtype of kind "V".
    """

    def __init__(self, content, messages, name):
        super().__init__(content, messages, name)
        self.shape = _shape(Cursor(_only(messages, DATASPACE, name)))
        self._type = types.read_type(Cursor(_only(messages, DATATYPE, name)))
        self.dtype = self._type.dtype

    def read(self):
        """The elements."""
        if EXTERNAL in self._messages:
            raise DamagedFile(f"{self.name} is kept outside of the file; it is not read")
        filters = storage.read_filters(Cursor(self._messages[FILTERS][0])) if FILTERS in self._messages else []
        layout = storage.read_layout(Cursor(_only(self._messages, LAYOUT, self.name)))
        return storage.read_elements(self._content, self.shape, self.dtype, layout, filters)


class Group(_Object):
    """Named groups and data sets."""

    def __init__(self, content, messages, name, above):
        super().__init__(content, messages, name)
        self._above = above
        self._links = dict(_links(content, messages))

    def __contains__(self, name):
        return name in self._links

    def __len__(self):
        return len(self._links)

    def keys(self):
        """Names, sorted as they are in the file."""
        return list(self._links)

    def get(self, name):
        """The group or data set of a name, None where there is none.

        Raises:
            DamagedFile: for links to other places or files, which are not followed.
        """
        if name not in self._links:
            return None
        address = self._links[name]
        path = f"{self.name.rstrip('/')}/{name}"
        if address is None:
            raise DamagedFile(f"{path} is a link to another place; only files without links are read")
        return _object(self._content, address, path, self._above)


def _object(content, address, name, above):
    if address in above or len(above) > _DEEPEST:
        raise DamagedFile(f"{name} lies inside of itself")
    messages = {}
    for kind, flags, raw in _read_messages(content, address):
        if flags & 2 and kind in (DATASPACE, DATATYPE, LAYOUT, FILTERS):
            raise DamagedFile(f"{name} shares its description with another object, which is not read")
        messages.setdefault(kind, []).append(raw)
    if DATATYPE in messages and DATASPACE in messages:
        return Dataset(content, messages, name)
    return Group(content, messages, name, above | {address})


def _read_messages(content, address):
    """(kind, flags, bytes) of the messages of an object header, in all of its blocks."""
    newer = bytes(content.block(address, 4)) == b"OHDR"
    if newer:
        version, flags = content.numbers("BB", address + 4)
        cursor = Cursor(content.block(address, len(content) - address))
        cursor.take(6 + (16 if flags & 32 else 0) + (4 if flags & 16 else 0))
        size = cursor.sized(1 << (flags & 3))
        blocks = [content.block(address + cursor.position, size)]
        ordered = flags & 4
    else:
        version, _, _, _, size = content.numbers("BBHII", address)
        if version != 1:
            raise DamagedFile(f"expected an object at {address}")
        blocks = [content.block(address + 16, size)]
        ordered = False
    seen, count = {address}, 0
    while blocks:
        cursor = Cursor(blocks.pop(0))
        while cursor.left() >= (4 if newer else 8):
            if newer:
                kind, length, flags = cursor.numbers("BHB")
                cursor.take(2 if ordered else 0)
            else:
                kind, length, flags = cursor.numbers("HHBxxx")
            raw = cursor.take(length)
            count += 1
            if count > _MOST_MESSAGES:
                raise DamagedFile("an object has too many messages")
            if kind == CONTINUATION:
                start, length = Cursor(raw).numbers("QQ")
                if start in seen:
                    raise DamagedFile("an object header runs in a circle")
                seen.add(start)
                if newer:
                    content.signed_by(b"OCHK", start)
                    blocks.append(content.block(start + 4, max(0, length - 8)))
                else:
                    blocks.append(content.block(start, length))
            else:
                yield kind, flags, raw


def _only(messages, kind, name):
    found = messages.get(kind, ())
    if len(found) != 1:
        raise DamagedFile(f"{name} has {len(found)} messages of kind {kind}, expected one")
    return found[0]


def _shape(cursor):
    version, rank, _ = cursor.numbers("BBB")
    if version == 1:
        cursor.take(5)
    elif version == 2:
        if cursor.number("B") == 2:
            return (0,)
    else:
        raise DamagedFile(f"unknown version {version} of a shape")
    return cursor.numbers(f"{rank}Q")


def _attribute(content, raw):
    """(name, a function that gives the value) of an attribute message."""
    cursor = Cursor(raw)
    version, _, name_size, type_size, space_size = cursor.numbers("BBHHH")
    if version not in (1, 2, 3):
        raise DamagedFile(f"unknown version {version} of an attribute")
    if version == 3:
        cursor.take(1)
    parts = []
    for size in (name_size, type_size, space_size):
        parts.append(cursor.take(size))
        if version == 1:
            # What is padded begins at the message, whose first part has 8 bytes.
            cursor.align()
    name, kind, space = parts

    def value():
        of = types.read_type(Cursor(kind))
        shape = _shape(Cursor(space))
        elements = storage.read_elements(content, shape, of.dtype, (storage.COMPACT, cursor.take(cursor.left())), [])
        if of.variable:
            found = types.strings(content, [bytes(element) for element in elements.reshape(-1)])
            return found if shape else found[0]
        if of.dtype.kind == "S":
            found = [text(element) for element in elements.reshape(-1)]
            return found if shape else found[0]
        return np.array(elements)

    return text(name), value


def _links(content, messages):
    """(name, address of the object, or None for a link to another place) of a group."""
    for raw in messages.get(LINK, ()):
        yield _link(Cursor(raw))
    for raw in messages.get(LINK_INFO, ()):
        cursor = Cursor(raw)
        _, flags = cursor.numbers("BB")
        cursor.take(8 if flags & 1 else 0)
        if cursor.number("Q") != UNDEFINED:
            raise DamagedFile("a group has so many links that a newer layout holds them, which is not read")
    for raw in messages.get(SYMBOLS, ()):
        tree, heap = Cursor(raw).numbers("QQ")
        content.signed_by(b"HEAP", heap)
        size, _, start = content.numbers("QQQ", heap + 8)
        names = content.block(start, size)
        for offset, address, kind in _symbols(content, tree, set(), 0):
            if offset >= size:
                raise DamagedFile("a name lies outside of its heap")
            yield text(names[offset : offset + 65536]), None if kind == 2 else address


def _link(cursor):
    version, flags = cursor.numbers("BB")
    if version != 1:
        raise DamagedFile(f"unknown version {version} of a link")
    kind = cursor.number("B") if flags & 8 else 0
    cursor.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    name = text(cursor.take(cursor.sized(1 << (flags & 3))))
    return name, cursor.number("Q") if kind == 0 else None


def _symbols(content, address, seen, depth):
    """(offset of the name, address, kind) of the entries below a node of a group's index."""
    if address in seen or depth > _DEEPEST:
        raise DamagedFile("the index of a group runs in a circle")
    seen.add(address)
    if bytes(content.block(address, 4)) == b"SNOD":
        count = content.numbers("H", address + 6)[0]
        for entry in range(count):
            yield content.numbers("QQI", address + 8 + 40 * entry)
        return
    content.signed_by(b"TREE", address)
    kind, _, count = content.numbers("BBH", address + 4)
    if kind != 0:
        raise DamagedFile("expected the index of a group")
    for entry in range(count):
        child = content.numbers("Q", address + 32 + 16 * entry)[0]
        yield from _symbols(content, child, seen, depth + 1)
