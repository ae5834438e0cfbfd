"""What is known while layers call one another: the outermost layer and the training flag."""

import contextlib
import threading

_local = threading.local()


class CallContext:
    """One outermost call.

    Attributes:
        entry: the layer that was called from outside.
        training: True, False, or None when nobody said.
    """

    __slots__ = ("entry", "training")

    def __init__(self, entry, training):
        self.entry = entry
        self.training = training


def current():
    """The context of the running call, or None."""
    return getattr(_local, "context", None)


@contextlib.contextmanager
def entering(layer, training):
    """The context of a call of `layer`; an inner call may set the training flag for its own sublayers."""
    outer = current()
    context = CallContext(
        outer.entry if outer else layer, training if training is not None or not outer else outer.training
    )
    _local.context = context
    try:
        yield context
    finally:
        _local.context = outer
