"""`tf.losses`, which is `keras.losses`."""

from keraunos import losses as _own


def __getattr__(name):
    return getattr(_own, name)


def __dir__():
    return dir(_own)
