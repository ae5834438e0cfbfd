"""The functional API: a graph of layers, models in models, several inputs and outputs, shared layers, a model of its
own class."""

import os
import tempfile

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(2)
rng = np.random.default_rng(0)

inputs = keras.Input(shape=(784,))
assert inputs.shape == (None, 784) and inputs.dtype == "float32"
x = layers.Dense(32, activation="relu")(inputs)
x = layers.Dense(32, activation="relu")(x)
outputs = layers.Dense(10)(x)
model = keras.Model(inputs=inputs, outputs=outputs, name="mnist_model")
model.summary()
assert model.count_params() == 784 * 32 + 32 + 32 * 32 + 32 + 32 * 10 + 10

x_train, y_train = rng.random((256, 784)).astype("float32"), rng.integers(0, 10, 256)
model.compile(
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    optimizer=keras.optimizers.RMSprop(),
    metrics=[keras.metrics.SparseCategoricalAccuracy()],
)
history = model.fit(x_train, y_train, batch_size=64, epochs=2, validation_split=0.2, verbose=0)
assert set(history.history) == {"loss", "sparse_categorical_accuracy", "val_loss", "val_sparse_categorical_accuracy"}
scores = model.evaluate(x_train, y_train, verbose=0)
assert len(scores) == 2

# Saved, and made again with nothing but the file.
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "my_model.keras")
    model.save(path)
    again = keras.models.load_model(path)
np.testing.assert_allclose(
    model.predict(x_train[:5], verbose=0), again.predict(x_train[:5], verbose=0), rtol=1e-6, atol=1e-6
)

# An encoder, a decoder, and both as one.
encoder_input = keras.Input(shape=(12, 12, 1), name="img")
x = layers.Conv2D(4, 3, activation="relu")(encoder_input)
x = layers.Conv2D(8, 3, activation="relu")(x)
encoder_output = layers.GlobalMaxPooling2D()(layers.MaxPooling2D(2)(x))
encoder = keras.Model(encoder_input, encoder_output, name="encoder")
decoder_input = keras.Input(shape=(8,), name="encoded_img")
x = layers.Reshape((2, 2, 2))(decoder_input)
x = layers.Conv2DTranspose(4, 3, activation="relu")(x)
x = layers.UpSampling2D(3)(x)
decoder_output = layers.Conv2DTranspose(1, 1)(x)
decoder = keras.Model(decoder_input, decoder_output, name="decoder")
auto_input = keras.Input(shape=(12, 12, 1))
autoencoder = keras.Model(auto_input, decoder(encoder(auto_input)), name="autoencoder")
assert autoencoder.output_shape == (None, 12, 12, 1)


# An ensemble.
def get_model():
    inputs = keras.Input(shape=(16,))
    return keras.Model(inputs, layers.Dense(1)(inputs))


inputs = keras.Input(shape=(16,))
ensemble = keras.Model(
    inputs=inputs, outputs=layers.average([m(inputs) for m in (get_model(), get_model(), get_model())])
)
assert tuple(ensemble(np.ones((2, 16))).shape) == (2, 1)

# Tickets with a priority and a department, from a title, a body and tags.
num_tags, num_words, num_departments = 12, 30, 4
title_input = keras.Input(shape=(num_words,), name="title")
body_input = keras.Input(shape=(num_words,), name="body")
tags_input = keras.Input(shape=(num_tags,), name="tags")
features = layers.concatenate([layers.Dense(8)(title_input), layers.Dense(8)(body_input), tags_input])
priority = layers.Dense(1, name="priority")(features)
department = layers.Dense(num_departments, name="department")(features)
model = keras.Model(
    inputs=[title_input, body_input, tags_input], outputs={"priority": priority, "department": department}
)
model.compile(
    optimizer=keras.optimizers.RMSprop(1e-3),
    loss={
        "priority": keras.losses.BinaryCrossentropy(from_logits=True),
        "department": keras.losses.CategoricalCrossentropy(from_logits=True),
    },
    loss_weights={"priority": 1.0, "department": 0.2},
)
n = 96
data = {
    "title": rng.random((n, num_words)).astype("float32"),
    "body": rng.random((n, num_words)).astype("float32"),
    "tags": rng.integers(0, 2, (n, num_tags)).astype("float32"),
}
targets = {
    "priority": rng.integers(0, 2, (n, 1)).astype("float32"),
    "department": keras.utils.to_categorical(rng.integers(0, num_departments, n), num_departments),
}
history = model.fit(data, targets, epochs=2, batch_size=32, verbose=0)
assert set(history.history) == {"loss", "priority_loss", "department_loss"}
assert set(model.predict(data, verbose=0)) == {"priority", "department"}

# A small residual network.
inputs = keras.Input(shape=(16, 16, 3), name="img")
x = layers.Conv2D(8, 3, activation="relu")(inputs)
block_1 = layers.MaxPooling2D(2)(x)
x = layers.Conv2D(8, 3, activation="relu", padding="same")(block_1)
x = layers.Conv2D(8, 3, activation="relu", padding="same")(x)
block_2 = layers.add([x, block_1])
x = layers.GlobalAveragePooling2D()(block_2)
outputs = layers.Dense(10)(layers.Dropout(0.5)(x))
resnet = keras.Model(inputs, outputs, name="toy_resnet")
resnet.compile(keras.optimizers.RMSprop(1e-3), keras.losses.CategoricalCrossentropy(from_logits=True), metrics=["acc"])
pictures = rng.random((64, 16, 16, 3)).astype("float32")
resnet.fit(pictures, keras.utils.to_categorical(rng.integers(0, 10, 64), 10), batch_size=16, epochs=1, verbose=0)

# Weights shared by two inputs.
shared = layers.Dense(5, name="shared")
a, b = keras.Input(shape=(7,)), keras.Input(shape=(7,))
two = keras.Model([a, b], ops.abs(shared(a) - shared(b)))
assert len(two.trainable_weights) == 2

# The layers of a trained model as features.
extraction = keras.Model(inputs=resnet.input, outputs=[layer.output for layer in resnet.layers])
assert len(extraction(pictures[:1])) == len(resnet.layers)


# A layer of one's own in the graph.
@keras.saving.register_keras_serializable(package="guide")
class CustomDense(layers.Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True)

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b

    def get_config(self):
        return {**super().get_config(), "units": self.units}


inputs = keras.Input((4,))
model = keras.Model(inputs, CustomDense(10)(inputs))
new = keras.Model.from_config(model.get_config())
new.set_weights(model.get_weights())
np.testing.assert_allclose(np.array(model(np.ones((1, 4)))), np.array(new(np.ones((1, 4)))), rtol=1e-6)
assert keras.models.clone_model(model).count_params() == 50
print("functional: done")
