"""Halves against float32: products, and training steps under each policy.

    python -m benchmarks.precision [--threads N]

prints a Markdown table of medians. Models: four layers of 1024 units on batches of 128 rows; two blocks of convolutions
on batches of 64 pictures of 32 x 32 x 3.
"""

import argparse
import statistics
import time

import keraunos as keras
import numpy as np
from keraunos import _cpu
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.compile import compile_trace
from keraunos.graph.trace import Trace, tracing

PRODUCTS = [(512, 512, 512), (1024, 1024, 1024), (32, 1024, 1024)]  # m, n, k
POLICIES = ("float32", "mixed_bfloat16", "mixed_float16")
REPEATS = 9


def seconds(run):
    """The median time of one call."""
    run()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def product_gflops(m, n, k, dtype):
    """Speed of (m, k) x (k, n)."""
    trace = Trace()
    with tracing(trace):
        output = p.matmul(trace.placeholder((m, k), dtype), trace.placeholder((k, n), dtype))
    executable = compile_trace(trace, [output])
    rng = np.random.default_rng(0)
    for position, (shape, _) in enumerate(executable.inputs):
        executable.bind_input(position, dtypes.pack(rng.normal(size=shape), dtype))
    executable.bind_output(0, np.empty((m, n), dtypes.storage(dtype)))
    steps = max(1, int(5e9 / (2 * m * n * k)))
    return 2e-9 * m * n * k * steps / seconds(lambda: executable.run(steps))


def dense(layers):
    rng = np.random.default_rng(0)
    model = [layers.Dense(1024, activation="relu") for _ in range(3)] + [layers.Dense(10)]
    return model, rng.normal(size=(128 * 16, 1024)).astype("float32"), rng.integers(0, 10, 128 * 16), 128


def convolutions(layers):
    rng = np.random.default_rng(0)
    model = [
        layers.Rescaling(1 / 255),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10),
    ]
    return model, rng.integers(0, 255, (64 * 8, 32, 32, 3)).astype("uint8"), rng.integers(0, 10, 64 * 8), 64


def milliseconds(network, policy):
    """(training step with Adam, prediction of a batch)."""
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    layers, x, y, batch = network(keras.layers)
    model = keras.Sequential(layers)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    steps = len(x) / batch
    step = seconds(lambda: model.fit(x, y, batch_size=batch, verbose=0)) / steps
    predict = seconds(lambda: model.predict(x, batch_size=batch, verbose=0)) / steps
    return 1e3 * step, 1e3 * predict


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.precision", description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    _cpu.set_num_threads(parser.parse_args().threads)
    print(f"{_cpu.num_threads()} threads, {_cpu.isa()}\n")
    print("| product | float32, GFLOP/s | bfloat16 | ratio |\n|---|---|---|---|")
    for m, n, k in PRODUCTS:
        single, half = (product_gflops(m, n, k, dtype) for dtype in ("float32", "bfloat16"))
        print(f"| {m} x {k} by {k} x {n} | {single:.0f} | {half:.0f} | {half / single:.2f} |")
    print("\n| step, ms (prediction of a batch) |", " | ".join(POLICIES), "|\n|---|---|---|---|")
    for network in (dense, convolutions):
        cells = ["{:.2f} ({:.2f})".format(*milliseconds(network, policy)) for policy in POLICIES]
        print(f"| {network.__name__} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
