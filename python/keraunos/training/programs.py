"""Steps as Programs: a model's train, test or predict step, traced once per signature and kept."""

import numpy as np

from keraunos._structure import flatten, pack
from keraunos.graph import compile as graph_compile
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph.ir import Graph
from keraunos.graph.tensor import TracedValueError
from keraunos.graph.trace import Trace, tracing
from keraunos.graph.variable import Variable
from keraunos.runtime import devices
from keraunos.runtime.device_rows import DeviceRows
from keraunos.runtime.target import CPU
from keraunos.training.arrays import gathered_dtype

# A step that one core does in less is done on the CPU before a GPU has launched its kernels and copied its batch.
WORTH_A_GPU = 500_000  # ns


class StepPrograms:
    """The compiled steps of one model.

    Attributes:
        model: the model.
        cursor: int64 Variable: the row at which the next batch of resident data begins; every step advances it.
        quick: (shape, dtype, batch size, device) of x -> a function that predicts it with nothing left to check.
        logs: "train" or "test" -> what a step of the user's own returned last, {name: Variable}.
        with_metrics: the kinds of steps whose logs hold the results of all metrics, too.
        metrics_asked: names of the results that the running step was given, None when it did not ask for any.
        target: where the model's steps run when the choice is free; None before the first.
        first_bad: int64 Variable: the cursor of the first training step whose loss was not finite, or -1.
    """

    def __init__(self, model):
        self.model = model
        self._cache = {}
        self.quick = {}
        self.logs = {}
        self.target = None
        self.with_metrics = set()
        self.metrics_asked = None
        self.cursor = Variable(np.int64(0), trainable=False, name="cursor")
        self.first_bad = Variable(np.int64(-1), trainable=False, name="first_bad")

    def resident(self, kind, data, rows, shuffled, held=None):
        """The step on `rows` rows of arrays that stay in memory, found by `order` (when shuffled) from the cursor
        on; `held`: how many rows of the arrays are there at a time, when not all."""
        leaves = flatten(data)
        key = (kind, rows, shuffled, held, _signature(data), self._state())
        if key not in self._cache:
            trace = Trace()
            with tracing(trace):
                sources = [trace.placeholder((held or len(a), *a.shape[1:]), a.dtype.name) for a in leaves]
                order = trace.placeholder((len(leaves[0]) if shuffled else 0,), "int32")
                floats = self.model.compute_dtype
                batches = [
                    p.batch(source, order, self.cursor, rows, gathered_dtype(array, floats, labels=place > 0))
                    for place, part in enumerate(data)
                    for array, source in _pairs(part, data, place, leaves, sources)
                ]
                outputs = self._step(kind, pack(data, iter(batches)))
                self.cursor.assign_add(np.int64(rows))
            self._cache[key] = self._compile(trace, outputs, data)
        return self._cache[key]

    def fed(self, kind, data):
        """The step on one batch that is bound as it is: (executable, structure of the outputs)."""
        key = (kind, _signature(data), self._state())
        if key not in self._cache:
            trace = Trace()
            with tracing(trace):
                floats = self.model.compute_dtype
                inputs = []
                for place, part in enumerate(data):
                    for array in flatten(part):
                        source = trace.placeholder(array.shape, array.dtype.name)
                        inputs.append(p.cast(source, gathered_dtype(array, floats, labels=place > 0)))
                outputs = self._step(kind, pack(data, iter(inputs)))
                if kind == "predict":
                    self._cache[key] = (self._compile(trace, flatten(outputs), data), outputs)
                else:
                    self._cache[key] = (self._compile(trace, outputs, data), None)
        return self._cache[key]

    def results_reader(self, metrics):
        """A function that gives the values of `metrics`, {log name: metric}, as {log name: float or array}, sorted:
        by one small Program, eagerly where a result cannot be traced. Callbacks on batches call it after every step."""
        key = ("results", tuple((name, id(m)) for name, m in metrics.items()), devices.setting())
        if key not in self._cache:
            self._cache[key] = self._results_program(metrics)
        found = self._cache[key]
        if found is None:
            return lambda: _eager_results(metrics)
        executable, pairs, _ = found
        return lambda: _read(executable, pairs)

    def log_reader(self, kind, metrics):
        """A function that gives what the last step of `kind` reports: the results of `metrics`, unless the step
        returned logs of its own."""
        own = self.logs.get(kind)
        if not own:
            return self.results_reader(metrics)
        read = self.results_reader(metrics if kind in self.with_metrics else {})
        return lambda: dict(sorted({**read(), **_values(own)}.items()))

    def _step(self, kind, data):
        self.model._in_program = True
        try:
            return self.model.predict_step(data) if kind == "predict" else self.step(kind, data)
        finally:
            self.model._in_program = False

    def step(self, kind, data):
        """Runs (or traces) the train or test step and keeps the logs that it returns; gives no outputs."""
        self.metrics_asked = None
        returned = getattr(self.model, f"{kind}_step")(data) or {}
        kept = self.logs.setdefault(kind, {})
        for name in [name for name in returned if name not in (self.metrics_asked or ())]:
            value = p.as_tensor(returned[name])
            if name not in kept:
                kept[name] = Variable(np.zeros(value.shape), dtype=value.dtype, trainable=False, name=name)
            kept[name].assign(value)
        (self.with_metrics.discard if self.metrics_asked is None else self.with_metrics.add)(kind)
        return []

    def _state(self):
        return devices.setting(), tuple(map(id, self.model.trainable_weights))

    def _compile(self, trace, outputs, data=()):
        """The Executable of a step on `data`, on the device in force. When the choice is free, the first step decides
        for all of the model's."""
        graph = graph_compile.optimize(Graph.from_trace(trace, outputs))
        target = devices.current()
        if devices.is_free():
            self.target = self.target or _worthwhile(graph, data)
            target = self.target
        if target is not CPU:
            # Those were made to run without asking whether a GPU has newer weights.
            self.quick.clear()
        return graph_compile.placed(graph, target)

    def _results_program(self, metrics):
        """(executable, [(log name, array it fills)] sorted by name, metrics), or None when a result cannot be
        traced."""
        trace = Trace()
        try:
            with tracing(trace):
                found = {k: p.as_tensor(v) for n, m in metrics.items() for k, v in _named(n, m.result()).items()}
        except TracedValueError:
            return None
        executable = self._compile(trace, list(found.values()))
        arrays = [np.empty(shape, dtype) for shape, dtype in executable.outputs]
        for position, array in enumerate(arrays):
            executable.bind_output(position, array)
        return executable, sorted(zip(found, arrays, strict=True), key=lambda pair: pair[0]), metrics

    def forget(self, executable):
        """Frees a step that will not run again."""
        self._cache = {key: found for key, found in self._cache.items() if found is not executable}

    def clear(self):
        self._cache.clear()
        self.quick.clear()


def _pairs(part, data, place, leaves, sources):
    first = sum(len(flatten(earlier)) for earlier in data[:place])
    count = len(flatten(part))
    return list(zip(leaves[first : first + count], sources[first : first + count], strict=True))


def _signature(data):
    return repr(pack(data, iter(["*"] * len(flatten(data))))), tuple((a.shape, a.dtype.name) for a in flatten(data))


def _named(name, result):
    return result if isinstance(result, dict) else {name: result}


def _wide(tensor):
    return p.cast(tensor, "float32") if tensor.dtype in dtypes.HALVES else tensor


def _plain(array):
    return float(array) if array.ndim == 0 else array.copy()


def _values(variables):
    return {name: _plain(variable.numpy()) for name, variable in variables.items()}


def _eager_results(metrics):
    found = {k: _plain(np.asarray(v)) for name, m in metrics.items() for k, v in _named(name, m.result()).items()}
    return dict(sorted(found.items()))


def _read(executable, pairs):
    executable.run()
    return {name: _plain(array) for name, array in pairs}


def _worthwhile(graph, data):
    """The target of a step when the choice is free: the GPU that holds the data, or the first one if the step would
    take the CPU long enough."""
    for array in flatten(data):
        if isinstance(array, DeviceRows):
            return devices.of_name(f"gpu:{array.array.device}")
    long = graph_compile.nanoseconds(graph) >= WORTH_A_GPU
    return devices.of_name("gpu:0") if long else CPU
