"""Losses, written out in NumPy, against the library's: what each says of the same mistakes.

python examples/losses.py [--rows 8]
"""

import argparse

import keraunos as keras
import numpy as np

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--rows", type=int, default=8)
options = parser.parse_args()
rng = np.random.default_rng(0)
# Logarithms of 0 are cut off here, as in the library.
EPSILON = 1e-7


def compare(title, rows):
    """A table: name, value by hand, value by the library."""
    print(f"\n{title:<44}{'by hand':>10}{'library':>10}{'differ by':>11}")
    for name, by_hand, loss, arguments in rows:
        library = float(loss(*arguments))
        print(f"{name:<44}{by_hand:>10.5f}{library:>10.5f}{abs(by_hand - library):>11.0e}")
        assert np.isclose(by_hand, library, rtol=1e-5), name


# Numbers: how far off, in different measures.
y = rng.normal(size=options.rows).astype("float32")
p = y + rng.normal(size=options.rows).astype("float32")
p[0] = y[0] + 5  # one outlier
error = p - y
small = np.abs(error) <= 1
compare("regression, with one outlier", [
    ("mean absolute error, mean |e|", np.mean(np.abs(error)), keras.losses.MeanAbsoluteError(), (y, p)),
    ("mean squared error, mean e^2", np.mean(error**2), keras.losses.MeanSquaredError(), (y, p)),
    ("Huber, e^2 / 2 near 0, |e| - 1/2 beyond 1", np.mean(np.where(small, error**2 / 2, np.abs(error) - 0.5)),
     keras.losses.Huber(delta=1.0), (y, p)),
    ("log cosh, mean log cosh e", np.mean(np.log(np.cosh(error))), keras.losses.LogCosh(), (y, p)),
])  # fmt: skip

# Yes or no: minus the logarithm of the probability that was given to the truth.
yes = (np.arange(options.rows) % 2).astype("float32")
logits = rng.normal(size=options.rows).astype("float32") + 2 * yes - 1
q = (1 / (1 + np.exp(-logits))).clip(EPSILON, 1 - EPSILON)
truth = np.where(yes == 1, q, 1 - q)
column, of_logits = yes[:, None], logits[:, None]
compare("yes or no", [
    ("binary cross-entropy, -log p(truth)", np.mean(-np.log(truth)), keras.losses.BinaryCrossentropy(),
     (column, q[:, None])),
    ("  from logits z: log(1 + exp z) - y z", np.mean(np.log1p(np.exp(logits)) - yes * logits),
     keras.losses.BinaryCrossentropy(from_logits=True), (column, of_logits)),
    ("  labels smoothed by 0.1", np.mean(-np.log(truth) * 0.95 - np.log(1 - truth) * 0.05),
     keras.losses.BinaryCrossentropy(label_smoothing=0.1), (column, q[:, None])),
    ("focal, (1 - p)^2 times -log p", np.mean(-((1 - truth) ** 2) * np.log(truth)),
     keras.losses.BinaryFocalCrossentropy(gamma=2.0), (column, q[:, None])),
    ("hinge, max(0, 1 - t z), t = -1 or 1", np.mean(np.maximum(0, 1 - (2 * yes - 1) * logits)),
     keras.losses.Hinge(), (2 * column - 1, of_logits)),
])  # fmt: skip

# One of several classes.
classes = np.arange(options.rows) % 3
hot = np.eye(3, dtype="float32")[classes]
scores = rng.normal(size=(options.rows, 3)).astype("float32") + 2 * hot
raised = np.exp(scores)
shares = raised / raised.sum(1, keepdims=True)
right = shares[np.arange(options.rows), classes]
other = rng.dirichlet(np.ones(3), options.rows).astype("float32")
cosine = (hot * shares).sum(1) / np.linalg.norm(shares, axis=1)
compare("one of three classes", [
    ("categorical cross-entropy, -log p(truth)", np.mean(-np.log(right)), keras.losses.CategoricalCrossentropy(),
     (hot, shares)),
    ("  the same, classes as numbers", np.mean(-np.log(right)), keras.losses.SparseCategoricalCrossentropy(),
     (classes, shares)),
    ("  from scores: log sum exp z - z(truth)", np.mean(np.log(raised.sum(1)) - scores[hot == 1]),
     keras.losses.SparseCategoricalCrossentropy(from_logits=True), (classes, scores)),
    ("Kullback-Leibler, sum q log(q / p)", np.mean((other * np.log(other / shares)).sum(1)),
     keras.losses.KLDivergence(), (other, shares)),
    ("cosine similarity, negative", -cosine.mean(), keras.losses.CosineSimilarity(), (hot, shares)),
])  # fmt: skip

# Why cross-entropy, and not the squared error, for probabilities: how hard each pulls on the score of a wrong answer.
print(f"\n{'probability of the truth':<28}{'squared error: pull':>22}{'cross-entropy: pull':>22}")
for probability in (0.5, 0.1, 0.01, 0.001):
    squared = 2 * (1 - probability) * probability * (1 - probability)
    print(f"{probability:<28}{squared:>22.4f}{1 - probability:>22.4f}")
