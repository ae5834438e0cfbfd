"""Timing on a GPU: many calls between two waits, in turns, medians. Results are compared before anything is timed."""

import statistics
import time

import keraunos as keras
import numpy as np
from keraunos.graph.device_executable import on_device
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
            tensors = [keras.ops.cast(a, dtype) for a in arrays]
            compiled = keras.function(function)
            self.result = np.asarray(keras.ops.cast(compiled(*tensors), "float32"))
            self._executable, _ = next(iter(compiled._cache.values()))
        if self._executable.target.name == "cpu":
            raise RuntimeError("[benchmark] the function fell back to the CPU")
        ((shape, out),) = self._executable.outputs
        self._arrays = [on_device(tensor, 0) for tensor in tensors]
        self._out = DeviceArray(shape, out, 0)
        for position, array in enumerate(self._arrays):
            self._executable.bind_input(position, array)
        self._executable.bind_output(0, self._out)

    def __call__(self, calls):
        """Runs and waits."""
        self._executable.run(calls)


class Theirs:
    """A PyTorch function, recorded as a CUDA graph so that launches cost it nothing either.

    Args:
        function: without arguments, gives a tensor.
        device: "cuda", or "cpu" to try these programs where no GPU is: it is called as it is then.
    """

    def __init__(self, function, device):
        import torch

        with torch.no_grad():
            self._replay, result = recorded(function, device)
        self._wait = waiting(device)
        self._replay()
        self._wait()
        self.result = result().float().cpu().numpy()

    def __call__(self, calls):
        for _ in range(calls):
            self._replay()
        self._wait()


def recorded(function, device):
    """(replay, result): what runs `function` again, as a CUDA graph on "cuda", and what gives its latest result."""
    import torch

    if device != "cuda":
        held = [function()]
        return lambda: held.__setitem__(0, function()), lambda: held[0]
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            function()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        kept = function()
    # The graph owns the memory of `kept`.
    return graph.replay, lambda graph=graph: kept


def waiting(device):
    """A function that waits for PyTorch's work."""
    import torch

    return torch.cuda.synchronize if device == "cuda" else lambda: None


def seconds(contestants, budget=SECONDS):
    """{name: median seconds of a call} of {name: callable(calls)}, measured in turns."""
    calls, found = {}, {name: [] for name in contestants}
    for name, run in contestants.items():
        run(2)
        begin = time.perf_counter()
        run(3)
        calls[name] = max(1, int(3 * budget / max(time.perf_counter() - begin, 1e-6)))
    for _ in range(RUNS):
        for name, run in contestants.items():
            begin = time.perf_counter()
            run(calls[name])
            found[name].append((time.perf_counter() - begin) / calls[name])
    return {name: statistics.median(times) for name, times in found.items()}


def compare(ours, theirs, unit, terms):
    """Raises ArithmeticError unless two results agree: factors rounded with relative error `unit` make sums of `terms`
    products of size 1 that differ by some sqrt(terms) * unit; 8 covers the largest of many, 4 the results' rounding."""
    if ours.shape != theirs.shape:
        raise ArithmeticError(f"[benchmark] results have shapes {ours.shape} and {theirs.shape}")
    bound = 8 * unit * terms**0.5 + 4 * unit * float(np.abs(theirs).max())
    error = float(np.abs(ours - theirs).max())
    if not error <= bound:
        raise ArithmeticError(f"[benchmark] results differ by {error:.3g}, expected at most {bound:.3g}")
