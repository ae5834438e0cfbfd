"""SwapEMAWeights: when the averages are in the model, and when the weights are."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers, optimizers
from keraunos.callbacks import SwapEMAWeights

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(24, 4)).astype("float32"), RNG.normal(size=(24, 1)).astype("float32")


class Look(keras.callbacks.Callback):
    """Notes the kernel at every hook."""

    def __init__(self):
        super().__init__()
        self.seen = {}

    def look(self, name):
        self.seen.setdefault(name, []).append(self.model.layers[0].kernel.numpy())

    def on_epoch_begin(self, epoch, logs=None):
        self.look("epoch_begin")

    def on_epoch_end(self, epoch, logs=None):
        self.look("epoch_end")

    def on_test_begin(self, logs=None):
        self.look("test_begin")

    def on_test_end(self, logs=None):
        self.look("test_end")

    def on_train_batch_end(self, batch, logs=None):
        self.look("batch_end")


def train(*callbacks, epochs=3, optimizer=None, **arguments):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile(optimizer or optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), "mse")
    look = Look()
    history = model.fit(X, Y, batch_size=8, epochs=epochs, validation_data=(X, Y), shuffle=False, verbose=0,
                        callbacks=[*callbacks, look], **arguments)  # fmt: skip
    return model, look.seen, history.history


def averages(batches, momentum=0.5):
    """The average after every step: the first is the weight itself."""
    found = [batches[0]]
    for value in batches[1:]:
        found.append(momentum * found[-1] + (1 - momentum) * value)
    return found


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_who_sees_what(swap_on_epoch):
    plain, untouched, without = train()
    model, seen, history = train(SwapEMAWeights(swap_on_epoch))
    np.testing.assert_array_equal(seen["batch_end"], untouched["batch_end"])  # training itself is the same
    mean = averages(seen["batch_end"])[2::3]  # after every epoch
    np.testing.assert_allclose(seen["test_begin"], mean, rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(seen["test_end"], seen["batch_end"][2::3])
    np.testing.assert_allclose(
        seen["epoch_end"], mean if swap_on_epoch else seen["batch_end"][2::3], rtol=1e-5, atol=1e-7
    )
    np.testing.assert_array_equal(seen["epoch_begin"][1:], seen["batch_end"][2:-1:3])
    assert history["loss"] == without["loss"] and history["val_loss"] != without["val_loss"]
    # In the end the averages are the weights, as without the callback.
    np.testing.assert_array_equal(model.get_weights()[0], plain.get_weights()[0])
    np.testing.assert_allclose(model.get_weights()[0], mean[-1], rtol=1e-5, atol=1e-7)


def test_a_training_that_ends_early():
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    model, seen, _ = train(SwapEMAWeights(True), Stop(), epochs=9)
    assert len(seen["epoch_end"]) == 2
    np.testing.assert_allclose(model.get_weights()[0], averages(seen["batch_end"])[-1], rtol=1e-5, atol=1e-7)


def test_a_second_training_goes_on():
    swap = SwapEMAWeights(True)
    model, _, _ = train(swap)
    final = model.get_weights()[0]
    look = Look()
    model.fit(X, Y, verbose=0, callbacks=[swap, look])
    np.testing.assert_array_equal(look.seen["epoch_begin"][0], final)


def test_evaluation_and_prediction_outside_of_training():
    swap = SwapEMAWeights()
    model, seen, history = train(swap)
    weights = [w + 1 for w in model.get_weights()]
    model.set_weights(weights)
    assert model.evaluate(X, Y, verbose=0, callbacks=[swap]) == pytest.approx(history["val_loss"][-1], rel=1e-6)
    shifted = model.predict(X, verbose=0)
    np.testing.assert_allclose(
        model.predict(X, verbose=0, callbacks=[swap]), shifted - X.sum(1, keepdims=True) - 1, atol=1e-5
    )
    for hook in (swap.on_predict_begin, swap.on_test_begin, swap.on_test_end, swap.on_predict_end):
        hook()  # one inside of the other
    for ours, given in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(ours, given)


def test_before_the_first_update_there_are_no_averages():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile(optimizers.SGD(use_ema=True), "mse")
    plain = model.evaluate(X, Y, verbose=0)
    assert model.evaluate(X, Y, verbose=0, callbacks=[SwapEMAWeights()]) == plain
    model.optimizer.build(model.trainable_weights)
    assert model.evaluate(X, Y, verbose=0, callbacks=[SwapEMAWeights()]) == plain


def test_optimizers_inside_of_others():
    for wrap in (
        optimizers.LossScaleOptimizer,
        lambda one: optimizers.MultiOptimizer(optimizers.OptimizerMap(one)),
    ):
        optimizer = wrap(optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5))
        model, seen, _ = train(SwapEMAWeights(), optimizer=optimizer)
        np.testing.assert_allclose(seen["test_begin"], averages(seen["batch_end"])[2::3], rtol=1e-5, atol=1e-7)
        np.testing.assert_array_equal(model.get_weights()[0], seen["test_begin"][-1])


def test_an_optimizer_without_averages():
    with pytest.raises(ValueError, match="use_ema=True"):
        train(SwapEMAWeights(), optimizer=optimizers.SGD())
