"""Masking and TimeDistributed: masks, steps at once and one by one; InputSpec."""

import json

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers, ops

rng = np.random.default_rng(7)


@pytest.mark.parametrize("mask_value", [0.0, -1.5, np.array([1.0, 2.0])])
def test_masking(mask_value):
    x = rng.normal(size=(3, 4, 2))
    x[0, 1] = x[2, 3] = mask_value
    x[1, 0, 0] = np.ravel(mask_value)[0]
    x[1, 2] = np.nan
    layer = layers.Masking(mask_value, dtype="float64")
    out = layer(x)
    counts = (x != mask_value).any(-1)
    assert counts.sum() == 10
    np.testing.assert_array_equal(out, np.where(counts[..., None], x, 0))
    np.testing.assert_array_equal(out._keras_mask, counts)
    np.testing.assert_array_equal(keras.function(layer)(x), out)
    written = json.dumps(keras.saving.serialize_keras_object(layer))
    again = keras.saving.deserialize_keras_object(json.loads(written))
    np.testing.assert_array_equal(again(x), out)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda: layers.Dense(3, activation="tanh"), (2, 4, 5)),
        (lambda: layers.Conv1D(3, 2), (2, 4, 5, 2)),
        (lambda: layers.GlobalMaxPooling1D(), (2, 4, 5, 2)),
        (lambda: layers.Cropping1D(1), (2, 4, 5, 2)),
        (lambda: layers.PReLU("ones"), (2, 4, 5, 2)),
        (lambda: layers.LayerNormalization(), (2, 4, 5)),
        (lambda: layers.BatchNormalization(), (2, 4, 5)),
        (lambda: keras.Sequential([layers.Dense(3), layers.BatchNormalization(), layers.Dropout(0.5)]), (2, 4, 5)),
        (lambda: layers.EinsumDense("ab,bc->ac", 3), (2, 4, 5)),
        (lambda: layers.Lambda(lambda x: ops.tanh(x)), (2, 4, 5)),
        (lambda: layers.Embedding(5, 3), (2, 4, 3)),
    ],
)
def test_every_step_is_what_the_layer_makes_of_it(make, shape, compiled):
    x = rng.integers(0, 5, shape).astype("float32")
    inner = make()
    layer = layers.TimeDistributed(inner)
    y = (keras.function(layer) if compiled else layer)(x)
    wanted = np.stack([inner(x[:, t]) for t in range(shape[1])], axis=1)
    # Rows are the same numbers in products of another size: sums of five products, rounded once more or less.
    np.testing.assert_allclose(y, wanted, rtol=1e-6, atol=1e-6)
    assert tuple(layer.compute_output_shape((None, *shape[1:]))) == (None, *y.shape[1:])
    assert tuple(layer.compute_output_shape((None, None, *shape[2:])))[:2] == (None, None)


def counted(layer, x, **arguments):
    """How many products the trace of a call has."""
    from keraunos.graph.trace import Trace, tracing

    layer(x)
    trace = Trace()
    with tracing(trace):
        layer(trace.placeholder(x.shape, "float32"), **arguments)
    return sum(node.op.name == "matmul" for node in trace.nodes)


def test_steps_are_one_product_where_the_layer_allows_it():
    x = np.ones((2, 9, 5), "float32")

    class Mine(layers.Dense):
        pass

    inner = keras.Sequential([layers.Dense(3), layers.BatchNormalization()])
    assert counted(layers.TimeDistributed(layers.Dense(3)), x) == 1
    assert counted(layers.TimeDistributed(Mine(3)), x) == 9
    assert counted(layers.TimeDistributed(inner), x) == 1
    assert counted(layers.TimeDistributed(inner), x, training=True) == 9


def test_draws_differ_from_step_to_step():
    out = np.asarray(layers.TimeDistributed(layers.Dropout(0.5))(np.ones((4, 6, 8), "float32"), training=True))
    assert (out[:, 1:] != out[:, :-1]).any(axis=(0, 2)).all()
    shared = layers.TimeDistributed(layers.Dropout(0.5, noise_shape=(1, None)))
    out = np.asarray(shared(np.ones((4, 6, 8), "float32"), training=True))
    assert (out[:, 1:] != out[:, :-1]).any() and (out == out[:1]).all()


@pytest.mark.parametrize("own", [False, True])
def test_masks_reach_the_layer_and_pass_through(own):
    seen = []

    class Watcher(layers.Layer):
        def call(self, inputs, mask=None):
            seen.append(np.asarray(mask).tolist())
            return inputs

    x = ops.convert_to_tensor(np.ones((2, 3, 1), "float32"))
    mask = np.array([[True, False, True], [False, False, True]])
    layer = layers.TimeDistributed(Watcher())
    if own:
        out = layer(x, mask=mask)
    else:
        x._keras_mask = ops.convert_to_tensor(mask)
        out = layer(x)
        np.testing.assert_array_equal(out._keras_mask, mask)
    assert seen == mask.T.tolist()


def test_half_layers_compute_in_their_dtype():
    inner = layers.Dense(3, dtype="mixed_float16")
    assert layers.TimeDistributed(inner, dtype="mixed_float16")(np.ones((2, 3, 4), "float32")).dtype == "float16"


def test_unknown_numbers_of_steps():
    traced = []

    class Mine(layers.Layer):
        def call(self, inputs):
            traced.append(tuple(inputs.shape))
            return inputs[:, :1]

    x = keras.Input((None, 5))
    y = layers.TimeDistributed(Mine())(x)
    assert (y.shape, len(traced)) == ((None, None, 1), 2)
    y = layers.TimeDistributed(layers.Dense(3))(keras.Input((7, 4)))
    assert y.shape == (None, 7, 3)
    model = keras.Model(x, layers.TimeDistributed(layers.BatchNormalization())(x))
    assert model.predict(np.ones((2, 3, 5)), verbose=0).shape == (2, 3, 5)


def test_weights_train():
    steps = layers.TimeDistributed(layers.Dense(1, name="inner"), name="steps")
    model = keras.Sequential([keras.Input((4, 5)), steps], name="m")
    assert [w.path for w in model.weights] == ["m/steps/inner/kernel", "m/steps/inner/bias"]
    model.compile("sgd", "mse")
    x = rng.normal(size=(16, 4, 5)).astype("float32")
    history = model.fit(x, x.sum(-1, keepdims=True), epochs=5, verbose=0).history["loss"]
    assert history[-1] < history[0]


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: layers.TimeDistributed("dense"), TypeError, "layer must be a keraunos layer"),
        (lambda: layers.TimeDistributed(layers.Dense(2))(np.ones((2, 3))), ValueError, "at least 3 axes"),
        (lambda: layers.TimeDistributed(layers.Dense(2))(np.ones((2, 3, 4)), mask=np.ones((2, 4), bool)), ValueError,
         r"expected a mask of shape \(2, 3, ...\)"),
    ],
)  # fmt: skip
def test_errors(make, error, match):
    with pytest.raises(error, match=match):
        make()


class Picky(layers.Layer):
    def __init__(self, **spec):
        super().__init__(name="picky")
        self.input_spec = layers.InputSpec(**spec)

    def call(self, inputs):
        return inputs


@pytest.mark.parametrize(
    ("spec", "good", "bad", "match"),
    [
        ({"ndim": 2}, (2, 3), (2, 3, 4), "expected ndim=2, got ndim=3"),
        ({"min_ndim": 3}, (2, 3, 4, 5), (2, 3), "expected min_ndim=3, got ndim=2"),
        ({"max_ndim": 3}, (2,), (2, 3, 4, 5), "expected max_ndim=3, got ndim=4"),
        ({"axes": {-1: 4, 1: None}}, (2, 3, 4), (2, 4, 3), "expected extent 4 on axis -1, got 3"),
        ({"axes": {3: 4}}, (2, 3, 4, 4), (2, 3), "expected extent 4 on axis 3, got no such axis"),
        ({"shape": (None, 3)}, (7, 3), (7, 4), r"expected shape=\(None, 3\), got shape=\(7, 4\)"),
        ({"shape": (None, 3, 1), "allow_last_axis_squeeze": True}, (7, 3), (7, 4), "expected shape="),
        ({"shape": (None, 3), "allow_last_axis_squeeze": True}, (7, 3, 1), (7, 3, 2), "expected shape="),
        ({"dtype": "float32"}, (2,), None, "expected dtype=float32, got dtype=int32"),
    ],
)
def test_input_spec(spec, good, bad, match):
    layer = Picky(**spec)
    layer(np.ones(good, "float32"))
    with pytest.raises(ValueError, match=rf'\[input\] layer "picky", input 0: {match}'):
        layer(np.ones(2, "int32") if bad is None else np.ones(bad, "float32"))


def test_input_specs_of_several_inputs():
    layer = Picky(ndim=2)
    layer.input_spec = [layers.InputSpec(ndim=2, name="a"), None, layers.InputSpec(ndim=1, name="c", optional=True)]
    a, b, c = np.ones((2, 3)), np.ones(4), np.ones(5)
    layer([a, b, c])
    with pytest.raises(ValueError, match=r"expected 3 input\(s\), got 2"):
        layer([a, b])
    with pytest.raises(ValueError, match="input c: expected ndim=1, got ndim=2"):
        layer([a, b, a])
    layer.input_spec = [s for s in layer.input_spec if s]
    assert set(layer({"c": c, "a": a, "more": a})) == {"a", "c", "more"}
    with pytest.raises(ValueError, match="expected an input 'c'"):
        layer({"a": a, "b": b})


def test_input_spec_arguments():
    spec = layers.InputSpec("float16", (None, 3), axes={1: 3})
    assert repr(spec) == "InputSpec(dtype=float16, shape=(None, 3), ndim=2, axes={1: 3})"
    assert layers.InputSpec.from_config(spec.get_config()).get_config() == spec.get_config()
    with pytest.raises(TypeError, match="axes must be a dict"):
        layers.InputSpec(axes={"last": 3})
    with pytest.raises(ValueError, match="axis 2 is out of range"):
        layers.InputSpec(ndim=2, axes={2: 3})
