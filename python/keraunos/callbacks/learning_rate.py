"""Callbacks that change the learning rate between epochs."""

import inspect

import numpy as np

from keraunos.callbacks.callback import Callback
from keraunos.callbacks.monitoring import Monitor
from keraunos.utils.messages import say


class LearningRateScheduler(Callback):
    """Sets the learning rate of every epoch.

    Args:
        schedule: function `(epoch) -> rate` or `(epoch, rate) -> rate`.
        verbose: 1 prints the rate.

    Raises:
        ValueError: when the function does not return a number.

    Example:

    >>> import keraunos as keras
    >>> halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    """

    def __init__(self, schedule, verbose=0):
        super().__init__()
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch, logs=None):
        optimizer = self.model.optimizer
        current = float(optimizer.learning_rate)
        rate = self.schedule(epoch, current) if _takes_two(self.schedule) else self.schedule(epoch)
        if isinstance(rate, bool) or not isinstance(rate, (int, float, np.floating, np.integer)):
            raise ValueError(f"[learning_rate_scheduler] the schedule must return a number, got {rate!r}")
        optimizer.learning_rate = float(rate)
        if self.verbose:
            say(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {float(rate)}.")

    def on_epoch_end(self, epoch, logs=None):
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)


def _takes_two(function):
    """Whether `function(epoch, rate)` is a call that fits; trying it out would hide TypeErrors from inside."""
    try:
        inspect.signature(function).bind(0, 0.0)
    except (TypeError, ValueError):
        return False
    return True


class ReduceLROnPlateau(Callback):
    """Multiplies the learning rate by `factor` when a metric has not improved for `patience` epochs.

    Args:
        monitor, mode, min_delta: see `EarlyStopping`.
        factor: below 1.
        patience: epochs to wait for.
        verbose: 1 prints changes.
        cooldown: epochs after a change that are not counted.
        min_lr: lower bound of the rate.

    Raises:
        ValueError: for a factor of 1 or more.

    Example:

    >>> import keraunos as keras
    >>> plateau = keras.callbacks.ReduceLROnPlateau(patience=5, min_lr=1e-5)
    """

    def __init__(self, monitor="val_loss", factor=0.1, patience=10, verbose=0, mode="auto", min_delta=1e-4, cooldown=0,
                 min_lr=0.0, **kwargs):  # fmt: skip
        super().__init__()
        if factor >= 1:
            raise ValueError(f"[reduce_lr_on_plateau] factor must be below 1, got {factor}")
        self._watched = Monitor("reduce_lr_on_plateau", monitor, mode, min_delta)
        self.monitor, self.factor, self.patience, self.verbose = monitor, factor, patience, verbose
        self.cooldown, self.min_lr = cooldown, min_lr
        self.on_train_begin()

    def on_train_begin(self, logs=None):
        self.best = self._watched.worst
        self.wait = self.cooldown_counter = 0

    def on_epoch_end(self, epoch, logs=None):
        optimizer = self.model.optimizer
        logs["learning_rate"] = float(optimizer.learning_rate)
        value = self._watched.read(logs)
        if value is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self._watched.better(value, self.best):
            self.best, self.wait = value, 0
        elif self.cooldown_counter <= 0:
            self.wait += 1
            rate = np.float32(optimizer.learning_rate)
            if self.wait >= self.patience and rate > np.float32(self.min_lr):
                rate = max(float(rate) * self.factor, self.min_lr)
                optimizer.learning_rate = rate
                self.cooldown_counter, self.wait = self.cooldown, 0
                if self.verbose:
                    say(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}.")
