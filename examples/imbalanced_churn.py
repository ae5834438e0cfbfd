"""Three customers of four stay: five ways to take the fourth seriously, in one table.

    python examples/imbalanced_churn.py [--epochs 20] [--seeds 3]

A network that learns from all rows as they are does best to say "stays" in doubt. Rows are left out, doubled or made up
in the training part alone: a test row whose copy was learned from would prove nothing.
"""

import argparse

import customer_churn
import keraunos as keras
import numpy as np
import tables
from imblearn.over_sampling import SMOTE
from sklearn.metrics import precision_recall_fscore_support

VOTES = 3


def trained(x, y, epochs, loss="binary_crossentropy"):
    """The network of the churn example, trained."""
    model = customer_churn.build(loss)
    model.fit(x, y, epochs=epochs, verbose=0)
    return model


def drawn(rows, count, rng):
    """`count` of the rows: each once if there are enough, and some of them again if there are not."""
    return rng.choice(rows, count, replace=count > len(rows))


def classes(y):
    """(rows of those who stay, rows of those who leave)."""
    return np.flatnonzero(y == 0), np.flatnonzero(y == 1)


def plain(x, y, x_test, epochs, rng):
    """Nothing is done."""
    return customer_churn.predict(trained(x, y, epochs), x_test)


def under_sampling(x, y, x_test, epochs, rng):
    """As many who stay as leave; the others are not looked at."""
    stay, leave = classes(y)
    rows = np.concatenate([drawn(stay, len(leave), rng), leave])
    return customer_churn.predict(trained(x[rows], y[rows], epochs), x_test)


def duplication(x, y, x_test, epochs, rng):
    """Those who leave, several times."""
    stay, leave = classes(y)
    rows = np.concatenate([stay, drawn(leave, len(stay), rng)])
    return customer_churn.predict(trained(x[rows], y[rows], epochs), x_test)


def smote(x, y, x_test, epochs, rng):
    """New rows on the lines between a row of one who leaves and its nearest neighbours (Chawla et al., 2002)."""
    x, y = SMOTE(random_state=int(rng.integers(2**31))).fit_resample(x, y)
    return customer_churn.predict(trained(x, y, epochs), x_test)


def votes(x, y, x_test, epochs, rng):
    """Three networks, each with a third of those who stay and all who leave; the majority decides."""
    stay, leave = classes(y)
    parts = [np.concatenate([part, leave]) for part in np.array_split(rng.permutation(stay), VOTES)]
    said = [customer_churn.predict(trained(x[rows], y[rows], epochs), x_test) for rows in parts]
    return (np.sum(said, 0) > VOTES / 2).astype(int)


def focal(x, y, x_test, epochs, rng):
    """A loss that counts easy rows less, and those who leave as much in all as those who stay (Lin et al., 2017)."""
    loss = keras.losses.BinaryFocalCrossentropy(True, alpha=float(1 - y.mean()), gamma=2.0)
    return customer_churn.predict(trained(x, y, epochs, loss), x_test)


WAYS = {
    "plain": plain,
    "under-sampling": under_sampling,
    "duplication": duplication,
    "SMOTE": smote,
    "ensemble of three votes": votes,
    "focal loss": focal,
}


def scores(table, seed, epochs):
    """{way: (accuracy; precision, recall and F1 of those who leave)} for one split and start."""
    x, x_test, y, y_test = customer_churn.split(table, seed)
    found = {}
    for name, way in WAYS.items():
        keras.utils.set_random_seed(seed)
        predicted = way(x, y, x_test, epochs, np.random.default_rng(seed))
        judged = precision_recall_fscore_support(y_test, predicted, average="binary", zero_division=0)[:3]
        found[name] = (float(np.mean(predicted == y_test)), *map(float, judged))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=3, help="splits and starts to average over")
    options = parser.parse_args()
    table = customer_churn.clean(tables.churn())
    runs = [scores(table, seed, options.epochs) for seed in range(options.seeds)]
    means = {name: np.mean([run[name] for run in runs], 0) for name in WAYS}
    title = f"those who leave, mean of {options.seeds}"
    print(f"\n{title:<28}{'accuracy':>13}{'precision':>11}{'recall':>9}{'F1':>9}{'gain':>9}")
    for name, (accuracy, precision, recall, f1) in means.items():
        gain = f1 - means["plain"][3]
        print(f"{name:<28}{accuracy:>13.3f}{precision:>11.3f}{recall:>9.3f}{f1:>9.3f}{gain:>+9.3f}")


if __name__ == "__main__":
    main()
