"""Small data sets that tutorials use, each with `load_data()`: pictures, house prices, and texts as numbers."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {},
    (
        "boston_housing",
        "california_housing",
        "cifar10",
        "cifar100",
        "fashion_mnist",
        "imdb",
        "mnist",
        "reuters",
    ),
)
