"""run_eagerly=True, GradientTape loops and compiled steps give the same numbers."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers, ops

RNG = np.random.default_rng(31)
X = RNG.normal(size=(45, 6)).astype("float32")
LABELS = RNG.integers(0, 3, 45)

# Eager steps run the same kernels, but unfused: bias and activation leave the product's registers as float32 in both,
# so an element differs by a few units; over 10 steps of rate 0.05 these add up to under 10 * 0.05 * 20 * 6e-8 = 6e-7
# per weight of a gradient of size 1. Adam divides by the gradient's size, so its bound is a share of the rate.
BOUNDS = {"sgd": 2e-6, "adam": 1e-4}


def model(optimizer="sgd", eagerly=False, dropout=0.0):
    keras.utils.set_random_seed(8)
    made = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(8, activation="tanh"),
            layers.Dropout(dropout),
            layers.Dense(3, activation="softmax", kernel_regularizer="l2"),
        ]
    )
    rate = {"sgd": keras.optimizers.SGD(0.05), "adam": keras.optimizers.Adam(0.01)}[optimizer]
    made.compile(rate, "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=eagerly)
    return made


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_fit_runs_eagerly_to_the_same_numbers(optimizer, dropout):
    found = []
    for eagerly in (False, True):
        m = model(optimizer, eagerly, dropout)
        history = m.fit(X, LABELS, batch_size=10, epochs=2, verbose=0, validation_split=0.2).history
        found.append((m.get_weights(), history))
    (compiled, a), (eager, b) = found
    for one, other in zip(compiled, eager, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=BOUNDS[optimizer])
    assert a.keys() == b.keys() and a["accuracy"] == b["accuracy"] and a["val_accuracy"] == b["val_accuracy"]
    np.testing.assert_allclose(a["loss"], b["loss"], rtol=1e-4)


def test_python_runs_in_every_eager_step():
    seen = []

    class Looks(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = layers.Dense(1)

        def call(self, inputs):
            seen.append(float(ops.sum(inputs)))
            return self.out(inputs)

    m = Looks()
    m.compile("sgd", "mse", run_eagerly=True)
    m.fit(X, LABELS.astype("float32"), batch_size=10, epochs=2, verbose=0, shuffle=False)
    want = [X[i : i + 10].sum() for i in range(0, 45, 10)] * 2
    # Sums of 60 float32 numbers in another order.
    np.testing.assert_allclose(seen, want, atol=1e-5)


@pytest.mark.parametrize("method", ["evaluate", "predict"])
def test_evaluate_and_predict_run_eagerly_to_the_same_numbers(method):
    results = []
    for eagerly in (False, True):
        m = model(eagerly=eagerly)
        results.append(m.predict(X, verbose=0) if method == "predict" else m.evaluate(X, LABELS, verbose=0))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-6, atol=1e-7)


def test_steps_and_limits_hold_eagerly_too():
    calls = []

    class Count(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            calls.append(batch)

        def on_test_batch_end(self, batch, logs=None):
            calls.append(f"test {batch}")

    m = model(eagerly=True)
    m.fit(
        X,
        LABELS,
        batch_size=10,
        epochs=2,
        steps_per_epoch=2,
        verbose=0,
        callbacks=[Count()],
        validation_data=(X, LABELS),
        validation_steps=1,
    )
    assert calls == [0, 1, "test 0"] * 2
    assert m.predict(X, batch_size=10, steps=2, verbose=0).shape == (20, 3)


def test_a_gradient_tape_loop_equals_fit():
    fitted, looped = model(), model()
    fitted.fit(X, LABELS, batch_size=9, epochs=2, shuffle=False, verbose=0)
    loss_of = keras.losses.SparseCategoricalCrossentropy()
    optimizer = keras.optimizers.SGD(0.05)
    for _ in range(2):
        for start in range(0, 45, 9):
            with keras.GradientTape() as tape:
                loss = loss_of(LABELS[start : start + 9], looped(X[start : start + 9], training=True))
                loss = loss + sum(looped.losses)
            optimizer.apply_gradients(
                zip(tape.gradient(loss, looped.trainable_weights), looped.trainable_weights, strict=True)
            )
    for one, other in zip(fitted.get_weights(), looped.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=BOUNDS["sgd"])


def test_a_compiled_step_in_a_function_equals_fit():
    fitted, looped = model("adam"), model("adam")
    fitted.fit(X, LABELS, batch_size=9, shuffle=False, verbose=0)
    loss_of, optimizer = keras.losses.SparseCategoricalCrossentropy(), keras.optimizers.Adam(0.01)
    optimizer.build(looped.trainable_weights)

    @keras.function
    def step(x, y):
        with keras.GradientTape() as tape:
            loss = loss_of(y, looped(x, training=True)) + sum(looped.losses)
        optimizer.apply(tape.gradient(loss, looped.trainable_weights), looped.trainable_weights)
        return loss

    losses = [float(step(X[i : i + 9], LABELS[i : i + 9])) for i in range(0, 45, 9)]
    assert losses[-1] < losses[0] * 1.2 and int(optimizer.iterations) == 5
    for one, other in zip(fitted.get_weights(), looped.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=BOUNDS["adam"])


def test_grad_of_a_loss():
    m = model()
    kernel = m.layers[0].kernel
    slope = keras.grad(lambda x: ops.sum(ops.square(m(x))))(X)
    step, direction = 1e-2, RNG.normal(size=X.shape).astype("float32")
    high, low = (float(ops.sum(ops.square(m(X + s * direction)))) for s in (step, -step))
    # Central difference in float32: truncation h^2 = 1e-4 of third derivatives, rounding 6e-8 * 45 / 2e-2.
    np.testing.assert_allclose(np.sum(slope.numpy() * direction), (high - low) / (2 * step), rtol=2e-2, atol=1e-3)
    assert kernel is m.layers[0].kernel
