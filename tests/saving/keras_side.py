"""The half of tests/saving/test_exchange.py that runs under the real Keras.

    python keras_side.py FOLDER

Writes `theirs-*` files and what comes of them; reads the `ours-*` files that are there and writes what comes of those.
"""

import pathlib
import sys

import exchange_models as exchange
import keras
import numpy as np


def results(folder, stem, model, name, trains=True):
    """Predictions of a model as it is, and after five more steps."""
    first = exchange.outputs(model, name)
    if trains:
        exchange.train(model, name)
    np.savez(folder / f"{stem}.npz", *first, *exchange.outputs(model, name))


def main(folder):
    folder = pathlib.Path(folder)
    for name, endings in exchange.FORMATS.items():
        model = exchange.MODELS[name](keras)
        exchange.train(model, name)
        for ending in endings:
            exchange.save(model, folder / f"theirs-{name}.{ending}")
        results(folder, f"theirs-{name}", model, name)
        for ending in endings:
            ours = folder / f"ours-{name}.{ending}"
            # From older files, Keras restores neither losses by name nor the optimizer's state.
            older = ending == "h5"
            model = exchange.reopened(keras, name, ours, compile=not older)
            results(folder, f"read-{name}.{ending}", model, name, trains=not older)


if __name__ == "__main__":
    main(sys.argv[1])
