"""`keras.optimizers.legacy`: names of Keras 2 that, as in Keras 3, say what to use instead."""

__all__ = ["SGD", "Adagrad", "Adam", "Ftrl", "Optimizer", "RMSprop"]


class Optimizer:
    """Raises: the optimizers of Keras 2 are not part of Keras 3.

    Raises:
        ImportError: always.

    >>> import keraunos as keras
    >>> keras.optimizers.legacy.Adam()
    Traceback (most recent call last):
    ImportError: [optimizer] there is no keras.optimizers.legacy in Keras 3; use keras.optimizers.Adam
    """

    def __init__(self, *args, **kwargs):
        name = type(self).__name__
        raise ImportError(f"[optimizer] there is no keras.optimizers.legacy in Keras 3; use keras.optimizers.{name}")


class SGD(Optimizer):
    """See `Optimizer`."""


class Adagrad(Optimizer):
    """See `Optimizer`."""


class Adam(Optimizer):
    """See `Optimizer`."""


class Ftrl(Optimizer):
    """See `Optimizer`."""


class RMSprop(Optimizer):
    """See `Optimizer`."""
