"""CallbackList: calls the hooks of several callbacks, and knows which of them need to be called at all."""

from keraunos.callbacks.callback import Callback

_ALIASES = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}


class CallbackList(Callback):
    """A container of callbacks that is one itself.

    Args:
        callbacks: Callback objects (or a single one).
        add_history: adds a `History`.
        add_progbar: adds a progress bar when `verbose` is not 0.
        model: the model.
        params: `verbose`, `epochs`, `steps`.

    Example:

    >>> import keraunos as keras
    >>> callbacks = keras.callbacks.CallbackList([keras.callbacks.EarlyStopping()], add_history=True)
    >>> callbacks.needs_batches("train")
    False
    """

    def __init__(self, callbacks=None, add_history=False, add_progbar=False, model=None, **params):
        super().__init__()
        found = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks] if callbacks is not None else []
        self.callbacks = list(found)
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                raise TypeError(
                    f"[callbacks] expected Callback objects, got {callback!r}; pass an instance, not the class"
                )
        self._history = self._progress = None
        if add_progbar and params.get("verbose"):
            from keraunos.callbacks.progbar_logger import ProgbarLogger

            self._progress = next((c for c in self.callbacks if isinstance(c, ProgbarLogger)), None)
            if self._progress is None:
                self._progress = ProgbarLogger()
                self.callbacks.append(self._progress)
        if add_history:
            from keraunos.callbacks.history import History

            self._history = next((c for c in self.callbacks if isinstance(c, History)), None)
            if self._history is None:
                self._history = History()
                self.callbacks.append(self._history)
        self.set_model(model)
        self.set_params(params)
        self._overriding = {}

    @property
    def history(self):
        """The History among the callbacks, or None."""
        return self._history

    def append(self, callback):
        """Adds a callback."""
        self.callbacks.append(callback)
        self._overriding.clear()

    def set_params(self, params):
        """Hands `params` to all callbacks."""
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model):
        """Hands the model to all callbacks."""
        self.model = model
        for callback in self.callbacks:
            callback.set_model(model)

    def needs_batches(self, mode):
        """Whether anybody overrides a batch hook of `mode` ("train", "test", "predict")."""
        return any(self._overriders(f"on_{mode}_batch_{edge}") for edge in ("begin", "end"))

    def progress(self, steps, logs):
        """Tells the progress bar that `steps` batches of the epoch are done; `logs()` computes the metrics."""
        if self._progress is not None:
            self._progress.on_progress(steps, logs)

    def _overriders(self, hook):
        if hook not in self._overriding:
            self._overriding[hook] = [c for c in self.callbacks if _overrides(c, hook)]
        return self._overriding[hook]

    def _call(self, hook, *args, logs=None):
        # All callbacks get the same dict: what one adds to the logs of an epoch, such as the learning rate, others see.
        logs = {} if logs is None else logs
        for callback in self._overriders(hook):
            getattr(callback, hook)(*args, logs=logs)


def _overrides(callback, hook):
    names = [hook, _ALIASES[hook]] if hook in _ALIASES else [hook]
    own = getattr(callback, "needs_hook", None)
    if own is not None and own(hook) is not None:
        return own(hook)
    return any(getattr(type(callback), name) is not getattr(Callback, name) or name in vars(callback) for name in names)


def _calling(hook):
    """The method that calls `hook` of all callbacks, with the documentation of the hook itself."""
    if hook.startswith("on_epoch"):

        def call(self, epoch, logs=None):
            self._call(hook, epoch, logs=logs)
    elif "_batch_" in hook:

        def call(self, batch, logs=None):
            self._call(hook, batch, logs=logs)
    else:

        def call(self, logs=None):
            self._call(hook, logs=logs)

    call.__name__, call.__doc__ = hook, getattr(Callback, hook).__doc__
    return call


for _mode in ("train", "test", "predict"):
    for _edge in ("begin", "end"):
        for _hook in (f"on_{_mode}_{_edge}", f"on_{_mode}_batch_{_edge}", f"on_epoch_{_edge}"):
            setattr(CallbackList, _hook, _calling(_hook))
