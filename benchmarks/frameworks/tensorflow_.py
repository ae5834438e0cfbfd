"""Keras on TensorFlow: `Sequential.fit`."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

from benchmarks.frameworks.keras_api import Runner  # noqa: E402


def prepare(workload, data, threads):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    return Runner(keras, workload, data)


def version():
    return f"Keras {keras.__version__} on TensorFlow {tf.__version__}"
