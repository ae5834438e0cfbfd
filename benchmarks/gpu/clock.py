"""Timing on a GPU: many calls between two waits, in turns, medians. Results are compared before anything is timed."""

import statistics
import time

import keraunos as keras
import numpy as np
from keraunos.runtime.device_array import DeviceArray

SECONDS = 0.03  # of one timed run: thousands of times the clock's own error
RUNS = 5


class Ours:
    """A function of tensors, compiled for the GPU, on operands that stay there.

    Args:
        function: of tensors, gives one tensor.
        arrays: float32 NumPy arrays.
        dtype: the dtype that they are cast to.
    """

    def __init__(self, function, arrays, dtype):
        with keras.device("gpu"):
            self._tensors = [keras.ops.cast(a, dtype) for a in arrays]
            compiled = keras.function(function)
            self.result = np.asarray(keras.ops.cast(compiled(*self._tensors), "float32"))
            self._executable, _ = next(iter(compiled._cache.values()))
        ((shape, out),) = self._executable.outputs
        self._out = DeviceArray(shape, out, 0)
        for position, tensor in enumerate(self._tensors):
            self._executable.bind_input(position, tensor.array)
        self._executable.bind_output(0, self._out)

    def __call__(self, calls):
        """Runs and waits."""
        self._executable.run(calls)


class Theirs:
    """A PyTorch function, recorded as a CUDA graph so that launches cost it nothing either."""

    def __init__(self, function):
        import torch

        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream), torch.no_grad():
            for _ in range(3):
                result = function()
        torch.cuda.current_stream().wait_stream(stream)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph), torch.no_grad():
            self._kept = function()
        self.result = result.float().cpu().numpy()

    def __call__(self, calls):
        import torch

        for _ in range(calls):
            self._graph.replay()
        torch.cuda.synchronize()


def seconds(contestants):
    """{name: median seconds of a call} of {name: callable(calls)}, measured in turns."""
    calls, found = {}, {name: [] for name in contestants}
    for name, run in contestants.items():
        run(3)
        begin = time.perf_counter()
        run(10)
        calls[name] = max(10, int(10 * SECONDS / max(time.perf_counter() - begin, 1e-6)))
    for _ in range(RUNS):
        for name, run in contestants.items():
            begin = time.perf_counter()
            run(calls[name])
            found[name].append((time.perf_counter() - begin) / calls[name])
    return {name: statistics.median(times) for name, times in found.items()}


def compare(name, ours, theirs, unit, terms):
    """Raises ArithmeticError unless two results agree: factors rounded with relative error `unit` make sums of `terms`
    products of size 1 that differ by some sqrt(terms) * unit; 8 covers the largest of many."""
    bound = 8 * unit * terms**0.5 + 4 * unit * float(np.abs(theirs).max())
    error = float(np.abs(ours - theirs).max())
    if not error <= bound:
        raise ArithmeticError(f"[benchmark] {name}: results differ by {error:.3g}, expected at most {bound:.3g}")
