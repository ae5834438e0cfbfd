"""Boston house prices (Harrison, Rubinfeld 1978): 506 districts with 13 features.

One feature assumes that racial segregation influences prices; use `california_housing` unless that is the subject.
"""

from keraunos.datasets import housing

_HASH = "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"


def load_data(path="boston_housing.npz", test_split=0.2, seed=113):
    """Loads the set.

    Args:
        path: name of the archive.
        test_split: share of the rows, the last ones, that is kept for testing.
        seed: of the order.

    Returns:
        (x_train, y_train), (x_test, y_test): float64 arrays `(404, 13)`, `(404,)` (thousands of dollars), `(102, 13)`,
        `(102,)`.

    Raises:
        FileNotFoundError: when the archive is neither on this machine nor to be had; says where to put it.
        ValueError: for other shares, and damaged files.

    Example:

    >>> from keraunos.datasets import boston_housing
    >>> (x_train, y_train), (x_test, y_test) = boston_housing.load_data()  # doctest: +SKIP
    """
    return housing.load("boston_housing", path, _HASH, test_split, seed)
