"""Mine or rock? 208 echoes, and a network large enough to learn them by heart: with and without dropout.

    python examples/sonar.py [--epochs 100] [--seeds 3]

208 rows are too few to set some aside once: in cross-validation every row is judged by a network that has not seen it.
"""

import argparse

import keraunos as keras
import numpy as np
import tables
from sklearn.model_selection import StratifiedKFold

FOLDS = 5


def build(dropout):
    """Three hidden layers, each followed by dropout (or by nothing for 0)."""
    layers = [keras.Input((60,))]
    for units in (60, 30, 15):
        layers.append(keras.layers.Dense(units, activation="relu"))
        if dropout:
            layers.append(keras.layers.Dropout(dropout))
    model = keras.Sequential([*layers, keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def cross_validated(x, y, dropout, seed, epochs):
    """(accuracy on rows that were learned from, accuracy on rows that were not)."""
    learned, judged = [], np.zeros(len(x))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for fold, (train, test) in enumerate(folds.split(x, y)):
        keras.utils.set_random_seed(FOLDS * seed + fold)
        model = build(dropout)
        model.fit(x[train], y[train], epochs=epochs, batch_size=8, verbose=0)
        right = (model.predict(x, verbose=0)[:, 0] > 0.5) == y
        learned.append(right[train].mean())
        judged[test] = right[test]
    return float(np.mean(learned)), float(judged.mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=3, help="how many cross-validations to average over")
    options = parser.parse_args()
    x, y = tables.sonar()
    print(f"{len(x)} echoes of {x.shape[1]} bands: {int(y.sum())} mines, {int((1 - y).sum())} rocks")
    print(f"\n{'dropout':<10}{'learned rows':>14}{'new rows':>11}{'lowest':>9}{'highest':>9}")
    for dropout in (0.0, 0.2, 0.5):
        found = np.array([cross_validated(x, y, dropout, seed, options.epochs) for seed in range(options.seeds)])
        learned, new = found.mean(0)
        lowest, highest = found[:, 1].min(), found[:, 1].max()
        print(f"{dropout:<10}{learned:>14.3f}{new:>11.3f}{lowest:>9.3f}{highest:>9.3f}", flush=True)


if __name__ == "__main__":
    main()
