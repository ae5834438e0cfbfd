"""Linear regression by gradient descent in three forms, written out in NumPy, then the same by the library.

    python examples/gradient_descent.py [--epochs 20] [--plot FILE]

A telephone company charges its customers by the month. The table says who has which service and pays how much; descent
finds the price list that nobody wrote down. Batch descent takes a step when it has seen all rows, stochastic descent
after every row, mini-batch descent after every 32.
"""

import argparse
import time

import keraunos as keras
import numpy as np
import tables

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--rows", type=int, default=None, help="how many customers; default: all")
parser.add_argument("--plot", help="file for a picture of the descent; needs Matplotlib")
options = parser.parse_args()

# Load: a column of 0 or 1 per service, and what the customer pays.
table = tables.churn()[: options.rows]
services = list(tables.PRICES)
columns = [table[name] == "Yes" if name in table else table["InternetService"] == name for name in services]
x, y = np.stack(columns, 1).astype("float32"), table["MonthlyCharges"].to_numpy("float32")
print("customers:", len(x), "services:", len(services), "mean charge:", round(float(y.mean()), 2))


def descend(batch_size, rate, rng):
    """Prices, the basic charge and the mean squared error after every epoch.

    The error of a row is x w + b - y; the gradient of its square is 2 x error for w and 2 error for b. A step goes
    against the mean gradient of the rows in the batch.
    """
    w, b = np.zeros(x.shape[1]), 0.0
    losses = []
    for _ in range(options.epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            error = x[rows] @ w + b - y[rows]
            w -= rate * 2 * x[rows].T @ error / len(rows)
            b -= rate * 2 * error.mean()
        losses.append(float(np.mean((x @ w + b - y) ** 2)))
    return w, b, losses


def by_library(batch_size, rate):
    """The same by one Dense unit and SGD."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((x.shape[1],)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(rate), "mse")
    model.fit(x, y, batch_size=batch_size, epochs=options.epochs, verbose=0)
    kernel, bias = (values.reshape(-1) for values in model.get_weights())
    return kernel, bias[0], [float(np.mean((x @ kernel + bias[0] - y) ** 2))]


# The larger the batch the surer is its gradient, and the longer its step may be.
forms = {"batch": (len(x), 0.2), "stochastic": (1, 0.01), "mini-batch": (32, 0.05)}
exact = np.linalg.lstsq(np.c_[x, np.ones(len(x))], y, rcond=None)[0]
least = float(np.mean((np.c_[x, np.ones(len(x))] @ exact - y) ** 2))
curves, prices = {}, {}
print(f"\n{'form':<12}{'batch':>6}{'steps':>9}{'loss':>10}{'seconds':>9}{'by library: loss':>18}{'seconds':>9}")
for name, (batch_size, rate) in forms.items():
    start = time.perf_counter()
    prices[name], _, curves[name] = descend(batch_size, rate, np.random.default_rng(0))
    middle = time.perf_counter()
    _, _, (loss,) = by_library(batch_size, rate)
    end = time.perf_counter()
    steps = options.epochs * -(-len(x) // batch_size)
    print(
        f"{name:<12}{batch_size:>6}{steps:>9}{curves[name][-1]:>10.3f}{middle - start:>9.2f}"
        f"{loss:>18.3f}{end - middle:>9.2f}"
    )
print(f"{'least squares, the best there is':<27}{least:>10.3f}")

print(f"\n{'price of':<18}" + "".join(f"{name:>12}" for name in (*forms, "exact")))
for i, service in enumerate(services):
    found = [prices[name][i] for name in forms]
    print(f"{service:<18}" + "".join(f"{value:>12.2f}" for value in (*found, exact[i])))

if options.plot:
    import matplotlib.pyplot as pyplot

    figure, axis = pyplot.subplots(layout="constrained")
    for name, losses in curves.items():
        axis.plot(range(1, len(losses) + 1), losses, label=name)
    axis.axhline(least, color="black", linestyle=":", label="least squares")
    axis.set(xlabel="epoch", ylabel="mean squared error", yscale="log")
    axis.legend()
    figure.savefig(options.plot)
