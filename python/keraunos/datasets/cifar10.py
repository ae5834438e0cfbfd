"""CIFAR-10 (Krizhevsky 2009): 60,000 colour pictures, 32 x 32, in 10 classes; read from the binary version of the
set, or from image files."""

import gzip
import tarfile
import zlib

import numpy as np

from keraunos.datasets.layout import in_layout
from keraunos.datasets.locate import locate

_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
_ARCHIVE, _FOLDER = "cifar-10-binary.tar.gz", "cifar-10-batches-bin"
_PICTURES = ("cifar10-jpeg.zip", "cifar10")
_ROW = 1 + 3 * 32 * 32  # label, then red, green and blue planes
_BATCHES = (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin")

CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def load_data():
    """Loads the set: the binary archive or its folder, or a tree of image files, train/<class>/... and
    test/<class>/..., as the folder `cifar10` or the archive `cifar10-jpeg.zip`, whose pixels JPEG has changed a
    little.

    Returns:
        (x_train, y_train), (x_test, y_test): uint8 arrays of shapes `(50000, 32, 32, 3)`, `(50000, 1)`,
        `(10000, 32, 32, 3)`, `(10000, 1)`; `(N, 3, 32, 32)` where `config.image_data_format()` is "channels_first".

    Raises:
        FileNotFoundError: when the archive is neither on this machine nor to be had; says where to put it.
        ValueError: when a file is damaged.

    Example:

    >>> from keraunos.datasets import cifar10
    >>> (x_train, y_train), (x_test, y_test) = cifar10.load_data()  # doctest: +SKIP
    """
    (x_train, y_train), (x_test, y_test) = _load()
    return (in_layout(x_train), y_train), (in_layout(x_test), y_test)


def _load():
    found = locate("cifar10", (_ARCHIVE, _FOLDER, *_PICTURES), (_URL,))
    if found.name in _PICTURES:
        from keraunos.datasets.picture_tree import read_tree

        return read_tree(found, CLASS_NAMES)
    if found.is_dir():
        blocks = [(found / name).read_bytes() for name in _BATCHES]
    else:
        try:
            with tarfile.open(found) as archive:
                blocks = [archive.extractfile(f"{_FOLDER}/{name}").read() for name in _BATCHES]
        except (tarfile.TarError, EOFError, KeyError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(f"[datasets] {found} is damaged ({error}); remove it and load again") from None
    parts = [_decode(name, block) for name, block in zip(_BATCHES, blocks, strict=True)]
    x_train, y_train = (np.concatenate(arrays) for arrays in zip(*parts[:5], strict=True))
    return (x_train, y_train), parts[5]


def _decode(name, block):
    if len(block) % _ROW:
        raise ValueError(f"[datasets] {name} is cut off: {len(block)} bytes are no multiple of {_ROW}")
    rows = np.frombuffer(block, np.uint8).reshape(-1, _ROW)
    images = np.ascontiguousarray(rows[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
    return images, rows[:, :1].copy()
