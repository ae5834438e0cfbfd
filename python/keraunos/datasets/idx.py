"""IDX files, the format of MNIST and Fashion-MNIST: a magic number, the extents, then bytes."""

import gzip
import math
import struct
import zlib

import numpy as np


def read_idx(path):
    """The uint8 array in an IDX file, packed with gzip or not.

    Raises:
        ValueError: when the file is not a whole IDX file of bytes.
    """
    path = str(path)
    try:
        with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
            data = file.read()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"[datasets] {path} is damaged ({error}); remove it and load again") from None
    if len(data) < 4 or data[:3] != b"\x00\x00\x08":
        raise ValueError(f"[datasets] {path} is not an IDX file of bytes")
    rank = data[3]
    shape = struct.unpack_from(f">{rank}I", data, 4) if len(data) >= 4 + 4 * rank else None
    if shape is None or len(data) != 4 + 4 * rank + math.prod(shape):
        raise ValueError(
            f"[datasets] {path} is cut off: {len(data)} bytes do not hold an array of shape {shape}; "
            "remove it and load again"
        )
    array = np.frombuffer(data, np.uint8, offset=4 + 4 * rank)
    return array.reshape(shape)


def load_four(name, urls, hashes, system):
    """((x_train, y_train), (x_test, y_test)) of a set in MNIST's four files."""
    from keraunos.datasets.locate import locate

    def load(stem):
        packed = f"{stem}.gz"
        return read_idx(locate(name, (packed, stem), [u + packed for u in urls], hashes.get(packed), system))

    return (
        (load("train-images-idx3-ubyte"), load("train-labels-idx1-ubyte")),
        (load("t10k-images-idx3-ubyte"), load("t10k-labels-idx1-ubyte")),
    )
