"""keraunos: Keras at the speed of the machine."""
