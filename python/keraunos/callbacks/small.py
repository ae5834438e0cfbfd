"""Small callbacks: LambdaCallback, TerminateOnNaN."""

import math

from keraunos.callbacks.callback import Callback
from keraunos.utils.messages import say


class LambdaCallback(Callback):
    """Hooks given as functions.

    Args:
        on_epoch_begin, on_epoch_end: `(epoch, logs)`.
        on_train_begin, on_train_end: `(logs)`.
        on_train_batch_begin, on_train_batch_end: `(batch, logs)`.
        kwargs: other hooks by name.

    Example:

    >>> import keraunos as keras
    >>> show = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch))
    """

    def __init__(self, on_epoch_begin=None, on_epoch_end=None, on_train_begin=None, on_train_end=None,
                 on_train_batch_begin=None, on_train_batch_end=None, **kwargs):  # fmt: skip
        super().__init__()
        hooks = {
            "on_epoch_begin": on_epoch_begin, "on_epoch_end": on_epoch_end, "on_train_begin": on_train_begin,
            "on_train_end": on_train_end, "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end, **kwargs,
        }  # fmt: skip
        for name, function in hooks.items():
            if not hasattr(Callback, name):
                raise ValueError(f"[lambda_callback] unknown hook {name!r}")
            if function is not None:
                setattr(self, name, _tolerant(function))


def _tolerant(function):
    """The hook as it is called: logs by name; a function without logs gets none."""

    def hook(*args, logs=None):
        return function(*args, logs)

    return hook


class TerminateOnNaN(Callback):
    """Ends training when the loss is NaN or infinite at the end of a batch.

    Args:
        raise_error: whether to raise, so that `on_train_end` of callbacks is not reached and, for example,
            `BackupAndRestore` keeps its backup; otherwise `fit` ends and returns.

    Raises:
        RuntimeError: for such a loss, with `raise_error`.

    Example:

    >>> import keraunos as keras
    >>> guard = keras.callbacks.TerminateOnNaN()
    """

    def __init__(self, raise_error=False):
        super().__init__()
        self.raise_error = raise_error

    def on_train_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            if self.raise_error:
                raise RuntimeError(f"[TerminateOnNaN] the loss of batch {batch} is {loss}")
            say(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True
