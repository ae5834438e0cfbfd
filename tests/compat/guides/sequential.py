"""A Sequential model, put together in several ways, looked into, trained and saved."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(1)

# A model of three layers.
model = keras.Sequential(
    [
        layers.Dense(2, activation="relu", name="layer1"),
        layers.Dense(3, activation="relu", name="layer2"),
        layers.Dense(4, name="layer3"),
    ]
)
x = np.ones((3, 3), "float32")
y = model(x)
assert tuple(y.shape) == (3, 4)
assert [layer.name for layer in model.layers] == ["layer1", "layer2", "layer3"]

# The same by hand.
layer1, layer2, layer3 = model.layers
np.testing.assert_allclose(np.array(layer3(layer2(layer1(x)))), np.array(y), rtol=1e-6)

# Layers are added and taken away.
model = keras.Sequential(name="my_sequential")
model.add(layers.Dense(2, activation="relu", name="layer1"))
model.add(layers.Dense(3, activation="relu", name="layer2"))
model.add(layers.Dense(4, name="layer3"))
model.pop()
assert len(model.layers) == 2
assert model.weights == []

# Weights appear with the shape of the input.
layer = layers.Dense(3)
assert layer.weights == []
layer(np.ones((1, 4)))
assert [tuple(w.shape) for w in layer.weights] == [(4, 3), (3,)]

# An Input makes the summary complete as the model grows.
model = keras.Sequential()
model.add(keras.Input(shape=(64, 64, 3)))
model.add(layers.Conv2D(8, 5, strides=2, activation="relu"))
model.add(layers.Conv2D(8, 3, activation="relu"))
model.add(layers.MaxPooling2D(3))
model.summary()
assert model.output_shape == (None, 9, 9, 8)
model.add(layers.Conv2D(8, 3, activation="relu"))
model.add(layers.GlobalMaxPooling2D())
model.add(layers.Dense(10))
assert model.output_shape == (None, 10)

# What every layer, or one of them, makes of a picture.
initial = keras.Sequential(
    [
        keras.Input(shape=(25, 25, 3)),
        layers.Conv2D(4, 5, strides=2, activation="relu"),
        layers.Conv2D(4, 3, activation="relu", name="middle"),
        layers.Conv2D(4, 3, activation="relu"),
    ]
)
extractor = keras.Model(inputs=initial.inputs, outputs=[layer.output for layer in initial.layers])
features = extractor(np.ones((1, 25, 25, 3), "float32"))
assert [tuple(f.shape) for f in features] == [(1, 11, 11, 4), (1, 9, 9, 4), (1, 7, 7, 4)]
one = keras.Model(inputs=initial.inputs, outputs=initial.get_layer(name="middle").output)
assert tuple(one(np.ones((1, 25, 25, 3), "float32")).shape) == (1, 9, 9, 4)

# All but the last layer frozen.
model = keras.Sequential(
    [keras.Input(shape=(20,)), layers.Dense(8, activation="relu"), layers.Dense(8), layers.Dense(3)]
)
for layer in model.layers[:-1]:
    layer.trainable = False
frozen = [w.numpy().copy() for w in model.layers[0].weights]
model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
data = np.random.default_rng(0).normal(size=(200, 20)).astype("float32")
labels = (data[:, :3]).argmax(1)
history = model.fit(data, labels, epochs=5, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]
for before, weight in zip(frozen, model.layers[0].weights):
    np.testing.assert_array_equal(before, weight.numpy())
print("sequential: done")
