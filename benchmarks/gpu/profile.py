"""A few kernels under Nsight Compute: `python -m benchmarks.gpu.profile <file>`. Clocks stay as they are.

Each case is a process that ncu watches; the file has a line per kernel of it, of the latest launches.
"""

import csv
import io
import pathlib
import shutil
import subprocess
import sys

METRICS = {
    "gpu__time_duration.sum": "time",
    "sm__inst_executed_pipe_tensor.avg.pct_of_peak_sustained_active": "tensor pipe",
    "dram__throughput.avg.pct_of_peak_sustained_elapsed": "DRAM",
    "launch__registers_per_thread": "registers",
    "sm__warps_active.avg.pct_of_peak_sustained_active": "occupancy",
}
SECONDS = 40  # of one case under ncu
KERNELS = 6  # profiled launches of a case


def product(keras, rng, dtype):
    a = keras.ops.cast(rng.standard_normal((4096, 4096), dtype="float32"), dtype)
    return keras.ops.matmul(a, a)


def convolution(keras, rng):
    x = keras.ops.cast(rng.standard_normal((64, 28, 28, 128), dtype="float32"), "bfloat16")
    w = keras.ops.cast(rng.standard_normal((3, 3, 128, 128), dtype="float32"), "bfloat16")
    return keras.ops.conv(x, w, padding="same")


def training(keras, rng):
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((784,)), layers.Dense(100, activation="relu"), layers.Dense(75, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])  # fmt: skip
    model.compile("sgd", "sparse_categorical_crossentropy")
    x, y = rng.standard_normal((3200, 784), dtype="float32"), rng.integers(0, 10, 3200)
    model.fit(x, y, batch_size=32, verbose=0)


CASES = {
    "GEMM bfloat16 4096": lambda keras, rng: product(keras, rng, "bfloat16"),
    "GEMM TF32 4096": lambda keras, rng: product(keras, rng, "float32"),
    "convolution 3x3 bfloat16": convolution,
    "softmax 65536x1024": lambda keras, rng: keras.ops.softmax(rng.standard_normal((65536, 1024), dtype="float32")),
    "training step": training,
}


def run(name):
    """Runs a case on the GPU."""
    import keraunos as keras
    import numpy as np

    with keras.device("gpu"):
        result = CASES[name](keras, np.random.default_rng(0))
        if result is not None:
            np.asarray(keras.ops.cast(result, "float32"))


def summary(text):
    """Lines about the kernels in ncu's CSV: one per launch, the name and METRICS."""
    begin = text.find('"ID"')
    launches = {}
    for row in csv.DictReader(io.StringIO(text[begin:])) if begin >= 0 else ():
        if row.get("Metric Name") in METRICS:
            said = f"{METRICS[row['Metric Name']]} {row['Metric Value']} {row['Metric Unit']}".strip()
            launches.setdefault((row["ID"], row["Kernel Name"]), []).append(said)
    return [f"  {kernel[:90]}: {', '.join(said)}" for (_, kernel), said in launches.items()]


def watch(name):
    """Lines about a case: what ncu measured, or why it did not."""
    command = [
        "ncu", "--clock-control", "none", "--csv", "--launch-count", str(KERNELS), "--metrics", ",".join(METRICS),
        sys.executable, "-m", "benchmarks.gpu.profile", "--run", name,
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return [f"  not profiled: longer than {SECONDS} s"]
    lines = summary(done.stdout)
    return lines or [f"  not profiled: {' '.join((done.stdout + done.stderr).split())[-300:]}"]


def main():
    if sys.argv[1] == "--run":
        return run(sys.argv[2])
    path = pathlib.Path(sys.argv[1])
    if not shutil.which("ncu"):
        path.write_text("not profiled: ncu is not installed\n")
        return None
    lines = []
    for name in CASES:
        lines += [name, *watch(name)]
        path.write_text("\n".join(lines) + "\n")
    return None


if __name__ == "__main__":
    main()
