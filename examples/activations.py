"""Activation functions: by hand against the library, their slopes, and what a deep network makes of them.

    python examples/activations.py [--epochs 60] [--plot FILE]

The same network of ten layers is trained with each: where slopes are small, the product of ten of them is nothing, and
the first layers learn nothing.
"""

import argparse

import keraunos as keras
import numpy as np

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=60)
parser.add_argument("--plot", help="file for a picture of the functions; needs Matplotlib")
options = parser.parse_args()

# By hand: the function, and its slope.
sigmoid = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731
BY_HAND = {
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x))),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
    "leaky_relu": (lambda x: np.where(x > 0, x, 0.2 * x), lambda x: np.where(x > 0, 1, 0.2)),
    "elu": (lambda x: np.where(x > 0, x, np.expm1(x)), lambda x: np.where(x > 0, 1, np.exp(x))),
    "softplus": (lambda x: np.log1p(np.exp(x)), sigmoid),
    "silu": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
}
points = np.array([-3, -1, -0.1, 0.1, 1, 3], "float32")
print(f"{'x':<16}" + "".join(f"{value:>9.1f}" for value in points) + f"{'library differs by':>22}")
for name, (function, slope) in BY_HAND.items():
    values = np.asarray(getattr(keras.activations, name)(points))
    for title, row in ((name, function(points)), ("  slope", slope(points))):
        print(f"{title:<16}" + "".join(f"{value:>9.3f}" for value in row), end="")
        print(f"{np.abs(values - row).max():>22.0e}" if title == name else "")

# Softmax looks at a whole row: exponentials, divided by their sum. Subtracting the largest first changes nothing, and
# keeps exp from overflowing.
scores = np.array([[2, 1, 0.1], [1000, 999, 998]], "float32")
raised = np.exp(scores - scores.max(1, keepdims=True))
by_hand = raised / raised.sum(1, keepdims=True)
library = np.asarray(keras.activations.softmax(scores))
print()
for row, shares in zip(scores, by_hand, strict=True):
    print("softmax of", *(f"{score:g}" for score in row), "is", *(f"{share:.3f}" for share in shares))
print(f"library differs by {np.abs(library - by_hand).max():.0e}")

# Two rings, one in the other, that no straight line can tell apart.
rng = np.random.default_rng(0)
angle, ring = rng.uniform(0, 2 * np.pi, 1000), np.arange(1000) % 2
radius = 1 + ring + rng.normal(0, 0.15, 1000)
x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).astype("float32")
print(f"\n{'ten layers of 8 units':<24}{'weights of first layer moved by':>34}{'accuracy':>10}")
for name in (*BY_HAND, "linear"):
    keras.utils.set_random_seed(1)
    # Starting weights whose outputs are about as large as their inputs; "he_normal" for those that cut half away.
    start = "glorot_uniform" if name in ("sigmoid", "tanh", "linear") else "he_normal"
    hidden = [keras.layers.Dense(8, activation=name, kernel_initializer=start) for _ in range(10)]
    model = keras.Sequential([keras.Input((2,)), *hidden, keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.SGD(0.05), "binary_crossentropy", metrics=["accuracy"])
    before = hidden[0].get_weights()[0]
    model.fit(x, ring.astype("float32"), epochs=options.epochs, batch_size=32, verbose=0)
    moved = np.abs(hidden[0].get_weights()[0] - before).mean()
    accuracy = model.evaluate(x, ring.astype("float32"), verbose=0)[1]
    print(f"{name:<24}{moved:>34.4f}{accuracy:>10.3f}")

if options.plot:
    import matplotlib.pyplot as pyplot

    grid = np.linspace(-4, 4, 200)
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for name, curves in BY_HAND.items():
        for axis, curve in zip(axes, curves, strict=True):
            axis.plot(grid, curve(grid), label=name)
    axes[0].set(title="functions", ylim=(-1.5, 3))
    axes[1].set(title="slopes")
    axes[0].legend(fontsize=8)
    figure.savefig(options.plot)
