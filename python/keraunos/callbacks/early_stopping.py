"""EarlyStopping: ends training when a metric stops improving."""

from keraunos.callbacks.callback import Callback
from keraunos.callbacks.monitoring import Monitor
from keraunos.utils.messages import say


class EarlyStopping(Callback):
    """Stops `fit` after `patience` epochs without improvement.

    Args:
        monitor: name of the metric, e.g. `"val_loss"`.
        min_delta: least change that counts as improvement.
        patience: epochs without improvement to wait for.
        verbose: 1 prints a line when it stops.
        mode: "min", "max" or "auto".
        baseline: value that must be improved on to begin with.
        restore_best_weights: whether the weights of the best epoch come back at the end.
        start_from_epoch: epochs before that are not looked at.

    Example:

    >>> import keraunos as keras
    >>> stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    """

    def __init__(self, monitor="val_loss", min_delta=0, patience=0, verbose=0, mode="auto", baseline=None,
                 restore_best_weights=False, start_from_epoch=0):  # fmt: skip
        super().__init__()
        self._watched = Monitor("early_stopping", monitor, mode, min_delta)
        self.monitor, self.patience, self.verbose, self.baseline = monitor, patience, verbose, baseline
        self.restore_best_weights, self.start_from_epoch = restore_best_weights, start_from_epoch
        self.on_train_begin()

    def on_train_begin(self, logs=None):
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best = None
        self.best_weights = None

    def on_epoch_end(self, epoch, logs=None):
        value = self._watched.read(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._keep(epoch)
        self.wait += 1
        if self.best is None or self._watched.better(value, self.best):
            self.best = value
            if self.restore_best_weights:
                self._keep(epoch)
            else:
                self.best_epoch = epoch
            if self.baseline is None or self._watched.better(value, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.stopped_epoch and self.verbose:
            say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose:
                say(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def _keep(self, epoch):
        self.best_weights = self.model.get_weights()
        self.best_epoch = epoch
