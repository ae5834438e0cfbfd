"""`tf.errors`."""


class InvalidArgumentError(ValueError):
    """What operations raise for bad arguments; keraunos raises ValueError, which this is one of."""


class ResourceExhaustedError(MemoryError):
    """Out of memory."""


class OutOfRangeError(StopIteration):
    """The end of a data set."""


def __getattr__(name):
    raise AttributeError(f"[compat] tf.errors.{name} is not covered by keraunos")
