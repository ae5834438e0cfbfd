"""SwapEMAWeights: evaluation with the averages of the weights."""

from keraunos.callbacks.callback import Callback


class SwapEMAWeights(Callback):
    """Puts the averages that an optimizer keeps (`use_ema=True`) in the place of the weights while the model is
    evaluated or predicts, and the weights back afterwards.

    Args:
        swap_on_epoch: whether the averages stay in the model from the end of an epoch to the beginning of the next, so
            that callbacks after this one, such as `ModelCheckpoint`, save them.

    Raises:
        ValueError: when the optimizer keeps no averages.

    Example:

    >>> import keraunos as keras
    >>> optimizer = keras.optimizers.SGD(use_ema=True)
    >>> swap = keras.callbacks.SwapEMAWeights()

    Source: Polyak, Juditsky, 1992; https://keras.io/api/callbacks/swap_ema_weights/
    """

    def __init__(self, swap_on_epoch=False):
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._kept = None  # [(weight, its value)] while the averages are in the model

    def _optimizers(self):
        """The optimizers that keep averages."""
        optimizer = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
        found = [one for one in getattr(optimizer, "optimizers", [optimizer]) if getattr(one, "use_ema", False)]
        if not found:
            raise ValueError("[swap_ema_weights] the optimizer keeps no averages; create it with use_ema=True")
        return found

    def _averages_in(self):
        optimizers = [one for one in self._optimizers() if one.built and int(one.iterations)]
        if self._kept is not None or not optimizers:  # before the first update there are no averages
            return
        # The averages stay where they are: at the end of training the optimizer makes them the weights.
        self._kept = []
        for optimizer in optimizers:
            for weight, average in zip(optimizer._trainable_variables, optimizer._averages, strict=True):
                self._kept.append((weight, weight.numpy()))
                weight.assign(average.numpy())

    def _weights_back(self):
        for weight, value in self._kept or ():
            weight.assign(value)
        self._kept = None

    def on_train_begin(self, logs=None):
        self._optimizers()

    def on_epoch_begin(self, epoch, logs=None):
        self._weights_back()

    def on_epoch_end(self, epoch, logs=None):
        if self.swap_on_epoch:
            self._averages_in()

    def on_train_end(self, logs=None):
        self._kept = None

    def on_test_begin(self, logs=None):
        self._averages_in()

    def on_test_end(self, logs=None):
        self._weights_back()

    def on_predict_begin(self, logs=None):
        self._averages_in()

    def on_predict_end(self, logs=None):
        self._weights_back()
