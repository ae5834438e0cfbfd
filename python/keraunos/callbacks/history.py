"""History: the record of every epoch that `fit` returns."""

from keraunos.callbacks.callback import Callback


class History(Callback):
    """Attributes: `epoch`, list of epoch numbers; `history`, dict of lists: one value per epoch and metric;
    `seconds`, how long every epoch trained, without validation; `data_wait`, the share of that time (0 to 1) in which
    the loop waited for batches, 0 for arrays.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> history = model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=2, verbose=0)
    >>> list(history.history), history.epoch
    (['loss'], [0, 1])
    """

    def __init__(self):
        super().__init__()
        self.epoch = []
        self.history = {}
        self.seconds, self.data_wait = [], []
        self._epochs = {}

    def on_train_begin(self, logs=None):
        self.epoch = []
        self.history = {}
        self.seconds, self.data_wait = [], []
        self._epochs = {}
        self.model.history = self

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
            self._epochs.setdefault(name, []).append(epoch)

    def add_times(self, waited, seconds):
        """Notes how long an epoch took, and for how long it waited for data; `fit` calls this."""
        self.seconds.append(seconds)
        self.data_wait.append(waited / seconds if seconds else 0.0)

    def epochs_of(self, name):
        """The epochs that the values of one metric belong to: fewer than `epoch` when some were not validated."""
        return self._epochs.get(name, self.epoch[-len(self.history[name]) :])

    def plot(self, metrics=None, ax=None):
        """Draws learning curves; see `keraunos.utils.plot_history`.

        Args:
            metrics: names to draw; default: all. Validation curves are dashed.
            ax: Matplotlib axes; default: one per metric in a new figure.

        Returns:
            The Matplotlib figure.
        """
        from keraunos.utils.plotting import plot_history

        return plot_history(self, metrics, ax)
