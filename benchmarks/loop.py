"""A training loop with a tape, written for TensorFlow and Keras; `benchmarks/surface.py` runs it under both libraries.
Prints JSON: losses of the first five steps, and microseconds per step of three epochs."""

import json
import sys
import time

import keras
import numpy as np
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(int(sys.argv[1]))
tf.config.threading.set_inter_op_parallelism_threads(int(sys.argv[1]))
rng = np.random.default_rng(0)
x = rng.integers(0, 256, (20_000, 784)).astype("float32") / 255
y = rng.integers(0, 10, 20_000)

inputs = keras.Input((784,))
h = keras.layers.Dense(100, activation="relu")(inputs)
h = keras.layers.Dense(75, activation="relu")(h)
model = keras.Model(inputs, keras.layers.Dense(10)(h))
model.set_weights([rng.normal(size=w.shape).astype("float32") * 0.05 for w in model.weights])
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.SGD(0.01)
accuracy = keras.metrics.SparseCategoricalAccuracy()


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = loss_fn(y, logits)
    gradients = tape.gradient(loss, model.trainable_weights)
    optimizer.apply_gradients(zip(gradients, model.trainable_weights))
    accuracy.update_state(y, logits)
    return loss


losses = [float(train_step(x[i : i + 32], y[i : i + 32])) for i in range(0, 160, 32)]
dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1024, seed=1).batch(32).prefetch(tf.data.AUTOTUNE)
microseconds = []
for _ in range(3):
    start, steps = time.perf_counter(), 0
    for x_batch, y_batch in dataset:
        loss = train_step(x_batch, y_batch)
        steps += 1
    float(loss)
    microseconds.append((time.perf_counter() - start) * 1e6 / steps)
print(json.dumps({"losses": losses, "microseconds": microseconds}))
