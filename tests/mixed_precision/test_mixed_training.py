"""Training in mixed precision: it converges like float32, on any number of threads to the same bits."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import _cpu, layers


def pictures(count=2000):
    """Pictures of ten kinds with noise, uint8 as in Fashion-MNIST."""
    rng = np.random.default_rng(0)
    kinds = rng.normal(size=(10, 16, 16, 1)) * 40
    labels = rng.integers(0, 10, count)
    return np.clip(kinds[labels] + rng.normal(size=(count, 16, 16, 1)) * 30 + 100, 0, 255).astype("uint8"), labels


def mlp():
    return [layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(50, activation="relu"), layers.Dense(10)]


def cnn():
    return [
        layers.Rescaling(1 / 255),
        layers.Conv2D(8, 3, activation="relu"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Dropout(0.1, seed=3),
        layers.Flatten(),
        layers.Dense(10),
    ]


def trained(network, policy, epochs=3, **compile_arguments):
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(5)
    model = keras.Sequential(network())
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.003), loss, metrics=["accuracy"], **compile_arguments)
    x, y = pictures()
    history = model.fit(x, y, batch_size=50, epochs=epochs, verbose=0).history
    return model, history


@pytest.mark.parametrize("network", [mlp, cnn])
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_converges_like_float32(network, policy):
    """Losses of 120 steps: rounding moves single steps by 2**-8 of their gradients without a preferred direction, so
    epochs agree to a few percent."""
    _, single = trained(network, "float32")
    model, mixed = trained(network, policy)
    np.testing.assert_allclose(mixed["loss"], single["loss"], rtol=0.1, atol=0.01)
    assert mixed["accuracy"][-1] > 0.97 and single["accuracy"][-1] > 0.97
    assert all(v.dtype == "float32" for v in model.trainable_weights)
    assert model.count_params() == sum(v.size for v in model.weights)


@pytest.mark.parametrize("policy", ["bfloat16", "float16"])
def test_weights_in_halves_learn_too(policy):
    """Without float32 weights small updates are lost; the first epochs are large ones."""
    model, history = trained(mlp, policy)
    assert all(v.dtype == policy for v in model.trainable_weights)
    assert history["loss"][-1] < history["loss"][0] / 3


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_any_number_of_threads_gives_the_same_bits(policy):
    threads, found = _cpu.num_threads(), []
    try:
        for count in (1, 3):
            _cpu.set_num_threads(count)
            model, history = trained(cnn, policy, epochs=1)
            found.append(([w.tobytes() for w in model.get_weights()], history))
    finally:
        _cpu.set_num_threads(threads)
    assert found[0] == found[1]


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_steps_in_python_agree_with_programs(policy):
    """A Program rounds once where it fuses: pictures that are scaled and rounded differ by one place of a half."""
    _, compiled = trained(mlp, policy, epochs=1)
    _, eager = trained(mlp, policy, epochs=1, run_eagerly=True)
    np.testing.assert_allclose(eager["loss"], compiled["loss"], rtol=0.02)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_predictions_are_halves(dtype):
    pytest.importorskip("ml_dtypes")
    model, _ = trained(mlp, f"mixed_{dtype}", epochs=1)
    x, y = pictures(70)
    whole = model.predict(x, batch_size=70, verbose=0)
    assert whole.dtype == dtype and whole.shape == (70, 10)
    for again in (
        model.predict(x, batch_size=70, verbose=0),
        model.predict_on_batch(x),
        model.predict((x[i : i + 7] for i in range(0, 70, 7)), steps=10, verbose=0),
        np.asarray(model(x)),
    ):
        assert again.dtype == dtype
        # A batch may round pictures before or after they are scaled, see above.
        np.testing.assert_allclose(again.astype("float32"), whole.astype("float32"), atol=0.1)
    loss, accuracy = model.evaluate(x, y, verbose=0)
    assert isinstance(loss, float) and 0 <= accuracy <= 1


def test_a_layer_in_float32_ends_a_model_of_halves():
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = keras.Sequential(
        [layers.Dense(8, activation="relu"), layers.Dense(3, activation="softmax", dtype="float32")]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    x = np.random.default_rng(1).normal(size=(20, 5)).astype("float32")
    model.fit(x, np.arange(20) % 3, verbose=0)
    found = model.predict(x, verbose=0)
    assert found.dtype == np.float32
    # Sums of three float32 numbers: two roundings of numbers below 1.
    np.testing.assert_allclose(found.sum(-1), 1, atol=2.0**-22)


def test_half_weights_are_kept_in_files(tmp_path):
    keras.config.set_dtype_policy("bfloat16")
    models = []
    for seed in (1, 2):
        keras.utils.set_random_seed(seed)
        models.append(keras.Sequential([layers.Dense(4), layers.Dense(2)]))
        models[-1].build((None, 3))
    models[0].save_weights(tmp_path / "w.weights.h5")
    models[1].load_weights(tmp_path / "w.weights.h5")
    for a, b in zip(*(m.weights for m in models), strict=True):
        assert a.dtype == "bfloat16"
        np.testing.assert_array_equal(a.storage, b.storage)


def test_a_loss_that_turns_nan_is_reported():
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1e38), "mse")
    with pytest.warns(RuntimeWarning, match="batch 2"):
        model.fit(np.ones((8, 3), "float32"), np.full((8, 1), 9.0), batch_size=2, verbose=0)
