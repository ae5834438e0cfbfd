"""Limits on every `fit`, `evaluate` and `predict`, so that a whole script can be tried out in seconds."""

import os
import warnings

_limits = {}  # what was set; the environment says the rest


def max_epochs():
    """The most epochs that `fit` trains; None: as many as it is asked for.

    The environment variable `KERAS_MAX_EPOCHS` is the value before `set_max_epochs` is called.

    >>> import keraunos as keras
    >>> keras.config.max_epochs() is None
    True
    """
    return _limit("max_epochs", "KERAS_MAX_EPOCHS")


def set_max_epochs(max_epochs):
    """Limits the epochs of every `fit` from now on.

    Args:
        max_epochs: int of at least 1, or None for no limit.

    Raises:
        ValueError: for anything else.

    >>> import keraunos as keras
    >>> keras.config.set_max_epochs(2)
    >>> keras.config.set_max_epochs(None)
    """
    _limits["max_epochs"] = _checked("max_epochs", max_epochs)


def max_steps_per_epoch():
    """The most batches of an epoch, of an evaluation and of a prediction; None: all of them.

    The environment variable `KERAS_MAX_STEPS_PER_EPOCH` is the value before `set_max_steps_per_epoch` is called.

    >>> import keraunos as keras
    >>> keras.config.max_steps_per_epoch() is None
    True
    """
    return _limit("max_steps_per_epoch", "KERAS_MAX_STEPS_PER_EPOCH")


def set_max_steps_per_epoch(max_steps_per_epoch):
    """Limits the batches of every `fit` (per epoch), `evaluate` and `predict` from now on.

    Args:
        max_steps_per_epoch: int of at least 1, or None for no limit.

    Raises:
        ValueError: for anything else.

    >>> import keraunos as keras
    >>> keras.config.set_max_steps_per_epoch(10)
    >>> keras.config.set_max_steps_per_epoch(None)
    """
    _limits["max_steps_per_epoch"] = _checked("max_steps_per_epoch", max_steps_per_epoch)


def limited_epochs(epochs):
    """`epochs`, or the limit with a warning where that is less."""
    return _least("epochs", epochs, max_epochs())


def limited_steps(steps):
    """`steps` (None: all batches), or the limit with a warning where that may be less."""
    return _least("steps", steps, max_steps_per_epoch())


def _limit(name, variable):
    if name not in _limits:
        text = os.environ.get(variable)
        _limits[name] = _checked(variable, int(text) if (text or "").isdigit() else text or None)
    return _limits[name]


def _checked(name, value):
    if value is not None and (isinstance(value, bool) or not hasattr(value, "__index__") or value < 1):
        raise ValueError(f"[config] {name} must be an integer of at least 1, or None; got {value!r}")
    return value


def _least(name, asked, limit):
    if limit is None or (asked is not None and asked <= limit):
        return asked
    warnings.warn(f"[config] {name} limited to {limit}", stacklevel=5)
    return limit
