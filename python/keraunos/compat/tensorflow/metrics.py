"""`tf.metrics`, which is `keras.metrics`."""

from keraunos import metrics as _own


def __getattr__(name):
    return getattr(_own, name)


def __dir__():
    return dir(_own)
