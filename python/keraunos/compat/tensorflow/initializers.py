"""`tf.initializers`, which is `keras.initializers`."""

from keraunos import initializers as _own


def __getattr__(name):
    return getattr(_own, name)


def __dir__():
    return dir(_own)
