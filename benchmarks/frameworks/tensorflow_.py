"""Keras on TensorFlow: `Sequential.fit`."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402


class Runner:
    def __init__(self, workload):
        self.workload = workload
        self.x, self.y = workload.data()
        hidden = [keras.layers.Dense(n, activation="relu") for n in workload.widths[1:-1]]
        last = keras.layers.Dense(workload.widths[-1], activation="softmax")
        self.model = keras.Sequential([keras.Input((workload.widths[0],)), *hidden, last])
        optimizer = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}[workload.optimizer](workload.rate)
        self.model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        self.model.set_weights([array for pair in workload.weights() for array in pair])

    def losses(self, steps):
        batch = self.workload.batch
        rows = [slice(i * batch, (i + 1) * batch) for i in range(steps)]
        return [float(self.model.train_on_batch(self.x[r], self.y[r], return_dict=True)["loss"]) for r in rows]

    def fit(self):
        self.model.fit(self.x, self.y, batch_size=self.workload.batch, epochs=self.workload.epochs, verbose=0)

    def predict_row(self):
        return self.model.predict(self.x[:1], verbose=0)


def prepare(workload, threads):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    return Runner(workload)


def version():
    return f"Keras {keras.__version__} on TensorFlow {tf.__version__}"
