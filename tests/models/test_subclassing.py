"""Model subclasses: layers in attributes and lists, flags, losses, metrics and steps of one's own."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers, ops

RNG = np.random.default_rng(3)
X = RNG.normal(size=(40, 3)).astype("float32")
Y = (X @ np.array([[1.0], [-2.0], [0.5]])).astype("float32")


class Stack(keras.Model):
    def __init__(self, widths=(5, 4), rate=0.0):
        super().__init__()
        self.hidden = [layers.Dense(width, activation="tanh") for width in widths]
        self.drop = layers.Dropout(rate, seed=1)
        self.head = {"out": layers.Dense(1)}

    def call(self, inputs):
        for layer in self.hidden:
            inputs = layer(inputs)
        return self.head["out"](self.drop(inputs))


def test_layers_in_lists_and_dicts_are_found():
    model = Stack()
    assert model.predict(X, verbose=0).shape == (40, 1)
    assert [type(layer).__name__ for layer in model.layers] == ["Dense", "Dense", "Dropout", "Dense"]
    assert [w.shape for w in model.weights] == [(3, 5), (5,), (5, 4), (4,), (4, 1), (1,)]
    assert model.count_params() == 20 + 24 + 5


def test_layers_that_are_appended_later_are_found():
    model = Stack()
    model.hidden.append(layers.Dense(2))
    model(X)
    assert len(model.layers) == 5 and len(model.weights) == 8


def test_it_learns():
    model = Stack()
    model.compile(keras.optimizers.Adam(0.05), "mse", metrics=["mae"])
    losses = model.fit(X, Y, epochs=40, verbose=0).history["loss"]
    assert losses[-1] < 0.1 * losses[0]
    assert model.evaluate(X, Y, verbose=0, return_dict=True).keys() == {"loss", "mae"}


def test_the_training_flag_reaches_dropout_only_while_training():
    model = Stack(rate=0.5)
    quiet = model.predict(X, verbose=0)
    np.testing.assert_array_equal(model.predict(X, verbose=0), quiet)
    np.testing.assert_array_equal(model(X), quiet)
    assert (np.asarray(model(X, training=True)) != quiet).any()
    model.compile("sgd", "mse")
    want = float(np.mean((quiet - Y) ** 2))
    # evaluate runs without dropout; float32 means of 40 squares differ by their order of addition.
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), want, rtol=1e-5)
    assert abs(model.train_on_batch(X, Y) - want) > 1e-4 * want


def test_call_may_take_the_training_flag_itself():
    seen = []

    class Flagged(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = layers.Dense(1)

        def call(self, inputs, training=False):
            seen.append(training)
            return self.out(inputs)

    model = Flagged()
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    assert True in seen
    seen.clear()
    model.predict(X, verbose=0)
    assert seen and not any(seen)


def test_add_loss_counts_once_per_step():
    class Penalised(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = layers.Dense(1, kernel_initializer="zeros")

        def call(self, inputs):
            outputs = self.out(inputs)
            self.add_loss(ops.mean(ops.square(inputs)))
            return outputs

    model = Penalised()
    model.compile(keras.optimizers.SGD(0.0), "mse")
    want = np.mean(Y**2) + np.mean(X**2)
    np.testing.assert_allclose(model.train_on_batch(X, Y), want, rtol=1e-5)
    np.testing.assert_allclose(model.train_on_batch(X, Y), want, rtol=1e-5)
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0, batch_size=40), want, rtol=1e-5)


def test_a_model_may_train_on_added_losses_alone():
    class Centre(layers.Layer):
        def build(self, input_shape):
            self.centre = self.add_weight((input_shape[-1],), initializer="zeros", name="centre")

        def call(self, inputs):
            self.add_loss(ops.mean(ops.square(inputs - self.centre)))
            return inputs

    model = keras.Sequential([Centre()])
    model.compile(keras.optimizers.SGD(0.5))
    model.fit(X, epochs=60, verbose=0, batch_size=40)
    np.testing.assert_allclose(model.get_weights()[0], X.mean(0), atol=1e-4)


def test_custom_layer_with_weights_in_a_model():
    class Scale(layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight((input_shape[-1],), initializer="ones", name="factor")
            self.count = self.add_weight((), initializer="zeros", trainable=False, name="count")

        def call(self, inputs):
            self.count.assign_add(1.0)
            return inputs * self.factor

    model = keras.Sequential([Scale(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, Y, batch_size=10, epochs=2, verbose=0)
    assert (model.layers[0].factor.numpy() != 1).all()
    assert float(model.layers[0].count) >= 8  # once per training step, and once while it was built
    assert [w.name for w in model.non_trainable_weights] == ["count"]


def test_metrics_as_attributes_are_reset_and_reported():
    class Watched(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = layers.Dense(1)
            self.size = keras.metrics.Mean(name="size")

        def call(self, inputs):
            outputs = self.out(inputs)
            self.size.update_state(ops.absolute(inputs))
            return outputs

    model = Watched()
    model.compile("sgd", "mse")
    history = model.fit(X, Y, epochs=2, verbose=0).history
    np.testing.assert_allclose(history["size"], np.abs(X).mean(), rtol=1e-4)
    assert "size" in [m.name for m in model.metrics]


class OwnStep(keras.Model):
    """The classic example of a training step of one's own."""

    def __init__(self):
        super().__init__()
        self.out = layers.Dense(1)
        self.tracker = keras.metrics.Mean(name="own_loss")

    def call(self, inputs):
        return self.out(inputs)

    def train_step(self, data):
        x, y = data
        with keras.GradientTape() as tape:
            loss = ops.mean(ops.square(self(x, training=True) - y))
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply(gradients, self.trainable_weights)
        self.tracker.update_state(loss)
        return {"own_loss": self.tracker.result()}

    def test_step(self, data):
        x, y = data
        self.tracker.update_state(ops.mean(ops.abs(self(x, training=False) - y)))
        return {"own_loss": self.tracker.result()}


@pytest.mark.parametrize("eagerly", [False, True])
def test_steps_of_ones_own(eagerly):
    model = OwnStep()
    model.compile(keras.optimizers.SGD(0.1), run_eagerly=eagerly)
    history = model.fit(X, Y, epochs=3, batch_size=40, verbose=0, validation_data=(X, Y)).history
    assert set(history) == {"own_loss", "val_own_loss"}
    assert history["own_loss"][2] < history["own_loss"][0]
    want = np.abs(model.predict(X, verbose=0) - Y).mean()
    np.testing.assert_allclose(history["val_own_loss"][-1], want, rtol=1e-5)


@pytest.mark.parametrize("eagerly", [False, True])
def test_logs_of_a_step_that_returns_plain_tensors(eagerly):
    class Plain(OwnStep):
        def train_step(self, data):
            logs = super().train_step(data)
            return {"loss": logs["own_loss"] * 2, "constant": 3.0}

    class More(keras.Sequential):
        def train_step(self, data):
            return {**super().train_step(data), "rows": ops.cast(data[0].shape[0], "float32")}

    model = Plain()
    model.compile(keras.optimizers.SGD(0.1), run_eagerly=eagerly)
    history = model.fit(X, Y, epochs=2, batch_size=40, verbose=0).history
    assert set(history) == {"loss", "constant"} and history["constant"] == [3.0, 3.0]
    assert model.train_on_batch(X, Y, return_dict=True)["loss"] > 0
    model = More([keras.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"], run_eagerly=eagerly)
    history = model.fit(X, Y, epochs=2, batch_size=16, verbose=0).history
    assert set(history) == {"loss", "mae", "rows"} and history["rows"] == [8.0, 8.0]


def test_own_steps_give_the_numbers_of_the_built_in_ones():
    own, plain = OwnStep(), OwnStep()
    plain.__class__ = type("Plain", (keras.Model,), {"call": OwnStep.call, "__init__": OwnStep.__init__})
    for model in (own, plain):
        model.build((None, 3))
    plain.set_weights(own.get_weights())
    own.compile(keras.optimizers.SGD(0.1))
    plain.compile(keras.optimizers.SGD(0.1), "mse")
    for model in (own, plain):
        model.fit(X, Y, epochs=3, shuffle=False, verbose=0)
    # The same arithmetic, but the mean is built from other ops: 6 steps, a few units each.
    np.testing.assert_allclose(own.get_weights()[0], plain.get_weights()[0], rtol=1e-5, atol=1e-6)


def test_a_model_without_call_says_so():
    class Empty(keras.Model):
        pass

    with pytest.raises(NotImplementedError, match="must implement call"):
        Empty().predict(X, verbose=0)
    with pytest.raises(TypeError, match=r"makes no graph of layers.* subclasses with a call"):
        keras.Model([1])


def test_config_of_a_subclass_has_its_plain_arguments():
    model = Stack(widths=(7,), rate=0.25)
    config = model.get_config()
    assert config["widths"] == (7,) and config["rate"] == 0.25
    again = Stack.from_config({k: v for k, v in config.items() if k in ("widths", "rate")})
    assert again(X).shape == (40, 1) and len(again.hidden) == 1


def test_get_compile_config():
    model = Stack()
    assert model.get_compile_config() == {}
    model.compile("adam", "mse", metrics=["mae"])
    assert model.get_compile_config()["loss"] == "mse" and model.get_compile_config()["metrics"] == ["mae"]


def test_summary_of_a_subclass():
    model = Stack()
    model(X)
    lines = []
    model.summary(print_fn=lines.append)
    assert "Total params: 49" in lines[0] and "(Dropout)" in lines[0]
