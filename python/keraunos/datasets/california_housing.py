"""California house prices (Pace, Barry 1997): 20,640 districts with 8 features."""

from keraunos import _arguments
from keraunos.datasets import housing

_HASH = "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"


def load_data(version="large", path="california_housing.npz", test_split=0.2, seed=113):
    """Loads the set.

    Args:
        version: "large", or "small" for the first 600 districts.
        path: name of the archive.
        test_split: share of the rows, the last ones, that is kept for testing.
        seed: of the order.

    Returns:
        (x_train, y_train), (x_test, y_test): float32 arrays `(16512, 8)`, `(16512,)` (dollars), `(4128, 8)`, `(4128,)`.

    Raises:
        FileNotFoundError: when the archive is neither on this machine nor to be had; says where to put it.
        ValueError: for other versions and shares, and damaged files.

    Example:

    >>> from keraunos.datasets import california_housing
    >>> (x_train, y_train), (x_test, y_test) = california_housing.load_data()  # doctest: +SKIP
    """
    _arguments.one_of("datasets", "version", version, ("large", "small"))
    rows = 600 if version == "small" else None
    return housing.load("california_housing", path, _HASH, test_split, seed, rows)
