"""ProgbarLogger: the progress of `fit`, `evaluate` and `predict` on standard output."""

from keraunos.callbacks.callback import Callback
from keraunos.utils.messages import say
from keraunos.utils.progbar import Progbar

REDRAW_SECONDS = 0.1  # half as often as Keras: what is drawn are metrics, which are computed for it


class ProgbarLogger(Callback):
    """Shows one progress line per epoch, with the metrics; validation results are added at the end of the epoch.

    It listens to stretches of batches, not to single ones, so that it does not slow training down.

    Example:

    >>> import keraunos as keras
    >>> quiet = keras.callbacks.ProgbarLogger()
    """

    def __init__(self):
        super().__init__()
        self._bar = None
        self._training = False
        self._done = 0

    def on_train_begin(self, logs=None):
        self._training = True

    def on_train_end(self, logs=None):
        self._training = False

    def on_epoch_begin(self, epoch, logs=None):
        if self.params["verbose"] and self.params["epochs"] > 1:
            say(f"Epoch {epoch + 1}/{self.params['epochs']}")
        self._restart()

    def on_epoch_end(self, epoch, logs=None):
        self._finish(logs)

    def on_test_begin(self, logs=None):
        if not self._training:
            self._restart()

    def on_test_end(self, logs=None):
        if not self._training:
            self._finish(logs)

    def on_predict_begin(self, logs=None):
        self._restart()

    def on_predict_end(self, logs=None):
        self._finish(logs)

    def on_progress(self, steps, logs):
        """Redraws when it is time to; `logs()` computes the metrics."""
        self._done = steps
        if self._bar is not None and self._bar.due() and steps != self._bar.target:
            self._draw(steps, logs(), False)

    def _restart(self):
        self._done = 0
        self._bar = Progbar(self.params.get("steps"), verbose=self.params["verbose"], interval=REDRAW_SECONDS)

    def _finish(self, logs):
        if self._bar is not None:
            steps = self.params.get("steps") or self._done
            self._bar.target = steps
            self._draw(steps, logs or {}, True)

    def _draw(self, steps, logs, finalize):
        # Metrics are means over the epoch already.
        self._bar.stateful_metrics.update(logs)
        self._bar.update(steps, logs.items(), finalize=finalize)
