"""CIFAR-10 by dense layers and by convolutions: accuracy, and the time an epoch takes on every device there is.

    python examples/cifar10_networks.py [--epochs 5] [--rows 50000] [--devices cpu,gpu:0]

The dense network multiplies 3,072 pixels by 3,000 units and has 100 times the weights of the convolutional one, which
looks for the same 32 patterns of 3 x 3 pixels everywhere. The data is looked for as in `keras.datasets.cifar10`; with
KERAUNOS_DATASETS that may be a folder or zip file of pictures (see examples/cifar10_cnn.py).
"""

import argparse
import time

import keraunos as keras
import numpy as np

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--rows", type=int, default=50_000, help="how many pictures to learn from")
parser.add_argument("--devices", help="names, separated by commas; default: all of keras.devices()")
options = parser.parse_args()

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
# Any rows: pictures that were read from folders are sorted by class.
chosen = np.random.default_rng(0).permutation(len(x_train))[: options.rows]
x_train, y_train = x_train[chosen], y_train[chosen]
devices = options.devices.split(",") if options.devices else getattr(keras, "devices", lambda: ["cpu"])()
print("pictures:", x_train.shape, "devices:", ", ".join(devices))


def dense():
    """Two hidden layers on the pixels in a row, trained by plain SGD."""
    return "sgd", [
        keras.layers.Flatten(),
        keras.layers.Dense(3000, activation="relu"),
        keras.layers.Dense(1000, activation="relu"),
    ]


def convolutional():
    """Two convolutions with pooling, and a dense layer, trained by Adam."""
    return "adam", [
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
    ]


print(f"\n{'network':<16}{'device':<8}{'weights':>12}{'first epoch, s':>16}{'later, s':>10}{'test accuracy':>15}")
for name, network in (("dense", dense), ("convolutional", convolutional)):
    for device in devices:
        with keras.device(device):
            keras.utils.set_random_seed(0)
            optimizer, layers = network()
            model = keras.Sequential([
                keras.Input(x_train.shape[1:]),
                keras.layers.Rescaling(1 / 255),
                *layers,
                keras.layers.Dense(10, activation="softmax"),
            ])  # fmt: skip
            model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
            seconds = []
            for epoch in range(options.epochs):
                start = time.perf_counter()
                model.fit(x_train, y_train, initial_epoch=epoch, epochs=epoch + 1, verbose=0)
                seconds.append(time.perf_counter() - start)
            accuracy = model.evaluate(x_test, y_test, verbose=0)[1]
        # The first epoch also traces and compiles the step.
        later = sum(seconds[1:]) / max(1, len(seconds) - 1)
        print(
            f"{name:<16}{device:<8}{model.count_params():>12,}{seconds[0]:>16.2f}{later:>10.2f}{accuracy:>15.3f}",
            flush=True,
        )
