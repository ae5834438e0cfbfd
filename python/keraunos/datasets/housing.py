"""Tables of house prices in `.npz` archives: reading, mixing and splitting."""

import numpy as np

from keraunos.datasets import plain_pickle, word_lists
from keraunos.datasets.locate import locate


def load(name, path, sha256, test_split, seed, rows=None):
    """(x_train, y_train), (x_test, y_test) of a set, or of its first `rows`."""
    if not 0 <= test_split < 1:
        raise ValueError(f"[datasets] test_split must lie between 0 and 1, got {test_split}")
    archive = locate(name, path, (f"{word_lists.URL}{name}.npz",), sha256)
    x, y = (array[:rows] for array in plain_pickle.read_npz(archive, "x", "y"))
    x, y = word_lists.mixed(np.random.RandomState(seed), x, y)
    cut = int(len(x) * (1 - test_split))
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])
