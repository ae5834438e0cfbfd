"""A training loop written out: a tape, an optimizer, metrics, a compiled step, losses that layers add, own losses,
metrics and callbacks."""

import keras
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

tf.random.set_seed(5)
rng = np.random.default_rng(0)
x = rng.normal(size=(512, 20)).astype("float32")
y = (x[:, :3] + 0.1 * rng.normal(size=(512, 3))).argmax(1)


def get_model():
    inputs = keras.Input(shape=(20,), name="features")
    h = layers.Dense(32, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-4))(inputs)
    return keras.Model(inputs, layers.Dense(3, name="predictions")(h))


model = get_model()
optimizer = keras.optimizers.Adam(learning_rate=1e-2)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
train_acc = keras.metrics.SparseCategoricalAccuracy()
val_acc = keras.metrics.SparseCategoricalAccuracy()
train = tf.data.Dataset.from_tensor_slices((x[:400], y[:400])).shuffle(buffer_size=400, seed=1).batch(50)
validation = tf.data.Dataset.from_tensor_slices((x[400:], y[400:])).batch(56)


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss_value = loss_fn(y, logits)
        loss_value += sum(model.losses)
    grads = tape.gradient(loss_value, model.trainable_weights)
    optimizer.apply(grads, model.trainable_weights)
    train_acc.update_state(y, logits)
    return loss_value


@tf.function
def test_step(x, y):
    val_acc.update_state(y, model(x, training=False))


losses = []
for epoch in range(10):
    for step, (x_batch, y_batch) in enumerate(train):
        loss_value = train_step(x_batch, y_batch)
    losses.append(float(loss_value))
    accuracy = float(train_acc.result())
    train_acc.reset_state()
    for x_batch, y_batch in validation:
        test_step(x_batch, y_batch)
    validation_accuracy = float(val_acc.result())
    val_acc.reset_state()
assert losses[-1] < losses[0] and accuracy > 0.9 and validation_accuracy > 0.8, (losses, accuracy, validation_accuracy)

# The same, step by step in Python.
model = get_model()
optimizer = keras.optimizers.SGD(0.1)
for x_batch, y_batch in train.take(3):
    with tf.GradientTape() as tape:
        loss_value = loss_fn(y_batch, model(x_batch, training=True))
    gradients = tape.gradient(loss_value, model.trainable_weights)
    optimizer.apply_gradients(zip(gradients, model.trainable_weights))
assert int(optimizer.iterations) == 3


class CustomMSE(keras.losses.Loss):
    def __init__(self, regularization_factor=0.1, name="custom_mse"):
        super().__init__(name=name)
        self.regularization_factor = regularization_factor

    def call(self, y_true, y_pred):
        mse = keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)
        reg = keras.ops.mean(keras.ops.square(0.5 - y_pred), axis=-1)
        return mse + reg * self.regularization_factor


class TruePositives(keras.metrics.Metric):
    def __init__(self, name="categorical_true_positives", **kwargs):
        super().__init__(name=name, **kwargs)
        self.true_positives = self.add_variable(shape=(), name="ctp", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = keras.ops.argmax(y_pred, axis=1)
        values = keras.ops.cast(keras.ops.cast(y_true, "int32") == keras.ops.cast(y_pred, "int32"), "float32")
        self.true_positives.assign_add(keras.ops.sum(values))

    def result(self):
        return self.true_positives.value

    def reset_state(self):
        self.true_positives.assign(0.0)


class LossHistory(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.per_batch_losses = []

    def on_train_batch_end(self, batch, logs=None):
        self.per_batch_losses.append(logs.get("loss"))


callback = LossHistory()
model = get_model()
model.compile(keras.optimizers.RMSprop(1e-3), loss_fn, metrics=[TruePositives()])
history = model.fit(x, y, batch_size=64, epochs=2, callbacks=[callback], verbose=0)
assert len(callback.per_batch_losses) == 16 and history.history["categorical_true_positives"][-1] > 0
model = get_model()
model.compile(optimizer="adam", loss=CustomMSE())
model.fit(x, keras.utils.to_categorical(y, 3), epochs=1, verbose=0)


@keras.saving.register_keras_serializable()
class Shift(keras.regularizers.Regularizer):
    def __call__(self, weights):
        return 0.01 * keras.ops.sum(keras.ops.square(weights - 1.0))

    def get_config(self):
        return {}


layer = layers.Dense(2, kernel_regularizer=Shift())
layer(np.ones((1, 3), "float32"))
assert len(layer.losses) == 1
print("custom_loop: done")
