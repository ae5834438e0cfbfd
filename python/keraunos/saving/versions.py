"""Which Keras's files these are."""

KERAS_VERSION = "3.15.1"
