"""Fashion-MNIST, the classic tutorial: load, scale, look, build, compile, train, evaluate, predict.

    python examples/fashion_mnist.py [--epochs 30] [--plots FOLDER]

The data is found in the folder named by KERAUNOS_DATASETS, in the cache, where Debian's package dataset-fashion-mnist
puts it, or it is downloaded.
"""

import argparse
import pathlib
import time

import keraunos as keras
import numpy as np

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=30)
parser.add_argument("--plots", type=pathlib.Path, help="folder for pictures; needs Matplotlib")
options = parser.parse_args()

# Load and scale.
(x_train_full, y_train_full), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
class_names = keras.datasets.fashion_mnist.CLASS_NAMES
print("train:", x_train_full.shape, x_train_full.dtype, "test:", x_test.shape)
x_valid, x_train = x_train_full[:5000] / 255.0, x_train_full[5000:] / 255.0
y_valid, y_train = y_train_full[:5000], y_train_full[5000:]
x_test = x_test / 255.0
print("first label:", class_names[y_train[0]])

# Build.
keras.utils.set_random_seed(42)
model = keras.Sequential([
    keras.layers.Flatten(input_shape=[28, 28]),
    keras.layers.Dense(100, activation="relu"),
    keras.layers.Dense(75, activation="relu"),
    keras.layers.Dense(10, activation="softmax"),
])  # fmt: skip
model.summary()
weights, biases = model.layers[1].get_weights()
print("first kernel:", weights.shape, "biases:", biases.shape)

# Compile and train.
model.compile(loss="sparse_categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
start = time.perf_counter()
history = model.fit(x_train, y_train, epochs=options.epochs, validation_data=(x_valid, y_valid))
seconds = time.perf_counter() - start
print(f"trained {options.epochs} epochs in {seconds:.2f} s")

# Evaluate and predict.
loss, accuracy = model.evaluate(x_test, y_test)
print(f"test loss {loss:.4f}, test accuracy {accuracy:.4f}")
probabilities = model.predict(x_test[:3])
print(probabilities.round(2))
predicted = np.argmax(probabilities, axis=-1)
print("predicted:", [class_names[i] for i in predicted], "labels:", [class_names[i] for i in y_test[:3]])

if options.plots is not None:
    options.plots.mkdir(parents=True, exist_ok=True)
    history.plot().savefig(options.plots / "fashion_mnist_history.png")
    keras.utils.plot_images(x_train_full[:25], y_train_full, class_names).savefig(
        options.plots / "fashion_mnist_images.png"
    )
    figure = keras.utils.plot_images(x_test[:25], y_test, class_names, model.predict(x_test[:25], verbose=0))
    figure.savefig(options.plots / "fashion_mnist_predictions.png")
