"""Handwritten digits with dense layers: no hidden layer, one, and what is still taken for what.

    python examples/digits.py [--epochs 5] [--data mnist|small]

MNIST has 60,000 pictures of 28 x 28 to learn from; `small`, which comes with scikit-learn and is used where MNIST is
not to be had, 1,797 of 8 x 8. With convolutions: examples/mnist_convnet.py.
"""

import argparse
import time

import keraunos as keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--data", choices=["mnist", "small"], default="mnist")
options = parser.parse_args()


def small():
    """The set of scikit-learn, a quarter of it to judge by."""
    pictures, labels = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(pictures * 15.9375, labels, random_state=0, stratify=labels)
    return (x_train, y_train), (x_test, y_test)


if options.data == "mnist":
    try:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises a plain Exception
        print(f"no MNIST ({str(error).splitlines()[0]}): using the small set of scikit-learn")
        options.data = "small"
if options.data == "small":
    (x_train, y_train), (x_test, y_test) = small()
# Rows of numbers from 0 to 1: dense layers know nothing of up and down.
x_train, x_test = (x.reshape(len(x), -1).astype("float32") / 255 for x in (x_train, x_test))
print(f"{len(x_train)} pictures to learn from, {len(x_test)} to judge by, {x_train.shape[1]} pixels each")


def train(name, layers):
    """A model that was trained and printed its line of the table."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((x_train.shape[1],)), *layers])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    start = time.perf_counter()
    model.fit(x_train, y_train, epochs=options.epochs, verbose=0)
    seconds = time.perf_counter() - start
    learned, judged = (model.evaluate(x, y, verbose=0)[1] for x, y in ((x_train, y_train), (x_test, y_test)))
    print(f"{name:<28}{model.count_params():>10}{learned:>10.4f}{judged:>10.4f}{seconds:>9.1f}")
    return model


Dense, Dropout = keras.layers.Dense, keras.layers.Dropout
print(f"\n{'network':<28}{'weights':>10}{'training':>10}{'test':>10}{'seconds':>9}")
train("softmax alone", [Dense(10, activation="softmax")])
train("one hidden layer of 100", [Dense(100, activation="relu"), Dense(10, activation="softmax")])
model = train(
    "two of 256, dropout",
    [
        Dense(256, activation="relu"),
        Dropout(0.2),
        Dense(256, activation="relu"),
        Dropout(0.2),
        Dense(10, activation="softmax"),
    ],
)

predicted = model.predict(x_test, verbose=0).argmax(-1)
confusion = confusion_matrix(y_test, predicted, labels=range(10))
print("\nlast network: rows are the digits, columns what they were taken for")
print("      " + "".join(f"{digit:>6}" for digit in range(10)))
for digit, row in enumerate(confusion):
    print(f"{digit:>6}" + "".join(f"{count or '.':>6}" for count in row))
mistakes = confusion - np.diag(np.diag(confusion))
digit, taken = np.unravel_index(mistakes.argmax(), mistakes.shape)
print(f"most frequent mistake: {digit} for {taken}, {mistakes.max()} times of {confusion[digit].sum()}")
