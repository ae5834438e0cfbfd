"""`tf.experimental`."""


def __getattr__(name):
    if name == "numpy":
        from keraunos.ops import numpy

        return numpy
    raise AttributeError(f"[compat] tf.experimental.{name} is not covered by keraunos")
