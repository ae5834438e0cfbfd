"""CSVLogger: one line per epoch in a CSV file."""

import csv
import os

import numpy as np

from keraunos.callbacks.callback import Callback


class CSVLogger(Callback):
    """Writes epoch and metrics to a file; every line is on disk when its epoch has ended.

    Args:
        filename: path.
        separator: between fields.
        append: whether to go on with an existing file.

    Example:

    >>> import keraunos as keras
    >>> log = keras.callbacks.CSVLogger("training.csv")
    """

    def __init__(self, filename, separator=",", append=False):
        super().__init__()
        self.filename, self.separator, self.append = os.fspath(filename), separator, append
        self._file = self._writer = None

    def on_train_begin(self, logs=None):
        continuing = self.append and os.path.exists(self.filename) and os.path.getsize(self.filename) > 0
        self._header_needed = not continuing
        self._file = open(self.filename, "a" if self.append else "w", newline="")
        self._writer = None

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        if self._writer is None:
            names = list(logs)
            if (self.params or {}).get("do_validation") and not any(name.startswith("val_") for name in names):
                # The first epoch was not validated (validation_freq), later ones are.
                names += [f"val_{name}" for name in logs if name != "learning_rate"]
            self._writer = csv.DictWriter(
                self._file, ["epoch", *names], delimiter=self.separator, restval="NA", extrasaction="ignore"
            )
            if self._header_needed:
                self._writer.writeheader()
        self._writer.writerow({"epoch": epoch, **{k: v if np.ndim(v) == 0 else list(v) for k, v in logs.items()}})
        self._file.flush()

    def on_train_end(self, logs=None):
        if self._file is not None:
            self._file.close()
            self._file = self._writer = None
