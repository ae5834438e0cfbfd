"""The bytes of a file, and numbers and blocks in them; nothing outside is ever touched."""

import struct

UNDEFINED = 2**64 - 1


class DamagedFile(ValueError):
    """The bytes are not those of a file that this reader can read."""


class Content:
    """A buffer whose every access is checked.

    Args:
        data: bytes, or a read-only memory map.
        base: where addresses count from.
    """

    def __init__(self, data, base=0):
        self.data = memoryview(data)
        self.base = base

    def __len__(self):
        return len(self.data) - self.base

    def block(self, address, length):
        """`length` bytes at `address`."""
        start = self.base + address
        if address < 0 or length < 0 or start + length > len(self.data):
            raise DamagedFile(f"{length} bytes at {address} lie outside of the file")
        return self.data[start : start + length]

    def numbers(self, form, address):
        """Little-endian numbers at `address`, as `struct` names them."""
        return struct.unpack("<" + form, self.block(address, struct.calcsize("<" + form)))

    def signed_by(self, signature, address):
        """Checks the four letters with which a structure begins."""
        if bytes(self.block(address, len(signature))) != signature:
            raise DamagedFile(f"expected {signature.decode()} at {address}")


class Cursor:
    """Reads one thing after another out of a block."""

    def __init__(self, block):
        self.block, self.position = block, 0

    def take(self, length):
        """The next `length` bytes."""
        if length < 0 or self.position + length > len(self.block):
            raise DamagedFile("a structure is longer than the place it has")
        self.position += length
        return self.block[self.position - length : self.position]

    def numbers(self, form):
        """The next numbers, as `struct` names them."""
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))

    def number(self, form):
        """The next number."""
        return self.numbers(form)[0]

    def sized(self, width):
        """The next unsigned number of `width` bytes."""
        return int.from_bytes(self.take(width), "little")

    def align(self, width=8):
        """Skips to a multiple of `width`."""
        self.position += -self.position % width

    def left(self):
        """Number of bytes that are left."""
        return len(self.block) - self.position


def text(raw):
    """A string that ends at its first zero."""
    try:
        return bytes(raw).split(b"\0", 1)[0].decode("utf-8")
    except UnicodeDecodeError:
        raise DamagedFile("a name is not valid UTF-8") from None
