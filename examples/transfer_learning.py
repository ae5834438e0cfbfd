"""Transfer learning: a base that knows five kinds of clothes, loaded and frozen, learns five others from few pictures.

    python examples/transfer_learning.py [--epochs 5] [--pictures 10] [--file base.keras]

After https://keras.io/guides/transfer_learning: the convolutions of the saved model are kept as they are and a new last
layer is trained on 10 pictures per class; then all weights, in small steps. A model of the same form that starts from
nothing shows what the base is worth. The data is looked for as in `keras.datasets.fashion_mnist`. Needs h5py.
"""

import argparse
import pathlib
import time

import keraunos as keras
import numpy as np

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=5, help="to train the base")
parser.add_argument("--pictures", type=int, default=10, help="per new class")
parser.add_argument("--steps", type=int, default=60, help="epochs on the few pictures")
parser.add_argument("--file", type=pathlib.Path, default=pathlib.Path("base.keras"), help="where the base is saved")
options = parser.parse_args()

# Load: five kinds with all their pictures, five with a few.
(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
OLD, NEW = (0, 2, 4, 6, 8), (1, 3, 5, 7, 9)  # tops and bags; trousers, dresses and shoes


def part(x, y, kinds, most=None):
    """Pictures from 0 to 1 with a channel axis, and labels from 0 to 4, of some kinds; at most `most` of each."""
    rows = np.sort(np.concatenate([np.flatnonzero(y == kind)[:most] for kind in kinds]))
    return x[rows, :, :, None].astype("float32") / 255, np.searchsorted(kinds, y[rows])


def convolutions():
    """What is carried over."""
    return [
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
    ]


def compiled(model, rate=1e-3):
    """The model, ready to be trained."""
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def head():
    """A new last layer."""
    return [keras.layers.Dropout(0.5), keras.layers.Dense(5, activation="softmax")]


# Train the base on what there is much of, and save it.
x_old, y_old = part(x_train, y_train, OLD)
keras.utils.set_random_seed(0)
base = compiled(keras.Sequential([keras.Input((28, 28, 1)), *convolutions(), *head()]))
start = time.perf_counter()
base.fit(x_old, y_old, batch_size=128, epochs=options.epochs, verbose=0)
accuracy = base.evaluate(*part(x_test, y_test, OLD), verbose=0)[1]
seconds = time.perf_counter() - start
print(f"base: {len(x_old)} pictures, {seconds:.1f} s, test accuracy on its own classes {accuracy:.3f}")
base.save(options.file)
print(f"saved {options.file.name}, {options.file.stat().st_size / 1e6:.1f} MB")

x_few, y_few = part(x_train, y_train, NEW, options.pictures)
x_new, y_new = part(x_test, y_test, NEW)
print(f"\nnew classes: {len(x_few)} pictures to learn from, {len(x_new)} to judge by")
print(f"{'':<32}{'weights that learn':>20}{'test accuracy':>15}{'seconds':>9}")


def learn(name, model, rate=1e-3):
    """Trains on the few pictures, and prints a line."""
    compiled(model, rate)
    begun = time.perf_counter()
    model.fit(x_few, y_few, batch_size=16, epochs=options.steps, verbose=0)
    seconds = time.perf_counter() - begun
    count = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    judged = model.evaluate(x_new, y_new, verbose=0)[1]
    print(f"{name:<32}{count:>20,}{judged:>15.3f}{seconds:>9.1f}", flush=True)


keras.utils.set_random_seed(1)
learn("from nothing", keras.Sequential([keras.Input((28, 28, 1)), *convolutions(), *head()]))

# Load, cut the last two layers off, freeze, and put new ones on top.
loaded = keras.models.load_model(options.file)
frozen = keras.Sequential([keras.Input((28, 28, 1)), *loaded.layers[:-2]])
frozen.trainable = False
before = [w.copy() for w in frozen.get_weights()]
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((28, 28, 1)), frozen, *head()])
learn("frozen base, new last layer", model)
assert all((a == b).all() for a, b in zip(before, frozen.get_weights(), strict=True)), "frozen weights stay"

# Thaw, and let everything learn with a tenth of the rate: large steps would destroy what was carried over.
frozen.trainable = True
learn("then all of it, in small steps", model, 1e-4)
