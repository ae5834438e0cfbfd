"""What callbacks that watch a metric share: reading it from the logs, and telling better from worse."""

import warnings

import numpy as np

_LARGER_IS_BETTER = (
    "acc",
    "auc",
    "precision",
    "recall",
    "f1",
    "fbeta",
    "iou",
    "r2",
    "true_positives",
    "true_negatives",
)


class Monitor:
    """A watched metric.

    Args:
        callback: name of the callback, for messages.
        monitor: name of the metric in the logs.
        mode: "min", "max", or "auto": by the metric's name.
        min_delta: least change that counts.
    """

    def __init__(self, callback, monitor, mode="auto", min_delta=0.0):
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"[{callback}] mode must be 'auto', 'min' or 'max', got {mode!r}")
        self.callback, self.monitor, self.mode, self.min_delta = callback, monitor, mode, abs(min_delta)
        if mode == "auto":
            self.mode = "max" if any(part in monitor.lower() for part in _LARGER_IS_BETTER) else "min"
        self._warned = False

    @property
    def worst(self):
        """The value that anything is better than."""
        return np.inf if self.mode == "min" else -np.inf

    def better(self, value, best):
        """Whether `value` improves on `best` by more than `min_delta`."""
        return value < best - self.min_delta if self.mode == "min" else value > best + self.min_delta

    def read(self, logs):
        """The metric's value, or None with one warning when it is not there."""
        value = (logs or {}).get(self.monitor)
        if value is None and not self._warned:
            self._warned = True
            known = ", ".join(logs or {}) or "none"
            warnings.warn(
                f"[{self.callback}] metric {self.monitor!r} is not available; there are: {known}", stacklevel=4
            )
        return value
