"""Simple MNIST convnet, after https://keras.io/examples/vision/mnist_convnet: about 99 % in a few epochs.

    python examples/mnist_convnet.py [--epochs 15] [--data mnist|fashion]

The data is found in the folder named by KERAUNOS_DATASETS, in the cache, or it is downloaded. Without MNIST, the
example trains on Fashion-MNIST, which has the same form and is harder: about 91 %.
"""

import argparse
import time

import keraunos as keras
import numpy as np

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=15)
parser.add_argument("--data", choices=["mnist", "fashion"], default="mnist")
options = parser.parse_args()

# Load: pictures between 0 and 1 with a channel axis, labels as one-hot rows.
num_classes = 10
try:
    load = keras.datasets.mnist if options.data == "mnist" else keras.datasets.fashion_mnist
    (x_train, y_train), (x_test, y_test) = load.load_data()
except FileNotFoundError as error:
    print(error)
    print("training on Fashion-MNIST instead")
    (x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = (np.expand_dims(x.astype("float32") / 255, -1) for x in (x_train, x_test))
print("x_train shape:", x_train.shape, "-", len(x_train), "train samples,", len(x_test), "test samples")
y_train, y_test = (keras.utils.to_categorical(y, num_classes) for y in (y_train, y_test))

# Build.
keras.utils.set_random_seed(1)
model = keras.Sequential([
    keras.Input(shape=(28, 28, 1)),
    keras.layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
    keras.layers.MaxPooling2D(pool_size=(2, 2)),
    keras.layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
    keras.layers.MaxPooling2D(pool_size=(2, 2)),
    keras.layers.Flatten(),
    keras.layers.Dropout(0.5),
    keras.layers.Dense(num_classes, activation="softmax"),
])  # fmt: skip
model.summary()

# Train and evaluate.
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
start = time.perf_counter()
model.fit(x_train, y_train, batch_size=128, epochs=options.epochs, validation_split=0.1)
print(f"trained {options.epochs} epochs in {time.perf_counter() - start:.1f} s")
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test loss {loss:.4f}, test accuracy {accuracy:.4f}")
