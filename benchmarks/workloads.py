"""The models and data that every framework trains: shapes, optimizer, initial weights and rows are the same for all."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Workload:
    """A fully connected classifier.

    Attributes:
        name: key on the command line.
        title: what tables call it.
        widths: inputs, hidden layers (ReLU), classes (softmax).
        optimizer: "sgd" or "adam", with `rate`.
        rows, batch: training rows and rows per step.
        epochs: epochs that one timed repeat takes.
    """

    name: str
    title: str
    widths: tuple
    optimizer: str
    rate: float
    rows: int
    batch: int
    epochs: int

    @property
    def steps(self):
        return self.rows // self.batch

    def data(self):
        """(x float32 (rows, inputs), y int64 (rows,)): classes are given by random directions, so there is something
        to learn."""
        rng = np.random.default_rng(1)
        x = rng.normal(size=(self.rows, self.widths[0])).astype("float32")
        y = (x @ rng.normal(size=(self.widths[0], self.widths[-1]))).argmax(1)
        return x, y

    def weights(self):
        """[(kernel, bias), ...], He-scaled."""
        rng = np.random.default_rng(2)
        pairs = zip(self.widths[:-1], self.widths[1:], strict=True)
        return [
            (rng.normal(size=(a, b), scale=np.sqrt(2 / a)).astype("float32"), np.zeros(b, "float32")) for a, b in pairs
        ]


WORKLOADS = {
    w.name: w
    for w in (
        Workload("mlp", "784-100-75-10, SGD", (784, 100, 75, 10), "sgd", 0.01, 54_400, 32, 3),
        Workload("tiny", "26-26-15-2, Adam", (26, 26, 15, 2), "adam", 0.001, 7_040, 32, 10),
        Workload("wide", "3072-3000-1000-10, SGD", (3072, 3000, 1000, 10), "sgd", 0.01, 640, 32, 3),
    )
}
