"""Writes docs/dumps/*.txt: the Fashion-MNIST model's training step at each stage of its way to native code, and the
phases of a small convolutional network. Brings the quotations in architecture.md up to date.

    python docs/make_dumps.py

tests/test_docs.py runs the same function and compares, so that the files (and what architecture.md says of them) stay
true. Shapes alone decide what the dumps say: no data set is needed, and they are the same on every machine.
"""

import pathlib
import re

import keraunos as keras
import numpy as np
from keraunos.graph import compile as graph_compile
from keraunos.graph.dump import dump_graph, dump_phases

FOLDER = pathlib.Path(__file__).resolve().parent / "dumps"
PAGE = FOLDER.parent / "architecture.md"


def fashion_mnist_model():
    """The tutorial's model, compiled with plain SGD."""
    keras.utils.clear_session()
    model = keras.Sequential([
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(100, activation="relu"),
        keras.layers.Dense(75, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ])  # fmt: skip
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def convolutional_model():
    """Two convolutions, one of them normalized, compiled with plain SGD."""
    keras.utils.clear_session()
    model = keras.Sequential([
        keras.Input((32, 32, 3)),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Conv2D(32, 3, padding="same", use_bias=False),
        keras.layers.BatchNormalization(),
        keras.layers.Activation("relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dense(10, activation="softmax"),
    ])  # fmt: skip
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def dumps():
    """{file name: text}: every stage of one training step on 32 of 55,000 pictures, then the phases of training and of
    evaluating the convolutional network on 32 of 50,000."""
    model = fashion_mnist_model()
    traced = []
    through = graph_compile.optimize
    graph_compile.optimize = lambda graph: (traced.append(graph), through(graph))[1]
    try:
        data = np.zeros((55_000, 28, 28), "uint8"), np.zeros(55_000, "uint8")
        step = model._programs.resident("train", data, 32, True)
    finally:
        graph_compile.optimize = through
    convolutional = convolutional_model()
    pictures = np.zeros((50_000, 32, 32, 3), "uint8"), np.zeros(50_000, "uint8")
    training, evaluation = (convolutional._programs.resident(kind, pictures, 32, True) for kind in ("train", "test"))
    return {
        "1-traced.txt": dump_graph(traced[-1]) + "\n",
        "2-optimized.txt": dump_graph(step.graph) + "\n",
        "3-phases.txt": dump_phases(step.phases) + "\n",
        "4-convolutions.txt": dump_phases(training.phases) + "\n",
        "5-evaluation.txt": dump_phases(evaluation.phases) + "\n",
    }


def quoted_anew(page, texts):
    """`page` with its blocks marked `dump <file>` brought up to date: numbers of tensors and buffers, times and chunks
    are those of the new line that is otherwise the same. Other lines stay, for their author to see to."""

    def shape(line):
        return re.sub(r"\bb\d+|%\d+|[\d.]+ us|=\d+ chunk=\d+", "#", line)

    def block(match):
        left, quoted = texts[match[1]].splitlines(), []
        for line in match[2].splitlines():
            same = [new for new in left if new == line] or [new for new in left if shape(new) == shape(line)]
            if line != "..." and same:
                left = left[left.index(same[0]) + 1 :]
            quoted.append(line if line == "..." or not same else same[0])
        return f"```dump {match[1]}\n" + "".join(f"{line}\n" for line in quoted) + "```"

    return re.sub(r"```dump (\S+)\n(.*?)```", block, page, flags=re.S)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    made = dumps()
    for name, text in made.items():
        (FOLDER / name).write_text(text)
        print(FOLDER / name, len(text.splitlines()), "lines")
    PAGE.write_text(quoted_anew(PAGE.read_text(), made))
