"""`tf.optimizers`, which is `keras.optimizers`."""

from keraunos import optimizers as _own


def __getattr__(name):
    return getattr(_own, name)


def __dir__():
    return dir(_own)
