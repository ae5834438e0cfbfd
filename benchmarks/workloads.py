"""The models and data that every framework trains: shapes, optimizer, initial weights and rows are the same for all."""

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.layers import BatchNorm, Conv, Dense, Dropout, Flatten, GlobalAveragePool, MaxPool, ReLU


@dataclass(frozen=True)
class Workload:
    """A classifier.

    Attributes:
        name: key on the command line.
        title: what tables call it.
        shape: shape of a row.
        layers: descriptions from `benchmarks.layers`; the last is a Dense of the classes with softmax.
        optimizer: "sgd" or "adam", with `rate`; low enough that rounding does not grow much in the steps that are
            compared.
        rows, batch: training rows and rows per step.
        epochs: epochs that one timed repeat takes.
    """

    name: str
    title: str
    shape: tuple
    layers: tuple
    optimizer: str
    rate: float
    rows: int
    batch: int
    epochs: int

    @property
    def steps(self):
        """Steps of an epoch."""
        return self.rows // self.batch

    def data(self):
        """(x float32 (rows, *shape), y int64 (rows,)): classes are given by random directions, so there is something
        to learn. Made in float32 from the start: the peak of the process's memory belongs to the training."""
        rng = np.random.default_rng(1)
        x = rng.standard_normal((self.rows, *self.shape), dtype="float32")
        rows = x.reshape(self.rows, -1)
        directions = rng.standard_normal((rows.shape[1], self.layers[-1].units), dtype="float32")
        return x, (rows @ directions).argmax(1)

    def inputs(self):
        """[(layer, shape of a row before it), ...]"""
        pairs, shape = [], self.shape
        for layer in self.layers:
            pairs.append((layer, shape))
            shape = layer.output(shape)
        return pairs

    def weights(self):
        """[arrays of a layer, ...] for the layers that have weights."""
        rng = np.random.default_rng(2)
        return [arrays for layer, shape in self.inputs() if (arrays := layer.weights(rng, shape))]

    @property
    def longest_sum(self):
        """Terms of the longest sum of the forward pass."""
        return max(array[..., 0].size for arrays in self.weights() for array in arrays if array.ndim > 1)

    def without_dropout(self):
        """The same with nothing random in its steps."""
        return replace(self, layers=tuple(layer for layer in self.layers if not isinstance(layer, Dropout)))


def _dense(name, title, widths, optimizer, rate, **rows):
    """A fully connected classifier: inputs, hidden layers (ReLU), classes."""
    layers = (*(Dense(n) for n in widths[1:-1]), Dense(widths[-1], "softmax"))
    return Workload(name, title, widths[:1], layers, optimizer, rate, **rows)


def _convolutional(name, title, shape, *layers, rate=0.001, **rows):
    """A network of convolutions that ends in ten classes, trained by Adam."""
    return Workload(name, title, shape, (*layers, Dense(10, "softmax")), "adam", rate, **rows)


def _by_name(*workloads):
    return {w.name: w for w in workloads}


MODELS = _by_name(
    _dense("mlp", "784-100-75-10, SGD", (784, 100, 75, 10), "sgd", 0.01, rows=54_400, batch=32, epochs=3),
    _dense("tiny", "26-26-15-2, Adam", (26, 26, 15, 2), "adam", 0.001, rows=7_040, batch=32, epochs=10),
    _dense("wide", "3072-3000-1000-10, SGD", (3072, 3000, 1000, 10), "sgd", 0.01, rows=640, batch=32, epochs=3),
)

NETWORKS = _by_name(
    _convolutional(
        "cifar", "CIFAR tutorial, 32x32x3", (32, 32, 3),
        Conv(32), MaxPool(), Conv(64), MaxPool(), Flatten(), Dense(64),
        rows=3_840, batch=32, epochs=2,
    ),
    _convolutional(
        "vgg", "VGG-like to 256 filters, 64x64x3", (64, 64, 3),
        *(layer for n in (64, 128, 256) for layer in (Conv(n, "same"), Conv(n, "same"), MaxPool())), Flatten(),
        rows=160, batch=32, epochs=1, rate=0.0001,
    ),
    _convolutional(
        "bnnet", "BatchNormalization, 32x32x3", (32, 32, 3),
        *(layer for n in (32, 64, 128) for layer in (Conv(n, "same", plain=True), BatchNorm(), ReLU(), MaxPool())),
        GlobalAveragePool(),
        rows=1_920, batch=64, epochs=2,
    ),
    _convolutional(
        "mnist", "MNIST tutorial with Dropout, 28x28x1", (28, 28, 1),
        Conv(32), MaxPool(), Conv(64), MaxPool(), Flatten(), Dropout(0.5),
        rows=5_120, batch=128, epochs=2,
    ),
)  # fmt: skip

WORKLOADS = MODELS | NETWORKS
