"""ModelCheckpoint: saves the model or its weights while it trains."""

import os

from keraunos.callbacks.callback import Callback
from keraunos.callbacks.monitoring import Monitor
from keraunos.utils.messages import say


class ModelCheckpoint(Callback):
    """Saves every epoch, every so many batches, or whenever a metric improves.

    Args:
        filepath: name with optional fields, e.g. `"best-{epoch:02d}-{val_loss:.2f}.weights.h5"`; ends in
            `.weights.h5` when `save_weights_only`, else in `.keras`.
        monitor, mode: the metric for `save_best_only`.
        verbose: 1 prints what happens.
        save_best_only: whether to save on improvement only.
        save_weights_only: whether to save the weights instead of the model.
        save_freq: "epoch", or a number of batches.
        initial_value_threshold: value that must be improved on to begin with.

    Raises:
        ValueError: for a file name that does not fit.

    Example:

    >>> import keraunos as keras
    >>> keep = keras.callbacks.ModelCheckpoint("best.weights.h5", save_best_only=True, save_weights_only=True)
    """

    def __init__(self, filepath, monitor="val_loss", verbose=0, save_best_only=False, save_weights_only=False,
                 mode="auto", save_freq="epoch", initial_value_threshold=None):  # fmt: skip
        super().__init__()
        self.filepath = os.fspath(filepath)
        ending = ".weights.h5" if save_weights_only else ".keras"
        if not self.filepath.endswith(ending) and not (not save_weights_only and self.filepath.endswith(".h5")):
            raise ValueError(f"[model_checkpoint] filepath must end in {ending}, got {self.filepath!r}")
        if save_freq != "epoch" and (isinstance(save_freq, bool) or not isinstance(save_freq, int) or save_freq < 1):
            raise ValueError(f"[model_checkpoint] save_freq must be 'epoch' or a number of batches, got {save_freq!r}")
        self._watched = Monitor("model_checkpoint", monitor, mode)
        self.monitor, self.verbose, self.save_best_only = monitor, verbose, save_best_only
        self.save_weights_only, self.save_freq = save_weights_only, save_freq
        self.best = self._watched.worst if initial_value_threshold is None else initial_value_threshold
        self._batches = 0
        self._epoch = 0

    def set_model(self, model):
        """Refuses a model that cannot be saved as asked, before the first batch."""
        super().set_model(model)
        if not self.save_weights_only and model is not None and not hasattr(model, "save"):
            raise NotImplementedError(
                f"[model_checkpoint] {type(model).__name__} cannot be saved whole; "
                "pass save_weights_only=True and a filepath that ends in .weights.h5"
            )

    def needs_hook(self, hook):
        """Batches are looked at only when saving goes by them."""
        return self.save_freq != "epoch" if hook == "on_train_batch_end" else None

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        self._batches += 1
        if self.save_freq != "epoch" and self._batches % self.save_freq == 0:
            self._save(self._epoch, batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch":
            self._save(epoch, None, logs)

    def _save(self, epoch, batch, logs):
        fields = dict(logs or {}, epoch=epoch + 1, **({} if batch is None else {"batch": batch + 1}))
        try:
            path = self.filepath.format(**fields)
        except KeyError as missing:
            raise KeyError(
                f"[model_checkpoint] filepath {self.filepath!r} names {missing}, there are: {', '.join(fields)}"
            ) from None
        if self.save_best_only:
            value = self._watched.read(logs)
            if value is None or not self._watched.better(value, self.best):
                if self.verbose and value is not None:
                    say(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {self.best:.5f}")
                return
            if self.verbose:
                say(
                    f"\nEpoch {epoch + 1}: {self.monitor} improved from {self.best:.5f} to {value:.5f}, "
                    f"saving model to {path}"
                )
            self.best = value
        elif self.verbose:
            say(f"\nEpoch {epoch + 1}: saving model to {path}")
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)
