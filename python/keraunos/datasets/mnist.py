"""MNIST (LeCun, Cortes, Burges): 70,000 handwritten digits, 28 x 28, in 10 classes."""

import zipfile

import numpy as np

from keraunos.datasets.idx import load_four
from keraunos.datasets.locate import locate

_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
_HASH = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
_KEYS = ("x_train", "y_train", "x_test", "y_test")


def load_data(path="mnist.npz"):
    """Loads the set, from the four IDX files or from `mnist.npz`.

    Args:
        path: name of the archive.

    Returns:
        (x_train, y_train), (x_test, y_test): uint8 arrays of shapes `(60000, 28, 28)`, `(60000,)`, `(10000, 28, 28)`,
        `(10000,)`.

    Raises:
        FileNotFoundError: when the files are neither on this machine nor to be had; says where to put them.

    Example:

    >>> from keraunos.datasets import mnist
    >>> (x_train, y_train), (x_test, y_test) = mnist.load_data()  # doctest: +SKIP
    """
    try:
        return load_four("mnist", (), {}, ("/usr/share/datasets/mnist",))
    except FileNotFoundError:
        archive = locate("mnist", path, (_URL,), _HASH)
    try:
        with np.load(archive, allow_pickle=False) as arrays:
            x_train, y_train, x_test, y_test = (arrays[key] for key in _KEYS)
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"[datasets] {archive} is not the MNIST archive ({error}); remove it and load again") from None
    return (x_train, y_train), (x_test, y_test)
