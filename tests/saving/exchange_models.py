"""Models that are saved by one library and loaded by the other: the same source builds them with `keras` and with
`keraunos`.

Each entry of `MODELS` takes the module and returns a compiled model; `data` gives what fits it.
"""

import numpy as np


def mlp(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(8, activation="relu", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.PReLU(),
            layers.LayerNormalization(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def convolutions(keras):
    layers = keras.layers
    x = keras.Input((8, 8, 3))
    y = layers.Conv2D(4, 3, padding="same", activation="gelu")(layers.Rescaling(0.5)(x))
    z = layers.SeparableConv2D(4, 3, padding="same")(y)
    z = layers.Conv2DTranspose(2, 2, strides=2)(layers.MaxPooling2D()(layers.Add()([y, z])))
    z = layers.GroupNormalization(2)(layers.DepthwiseConv2D(3)(layers.ZeroPadding2D(1)(z)))
    model = keras.Model(x, layers.Dense(1)(layers.GlobalAveragePooling2D()(z)))
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True), keras.losses.LogCosh())
    return model


def graph_of_functions(keras):
    ops = keras.ops
    x = keras.Input((6,), name="x")
    h = keras.layers.Dense(6, name="h")(x)
    parts = ops.split(ops.tanh(h) * x + 1.0, 2, axis=-1)
    y = ops.concatenate([parts[0][:, 1:], ops.mean(parts[1], axis=-1, keepdims=True), -parts[1]], axis=1)
    y = ops.reshape(ops.where(y > 0.5, y, y * 0.1), (-1, 3, 2))
    y = ops.max(ops.transpose(y, (0, 2, 1)), axis=-1)
    model = keras.Model(x, keras.layers.Dense(1)(ops.softmax(y)))
    model.compile(keras.optimizers.RMSprop(0.01, centered=True, momentum=0.5), "mae")
    return model


def several_outputs(keras):
    layers = keras.layers
    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    shared = layers.Dense(5, activation="tanh", name="shared")
    inner = keras.Sequential([keras.Input((5,)), layers.Dense(4), layers.ELU()], name="inner")
    left = inner(shared(layers.Dense(3)(a)))
    right = inner(shared(b))
    value = layers.Dense(1, name="value")(layers.Subtract()([left, right]))
    label = layers.Dense(3, activation="softmax", name="label")(layers.Concatenate()([left, right]))
    model = keras.Model({"a": a, "b": b}, {"value": value, "label": label})
    model.compile(
        keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(0.02, 50)),
        {"value": "mse", "label": "sparse_categorical_crossentropy"},
        loss_weights={"value": 0.3, "label": 1.0},
        metrics={"value": ["mae"], "label": ["accuracy"]},
    )
    return model


MODELS = {f.__name__: f for f in (mlp, convolutions, graph_of_functions, several_outputs)}
# Functions in the graph are lost in the format of Keras 2, which Keras itself cannot read back.
FORMATS = {name: ["keras", "h5", "weights.h5"] for name in MODELS} | {"graph_of_functions": ["keras", "weights.h5"]}


def data(name):
    """(x, y) with 24 rows."""
    rng = np.random.default_rng(sum(map(ord, name)))
    if name == "convolutions":
        return rng.normal(size=(24, 8, 8, 3)).astype("float32"), rng.normal(size=(24, 1)).astype("float32")
    if name == "several_outputs":
        x = {"a": rng.normal(size=(24, 4)).astype("float32"), "b": rng.normal(size=(24, 3)).astype("float32")}
        return x, {"value": rng.normal(size=(24, 1)).astype("float32"), "label": rng.integers(0, 3, 24)}
    x = rng.normal(size=(24, 6)).astype("float32")
    return x, rng.integers(0, 3, 24) if name == "mlp" else x[:, :1] * 2


def train(model, name, steps=5):
    """Five steps of 8 rows, in order."""
    x, y = data(name)
    take = lambda value, rows: {k: v[rows] for k, v in value.items()} if isinstance(value, dict) else value[rows]  # noqa: E731
    for step in range(steps):
        rows = slice(8 * (step % 3), 8 * (step % 3) + 8)
        model.train_on_batch(take(x, rows), take(y, rows))


def outputs(model, name):
    """The predictions as a flat list."""
    found = model.predict(data(name)[0], verbose=0)
    if isinstance(found, dict):
        return [found[key] for key in sorted(found)]
    return found if isinstance(found, list) else [found]


def reopened(keras, name, path, compile=True):
    """The model in a file; one of weights alone goes into a new model."""
    if str(path).endswith(".weights.h5"):
        model = MODELS[name](keras)
        model.optimizer.build(model.trainable_variables)
        model.load_weights(path)
        return model
    return keras.models.load_model(path, compile=compile)


def save(model, path):
    model.save_weights(path) if str(path).endswith(".weights.h5") else model.save(path)
