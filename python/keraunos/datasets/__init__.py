"""Small data sets that tutorials use: `fashion_mnist`, `mnist`, `cifar10`, each with `load_data()`."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, {}, ("cifar10", "fashion_mnist", "mnist"))
