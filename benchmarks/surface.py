"""What the ways to write a model cost: graphs and subclasses against Sequential in `fit`, and a training loop with a
tape against the same loop under TensorFlow.

    python -m benchmarks.surface [--threads N] [--repeats N]

The model is the Fashion-MNIST tutorial's, 784-100-75-10 with SGD on batches of 32. Writes
benchmarks/results/surface.{json,md}. The loop is a script that both libraries run unchanged (`benchmarks/loop.py`),
each in a process of its own, in turn; the losses of their first steps are compared before anything is timed.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np

RESULTS = pathlib.Path(__file__).parent / "results"
ROWS = 20_000


def data():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (ROWS, 784)).astype("float32") / 255, rng.integers(0, 10, ROWS)


def models(keras):
    """{name: the same network, written in another way}."""
    layers = keras.layers

    class Subclass(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Dense(100, activation="relu")
            self.second = layers.Dense(75, activation="relu")
            self.last = layers.Dense(10, activation="softmax")

        def call(self, inputs):
            return self.last(self.second(self.first(inputs)))

    def network():
        return [
            layers.Dense(100, activation="relu"),
            layers.Dense(75, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]

    x = keras.Input((784,))
    first, second, last = network()
    found = {
        "Sequential": keras.Sequential([keras.Input((784,)), *network()]),
        "functional": keras.Model(x, last(second(first(x)))),
        "subclass": Subclass(),
    }
    for model in found.values():
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return found


def fits(repeats):
    """{name: microseconds per step}: medians, the three in turn."""
    import keraunos as keras

    x, y = data()
    found = models(keras)
    times = {name: [] for name in found}
    for repeat in range(repeats + 1):
        for name, model in found.items():
            start = time.perf_counter()
            model.fit(x, y, batch_size=32, epochs=3, verbose=0)
            if repeat:
                times[name].append((time.perf_counter() - start) * 1e6 / (3 * ROWS / 32))
    return {name: statistics.median(taken) for name, taken in times.items()}


def loop(library, threads):
    """What `benchmarks/loop.py` prints under a library."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), TF_CPP_MIN_LOG_LEVEL="3", LOOP_LIBRARY=library)
    script = pathlib.Path(__file__).with_name("loop.py")
    python = [sys.executable]
    if library == "tensorflow":
        python = [os.environ.get("KERAUNOS_KERAS_PYTHON", sys.executable)]
        environment.pop("PYTHONPATH", None)
    else:
        python += ["-m", "keraunos"]
    done = subprocess.run(
        [*python, str(script), str(threads)], capture_output=True, text=True, env=environment, timeout=1200
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def loops(threads, repeats):
    """{library: microseconds per step}: medians, in turn."""
    times = {"keraunos": [], "tensorflow": []}
    losses = {}
    for _ in range(repeats):
        for library in times:
            found = loop(library, threads)
            losses[library] = found["losses"]
            times[library] += found["microseconds"]
            time.sleep(0.5)
    # float32 over five steps of the same numbers; a wrong result is not timed.
    np.testing.assert_allclose(losses["keraunos"], losses["tensorflow"], rtol=1e-4)
    return {library: statistics.median(taken) for library, taken in times.items()}


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.surface", description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    from keraunos import _cpu

    from benchmarks import machine, report

    _cpu.set_num_threads(options.threads)
    fitted, looped = fits(options.repeats), loops(options.threads, max(2, options.repeats // 2))
    payload = {"machine": machine.describe(options.threads), "fit": fitted, "loop": looped}
    (RESULTS / "surface.json").write_text(json.dumps(payload, indent=1) + "\n")
    lines = ["| `fit`, 784-100-75-10, batch 32 | us a step | of Sequential |", "|---|--:|--:|"]
    lines += [f"| {name} | {taken:.1f} | {taken / fitted['Sequential']:.3f} |" for name, taken in fitted.items()]
    lines += ["", "| loop with a tape and a compiled step | us a step | times keraunos |", "|---|--:|--:|"]
    lines += [f"| {name} | {taken:.0f} | {taken / looped['keraunos']:.1f} |" for name, taken in looped.items()]
    text = "\n".join(lines) + "\n"
    (RESULTS / "surface.md").write_text(text)
    report.into_pages("surface", text)
    print(text)


if __name__ == "__main__":
    main()
