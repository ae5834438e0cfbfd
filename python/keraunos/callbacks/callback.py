"""Callback: hooks that training, evaluation and prediction call."""


class Callback:
    """Base class of callbacks: override the hooks you need.

    Attributes:
        model: the model that runs.
        params: dict with `epochs`, `steps` and `verbose`.

    `logs` holds the metrics so far by name, as Python floats. A hook on batches makes the loop return to Python
    after every batch; without one, stretches of batches run natively.

    Example:

    >>> import keraunos as keras
    >>> class Print(keras.callbacks.Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(epoch, sorted(logs))
    """

    def __init__(self):
        self.model = None
        self.params = None

    def set_params(self, params):
        """Called before training with what becomes `params`."""
        self.params = params

    def set_model(self, model):
        """Called before training with what becomes `model`."""
        self.model = model

    def on_epoch_begin(self, epoch, logs=None):
        """Before an epoch of `fit`."""

    def on_epoch_end(self, epoch, logs=None):
        """After an epoch, validation included (`val_...`)."""

    def on_batch_begin(self, batch, logs=None):
        """Older name of `on_train_batch_begin`."""

    def on_batch_end(self, batch, logs=None):
        """Older name of `on_train_batch_end`."""

    def on_train_batch_begin(self, batch, logs=None):
        """Before a batch of `fit`."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch, logs=None):
        """After a batch of `fit`."""
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch, logs=None):
        """Before a batch of `evaluate`, or of validation."""

    def on_test_batch_end(self, batch, logs=None):
        """After a batch of `evaluate`, or of validation."""

    def on_predict_batch_begin(self, batch, logs=None):
        """Before a batch of `predict`."""

    def on_predict_batch_end(self, batch, logs=None):
        """After a batch of `predict`; `logs["outputs"]` holds the batch's predictions."""

    def on_train_begin(self, logs=None):
        """At the start of `fit`."""

    def on_train_end(self, logs=None):
        """At the end of `fit`."""

    def on_test_begin(self, logs=None):
        """At the start of `evaluate` or validation."""

    def on_test_end(self, logs=None):
        """At the end of `evaluate` or validation."""

    def on_predict_begin(self, logs=None):
        """At the start of `predict`."""

    def on_predict_end(self, logs=None):
        """At the end of `predict`."""
