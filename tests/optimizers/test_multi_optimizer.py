"""Several optimizers in one: which variable goes where, and that each does what it does alone."""

import json

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers, optimizers
from keraunos.optimizers import MultiOptimizer, OptimizerMap
from keraunos.saving.state import walk

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(24, 4)).astype("float32"), RNG.normal(size=(24, 1)).astype("float32")


def model():
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((4,)), layers.Dense(3, name="body"), layers.Dense(1, name="head")], name="net")


def test_which_key_fits():
    sgd, adam, rms = optimizers.SGD(), optimizers.Adam(), optimizers.RMSprop()
    made = OptimizerMap(rms, {"encoder/dense": adam})
    made["encoder/.*"] = sgd
    made["decoder"] = adam
    found = [made[key] for key in ("encoder/dense", "encoder/other", "decoder", "decoder/dense", "encoder")]
    assert found == [adam, sgd, adam, rms, rms]
    assert made(keras.Variable(1.0, name="decoder")) is adam
    assert len(made) == 3 and list(made) == ["encoder/dense", "encoder/.*", "decoder"]
    del made["decoder"]
    assert made["decoder"] is rms
    made["enc.*"] = adam
    with pytest.raises(ValueError, match="several keys fit 'encoder/other': encoder/.., enc"):
        made["encoder/other"]  # noqa: B018


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: OptimizerMap("sgd"), TypeError, "default_optimizer"),
        (lambda: OptimizerMap(optimizers.SGD(), [1]), TypeError, "dict"),
        (lambda: OptimizerMap(optimizers.SGD(), {"a": "adam"}), ValueError, "a: expected an optimizer"),
        (lambda: OptimizerMap(optimizers.SGD(), {3: optimizers.SGD()}), ValueError, "string"),
        (lambda: OptimizerMap(optimizers.SGD(), {"a": optimizers.LossScaleOptimizer(optimizers.SGD())}), ValueError,
         "LossScaleOptimizer cannot be inside"),
        (lambda: OptimizerMap(optimizers.SGD()).update({"a": MultiOptimizer(OptimizerMap(optimizers.SGD()))}),
         ValueError, "MultiOptimizer cannot be inside"),
        (lambda: MultiOptimizer(lambda v: "sgd").build([keras.Variable(1.0)]), ValueError, "expected an optimizer"),
    ],
)  # fmt: skip
def test_what_is_no_optimizer(call, error, message):
    with pytest.raises(error, match=message):
        call()
    twice = OptimizerMap(optimizers.SGD(), {"a": optimizers.SGD()})
    with pytest.raises(ValueError, match="for 'a' already"):
        twice["a"] = optimizers.SGD()


@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("by_function", [False, True])
def test_every_variable_has_its_own_optimizer(eagerly, by_function):
    """The same steps by two optimizers that only know their own variables."""
    sgd, adam = optimizers.SGD(0.1, momentum=0.9), optimizers.Adam(0.01)
    by_path = OptimizerMap(sgd, {"net/head/.*": adam})
    chosen = (lambda v: adam if "head" in v.path else sgd) if by_function else by_path
    made = model()
    made.compile(MultiOptimizer(chosen), "mse", run_eagerly=eagerly)
    made.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)

    alone, parts = model(), (optimizers.SGD(0.1, momentum=0.9), optimizers.Adam(0.01))
    for _ in range(2):
        for start in range(0, 24, 8):
            with keras.GradientTape() as tape:
                loss = keras.ops.mean((alone(X[start : start + 8], training=True) - Y[start : start + 8]) ** 2)
            gradients = tape.gradient(loss, alone.trainable_weights)
            parts[0].apply(gradients[:2], alone.trainable_weights[:2])
            parts[1].apply(gradients[2:], alone.trainable_weights[2:])
    for ours, theirs in zip(made.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-6)  # six float32 steps in another order
    assert int(made.optimizer.iterations) == int(sgd.iterations) == int(adam.iterations) == 6
    assert set(map(id, made.optimizer.optimizers)) == {id(sgd), id(adam)}


def pair():
    return keras.Variable([1.0, 2.0], name="a"), keras.Variable([3.0], name="b")


def test_gradients_that_are_missing():
    a, b = pair()
    made = MultiOptimizer(OptimizerMap(optimizers.SGD(1.0), {"b": optimizers.SGD(0.5)}))
    made.apply([np.float32([1, 1]), None], [a, b])
    assert a.numpy().tolist() == [0, 1] and b.numpy().tolist() == [3] and int(made.iterations) == 1
    with pytest.raises(ValueError, match="no gradients for any variable"):
        made.apply([None, None], [a, b])
    with pytest.raises(ValueError, match="unknown variables c"):
        made.apply([np.float32(1)] * 3, [a, b, keras.Variable(1.0, name="c")])
    made.apply([], [])


def test_the_scale_of_the_loss_is_shared():
    a, b = pair()
    sgd = optimizers.SGD(1.0, loss_scale_factor=8.0)
    made = MultiOptimizer(OptimizerMap(sgd), loss_scale_factor=2.0)
    assert sgd.loss_scale_factor == 2.0 and float(made.scale_loss(keras.ops.convert_to_tensor(3.0))) == 6.0
    made.apply([np.float32([2, 2]), np.float32([4])], [a, b])
    assert a.numpy().tolist() == [0, 1] and b.numpy().tolist() == [1]
    made.loss_scale_factor = None
    assert sgd.loss_scale_factor is None


def test_there_is_no_single_learning_rate():
    made = MultiOptimizer(OptimizerMap(optimizers.SGD()))
    with pytest.raises(AttributeError, match=r"read those of its .optimizers"):
        made.learning_rate  # noqa: B018
    with pytest.raises(AttributeError, match=r"set those of its .optimizers"):
        made.learning_rate = 0.1


def test_state_goes_out_and_in():
    def build():
        a, b = pair()
        made = MultiOptimizer(OptimizerMap(optimizers.Adam(), {"b": optimizers.SGD(momentum=0.5)}))
        made.build([a, b])
        return made

    made, other = build(), build()
    made.apply([np.float32([1, 1]), np.float32([1])])
    other.set_weights([v.numpy() for v in made.variables])
    for ours, theirs in zip(other.variables, made.variables, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
    # The count, then those of the optimizers: SGD's count, rate, momentum; Adam's count, rate and two moments.
    assert len(made.variables) == 2 + 3 + 4
    with pytest.raises(ValueError, match="expected 9 arrays, got 1"):
        made.set_weights([1])


def test_config_and_files(tmp_path):
    made = MultiOptimizer(OptimizerMap(optimizers.SGD(0.25), {"net/head/.*": optimizers.Adam(0.5)}), 2.0, name="both")
    again = keras.optimizers.deserialize(json.loads(json.dumps(keras.optimizers.serialize(made))))
    rates = [float(one.learning_rate) for one in again.optimizers]
    assert rates == [0.5, 0.25] and (again.name, again.loss_scale_factor) == ("both", 2.0)
    pytest.importorskip("h5py", reason="h5py is not installed: files with optimizers are not covered")
    trained = model()
    trained.compile(made, "mse")
    trained.fit(X, Y, verbose=0)
    assert [path for path, _ in walk(trained) if path.startswith("optimizer")] == ["optimizer"]  # not twice
    trained.save(tmp_path / "net.keras")
    loaded = keras.models.load_model(tmp_path / "net.keras")
    a, b = (one.fit(X, Y, epochs=2, shuffle=False, verbose=0).history for one in (trained, loaded))
    assert a == b and int(loaded.optimizer.optimizers[0].iterations) == 3


def test_averages_of_optimizers_inside():
    made = model()
    made.compile(
        MultiOptimizer(OptimizerMap(optimizers.SGD(0.1, use_ema=True), {"net/head/.*": optimizers.SGD(0.1)})), "mse"
    )
    made.fit(X, Y, batch_size=8, verbose=0)
    inner = made.optimizer.optimizers[1]
    np.testing.assert_array_equal(made.layers[0].kernel.numpy(), inner._averages[0].numpy())
