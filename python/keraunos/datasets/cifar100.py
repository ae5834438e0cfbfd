"""CIFAR-100 (Krizhevsky 2009): 60,000 colour pictures, 32 x 32, in 100 classes and 20 classes of classes."""

import io
import tarfile

import numpy as np

from keraunos import _arguments
from keraunos.datasets import plain_pickle
from keraunos.datasets.layout import in_layout
from keraunos.datasets.locate import locate

_URL = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
_HASH = "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"
_ARCHIVE, _FOLDER = "cifar-100-python.tar.gz", "cifar-100-python"


def load_data(label_mode="fine"):
    """Loads the set.

    Args:
        label_mode: "fine": 100 classes; "coarse": 20.

    Returns:
        (x_train, y_train), (x_test, y_test): uint8 pictures `(50000, 32, 32, 3)` and int64 labels `(50000, 1)`, then
        `(10000, 32, 32, 3)` and `(10000, 1)`; `(N, 3, 32, 32)` where `config.image_data_format()` is "channels_first".

    Raises:
        FileNotFoundError: when the archive is neither on this machine nor to be had; says where to put it.
        ValueError: for other modes, and damaged files.

    Example:

    >>> from keraunos.datasets import cifar100
    >>> (x_train, y_train), (x_test, y_test) = cifar100.load_data()  # doctest: +SKIP
    """
    _arguments.one_of("datasets", "label_mode", label_mode, ("fine", "coarse"))
    found = locate("cifar100", (_ARCHIVE, _FOLDER), (_URL,), _HASH)
    if found.is_dir():
        blocks = [(found / name).read_bytes() for name in ("train", "test")]
    else:
        try:
            with tarfile.open(found) as archive:
                blocks = [archive.extractfile(f"{_FOLDER}/{name}").read() for name in ("train", "test")]
        except Exception as error:  # tarfile and its decoders raise TarError, EOFError, KeyError, zlib.error, ...
            raise ValueError(f"[datasets] {found} is damaged ({error}); remove it and load again") from None
    return tuple(_decode(found, block, f"{label_mode}_labels") for block in blocks)


def _decode(path, block, key):
    content = plain_pickle.read(io.BytesIO(block), path)
    if not isinstance(content, dict) or not {"data", key} <= set(content):
        raise ValueError(f"[datasets] {path} holds no pictures with {key}; remove it and load again")
    images = np.ascontiguousarray(content["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
    return in_layout(images), np.array(content[key], np.int64).reshape(-1, 1)
