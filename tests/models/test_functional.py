"""Functional models: graphs of layers and functions, their inputs and outputs, parts of them, and their training."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers, ops

RNG = np.random.default_rng(5)
A = RNG.normal(size=(24, 4)).astype("float32")
B = RNG.normal(size=(24, 3)).astype("float32")


def two_inputs(outputs=2):
    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    x = layers.Dense(5, activation="relu", name="da")(a)
    y = layers.Dense(5, name="db")(b)
    joined = layers.Concatenate(name="cat")([x, y])
    value = layers.Dense(1, name="value")(joined)
    label = layers.Dense(3, activation="softmax", name="label")(joined + 1.0)
    return keras.Model([a, b], [value, label][:outputs] if outputs > 1 else value, name="two")


def by_hand(model, a, b):
    """The outputs of `two_inputs` in NumPy."""
    w = {v.path: v.numpy().astype("float64") for v in model.weights}
    x = np.maximum(a @ w["da/kernel"] + w["da/bias"], 0)
    joined = np.concatenate([x, b @ w["db/kernel"] + w["db/bias"]], 1)
    value = joined @ w["value/kernel"] + w["value/bias"]
    if "label/kernel" not in w:
        return value, None
    logits = (joined + 1) @ w["label/kernel"] + w["label/bias"]
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    return value, shifted / shifted.sum(1, keepdims=True)


# float32 products of at most 10 terms of size 1 each: some 10 rounding steps of 6e-8.
CLOSE = {"rtol": 1e-5, "atol": 2e-6}


@pytest.mark.parametrize("x", [[A, B], (A, B), {"a": A, "b": B}, {"b": B, "a": A, "more": A}], ids=str.__class__)
@pytest.mark.parametrize("eagerly", [False, True])
def test_outputs_are_those_of_the_graph(x, eagerly):
    model = two_inputs()
    model.run_eagerly = eagerly
    for got, want in zip(model.predict(x, verbose=0, batch_size=10), by_hand(model, A, B), strict=True):
        np.testing.assert_allclose(got, want, **CLOSE)
    for got, want in zip(model(x), by_hand(model, A, B), strict=True):
        np.testing.assert_allclose(got, want, **CLOSE)


def test_what_a_model_says_of_itself():
    model = two_inputs()
    assert type(model).__name__ == "Functional" and isinstance(model, keras.Model)
    assert [layer.name for layer in model.layers] == ["a", "b", "da", "db", "cat", "value", "label"]
    assert model.input_names == ["a", "b"] and model.output_names == ["value", "label"]
    assert model.input_shape == [(None, 4), (None, 3)] and model.output_shape == [(None, 1), (None, 3)]
    assert [t.name for t in model.inputs] == ["a", "b"] and model.input == model.inputs
    assert model.get_layer("cat").output.shape == (None, 10) and len(model.get_layer("cat").input) == 2
    assert model.count_params() == 25 + 20 + 11 + 33


def test_dicts_of_inputs_and_outputs():
    x = {"left": keras.Input((4,), name="left"), "right": keras.Input((3,), name="right")}
    both = layers.concatenate([x["left"], x["right"]])
    model = keras.Model(x, {"sum": ops.sum(both, axis=1), "all": both})
    got = model.predict({"right": B, "left": A}, verbose=0)
    assert list(got) == ["sum", "all"]
    np.testing.assert_array_equal(got["all"], np.concatenate([A, B], 1))
    np.testing.assert_allclose(got["sum"], got["all"].sum(1), **CLOSE)
    with pytest.raises(ValueError, match=r"'right' is missing"):
        model.predict({"left": A}, verbose=0)


def test_operators_functions_and_indexing_of_keras_tensors():
    x = keras.Input((4,))
    y = keras.Input((4,))
    expressions = [
        (x + y, lambda a, b: a + b), (1 - x, lambda a, b: 1 - a), (x * np.float32(2), lambda a, b: 2 * a),
        (x / 2, lambda a, b: a / 2), (2 / (x + 5), lambda a, b: 2 / (a + 5)), (x**2, lambda a, b: a**2),
        (-x, lambda a, b: -a), (abs(x), lambda a, b: abs(a)), (x // 2, lambda a, b: a // 2), (x % 2, lambda a, b: a %
        2), (x > y, lambda a, b: a > b), (x <= 0, lambda a, b: a <= 0), (x != y, lambda a, b: a != b),
        ((x > 0) & (y > 0), lambda a, b: (a > 0) & (b > 0)), (~(x > 0), lambda a, b: ~(a > 0)),
        (x[:, 1:3], lambda a, b: a[:, 1:3]), (x[:, None, ::2], lambda a, b: a[:, None, ::2]), (x[..., -1], lambda a, b:
        a[..., -1]), (np.ones((1, 4), "float32") + x, lambda a, b: 1 + a), (ops.ones((4,)) * x, lambda a, b: a),
        (keras.Variable(np.full(4, 3.0, "float32")) - x, lambda a, b: 3 - a),
        (ops.reshape(x, (-1, 2, 2)), lambda a, b: a.reshape(-1, 2, 2)), (x.T @ y, lambda a, b: a.T @ b),
        (ops.reshape(x, (ops.shape(x)[0], 2, 2)), lambda a, b: a.reshape(-1, 2, 2)),
        (keras.activations.relu(x), lambda a, b: np.maximum(a, 0)),
        (ops.split(x, 2, axis=1)[1], lambda a, b: a[:, 2:]), (ops.stack([x, y], axis=1), lambda a, b: np.stack([a, b],
        1)),
    ]  # fmt: skip
    model = keras.Model([x, y], [symbol for symbol, _ in expressions])
    other = A[::-1].copy()
    outputs = model([A, other])
    for (symbol, reference), got in zip(expressions, outputs, strict=True):
        want = reference(A, other)
        assert tuple(n for n in symbol.shape if n is not None) == tuple(
            want.shape[len(want.shape) - sum(n is not None for n in symbol.shape) :]
        )
        assert symbol.dtype == str(got.dtype) and len(symbol.shape) == want.ndim
        np.testing.assert_allclose(np.asarray(got), want, **CLOSE)


def test_unknown_extents_stay_unknown_through_the_graph():
    x = keras.Input((None, None, 3))
    y = layers.Conv2D(4, 3, padding="same", strides=2)(x)
    z = layers.UpSampling2D()(layers.MaxPooling2D()(y))
    assert y.shape == z.shape == (None, None, None, 4)
    model = keras.Model(x, layers.GlobalAveragePooling2D()(layers.add([y, z])))
    assert model.output_shape == (None, 4)
    for size in (16, 24):
        assert model.predict(np.ones((2, size, size, 3)), verbose=0).shape == (2, 4)


def test_a_fixed_number_of_rows_is_kept():
    x = keras.Input(batch_shape=(8, 3))
    assert layers.Dense(2)(x).shape == (8, 2) and ops.mean(x, axis=0).shape == (3,)


def test_a_shared_layer_has_one_set_of_weights_and_two_calls():
    shared = layers.Dense(2, use_bias=False, name="shared")
    a, b = keras.Input((3,)), keras.Input((3,))
    model = keras.Model([a, b], shared(a) - shared(b))
    assert len(model.weights) == 1
    np.testing.assert_allclose(model.predict([B, B], verbose=0), 0, atol=1e-6)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    kernel = shared.kernel.numpy().astype("float64")
    other = RNG.normal(size=B.shape).astype("float32")
    model.train_on_batch([B, other], np.zeros((24, 2)))
    # d/dW mean((B - other) W)^2 = 2 (B - other)^T (B - other) W / (24 * 2)
    difference = (B - other).astype("float64")
    np.testing.assert_allclose(
        shared.kernel, kernel - 0.1 * difference.T @ difference @ kernel / 24, rtol=1e-4, atol=1e-5
    )


def test_models_inside_models():
    inner = two_inputs(outputs=1)
    a, b = keras.Input((4,)), keras.Input((3,))
    outer = keras.Model([a, b], inner([a, b]) * 2 + inner({"b": b, "a": a}))
    np.testing.assert_allclose(outer.predict([A, B], verbose=0), 3 * by_hand(inner, A, B)[0], rtol=1e-5, atol=1e-5)
    assert inner in outer.layers and outer.count_params() == inner.count_params()
    chain = keras.Sequential([keras.Input((4,)), keras.Sequential([layers.Dense(3)]), layers.Dense(2)])
    assert keras.Model(a, chain(a)).predict(A, verbose=0).shape == (24, 2)


def test_outputs_of_layers_in_the_middle_make_models():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(5, activation="tanh", name="h"), layers.Dense(2)])
    activations = keras.Model(model.inputs, [layer.output for layer in model.layers])
    hidden, out = activations.predict(A, verbose=0)
    np.testing.assert_array_equal(out, model.predict(A, verbose=0))
    w, b = (v.numpy() for v in model.get_layer("h").weights)
    np.testing.assert_allclose(hidden, np.tanh(A @ w + b), rtol=1e-5, atol=1e-6)
    head = keras.Model(model.get_layer("h").output, model.output)
    np.testing.assert_allclose(head.predict(hidden, verbose=0), out, rtol=1e-6, atol=1e-6)
    assert head.layers[-1] is model.layers[-1] and len(head.weights) == 2


def test_a_layer_without_a_known_input_has_no_output():
    with pytest.raises(AttributeError, match='"lonely" has no output'):
        _ = layers.Dense(3, name="lonely").output
    with pytest.raises(AttributeError, match="has no inputs before it is built"):
        _ = keras.Sequential([layers.Dense(3)]).inputs


def test_subclasses_may_be_graphs_with_steps_of_their_own():
    class Doubled(keras.Model):
        def train_step(self, data):
            self.steps = getattr(self, "steps", 0) + 1
            return super().train_step(data)

    x = keras.Input((4,))
    model = Doubled(x, layers.Dense(1)(x))
    model.compile("sgd", "mse")
    model.fit(A, A[:, :1], verbose=0)
    assert model.steps >= 1 and type(model) is Doubled and model.name == "doubled"

    class Named(keras.Model):
        def __init__(self, width):
            x = keras.Input((4,))
            super().__init__(inputs=x, outputs=layers.Dense(width)(x), name="mine")
            self.width = width

    assert Named(3).predict(A, verbose=0).shape == (24, 3) and Named(3).name == "mine"


def test_training_flags_and_frozen_parts():
    base = keras.Sequential(
        [keras.Input((4,)), layers.Dense(6), layers.BatchNormalization(), layers.Dropout(0.5)], name="base"
    )
    base.trainable = False
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(1, name="head")(base(x, training=False)))
    assert [v.path for v in model.trainable_weights] == ["head/kernel", "head/bias"]
    model.compile("sgd", "mse")
    before = base.get_weights()
    model.fit(A, A[:, :1], epochs=2, verbose=0)
    for old, new in zip(before, base.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    # training=False in the graph is kept: no dropout even in training mode.
    np.testing.assert_array_equal(model(A, training=True), model(A, training=False))


def test_deep_graphs_do_not_run_out_of_stack():
    x = y = keras.Input((2,))
    for _ in range(2000):
        y = y + x
    np.testing.assert_allclose(keras.Function(x, y)(np.ones((1, 2), "float32")), 2001)


def test_functions_of_keras_tensors_without_a_model():
    a, b = keras.KerasTensor((None, 2)), keras.KerasTensor((None, 2))
    function = keras.Function([a, b], {"sum": a + b, "first": a})
    got = function([np.ones((3, 2)), np.full((3, 2), 2.0)])
    np.testing.assert_array_equal(got["sum"], 3.0)
    np.testing.assert_array_equal(got["first"], 1.0)
    with pytest.raises(ValueError, match="expected 2 inputs"):
        function([np.ones((3, 2))])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: keras.Model(keras.Input((2,), name="p"), layers.Dense(1)(keras.Input((2,), name="q"))), "depend on q"),
        (lambda: keras.Model(np.ones(3), layers.Dense(1)(keras.Input((2,)))), "inputs must be KerasTensors"),
        (lambda: keras.Model(keras.Input((2,)), [keras.Input((2,)), 3]), "outputs must be KerasTensors"),
        (lambda: bool(keras.Input((2,))), "condition"),
        (lambda: np.asarray(keras.Input((2,))), "has no value"),
        (lambda: float(keras.Input((2,))), "float"),
        (lambda: list(keras.Input((2,))), "loop"),
        (lambda: keras.KerasTensor((2,), sparse=True), "sparse"),
        (lambda: layers.Dense(2)(keras.Input((None,))), "known"),
        (lambda: two_inputs().predict([A], verbose=0), "expected 2 inputs"),
        (lambda: two_inputs().predict([A, A], verbose=0), r'layer "b": expected .*\(None, 3\)'),
    ],
)  # fmt: skip
def test_mistakes(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_two_layers_of_one_name_are_refused():
    x = keras.Input((2,))
    with pytest.raises(ValueError, match='two layers are named "same"'):
        keras.Model(x, layers.Dense(1, name="same")(layers.Dense(1, name="same")(x)))


def test_inputs_are_cast_and_lose_an_axis_of_extent_one():
    x = keras.Input((), dtype="int32")
    model = keras.Model(x, x * 2)
    got = model.predict(np.arange(5.0), verbose=0)
    assert got.dtype == np.int32 and got.shape == (5,)
    np.testing.assert_array_equal(got, 2 * np.arange(5))


@pytest.mark.parametrize(("layer", "default"), [(layers.Dropout(0.5), False), (layers.GaussianNoise(1.0), False)])
def test_a_default_that_keras_wrote_down(layer, default):
    """Keras's files say `training=False` of every `Dropout` that was called without; it drops in training."""
    image = keras.Input((3,))
    config = keras.Model(image, layer(image)).get_config()
    config["layers"][1]["inbound_nodes"][0]["kwargs"]["training"] = default
    model = keras.Model.from_config(config)
    x = np.ones((400, 3), "float32")
    assert model(x, training=True).numpy().std() > 0.5
    assert not (model(x).numpy() != x).any()


def test_a_choice_that_is_no_default_comes_back():
    image = keras.Input((3,))
    model = keras.Model(image, layers.BatchNormalization()(image, training=False))
    model = keras.Model.from_config(model.get_config())
    # Ones divided by sqrt(1 + epsilon); statistics of the batch would make zeros of them.
    np.testing.assert_allclose(model(np.ones((4, 3)), training=True), np.full((4, 3), 1.001**-0.5), rtol=1e-6)
