"""A loss that turns NaN or infinite is reported once: epoch, batch, first bad layer and tensor."""

import warnings

import numpy as np

from keraunos._structure import flatten
from keraunos.graph import dtypes
from keraunos.graph.interpret import evaluate
from keraunos.graph.ir import LEAVES, Graph
from keraunos.graph.trace import Trace, tracing

# Up to here the state at the start of an epoch is kept, so that the bad step can be run again and looked into.
LARGEST_SNAPSHOT = 64 << 20


class Watch:
    """Looks at `first_bad` after every stretch of one epoch."""

    def __init__(self, model, source, runner, epoch):
        self._model, self._source, self._runner, self._epoch = model, source, runner, epoch
        self._start = int(model._programs.cursor.current())
        self._snapshot = None
        self._silent = bool(model._programs.first_bad.current() >= 0)
        variables = self._state()
        if not self._silent and sum(v.nbytes for v in variables) <= LARGEST_SNAPSHOT:
            self._snapshot = [(v, v.current().copy()) for v in variables]

    def _state(self):
        optimizer = getattr(self._model.optimizer, "variables", [])
        return list({id(v): v for v in (*self._model.variables, *optimizer)}.values())

    def look(self):
        """Warns when a step of this stretch was the first bad one."""
        row = int(self._model._programs.first_bad.current())
        if self._silent or row < 0:
            return
        self._silent = True
        size = self._source.batch_size
        where = f"epoch {self._epoch + 1}, batch {row // size + 1}"
        culprit = self._culprit(row) if self._snapshot is not None else None
        detail = f"; first bad value: {culprit}" if culprit else ""
        warnings.warn(
            f"[fit] the loss became NaN or infinite in {where}{detail}.\n"
            "Try a smaller learning rate, clipnorm=1.0, scaled inputs, or a loss with from_logits=True.",
            RuntimeWarning,
            stacklevel=6,
        )

    def _culprit(self, row):
        """Runs the epoch up to the bad step again and evaluates that step node by node."""
        variables = [v for v, _ in self._snapshot]
        programs = self._model._programs
        kept = [
            (v, v.current().copy()) for v in (*variables, programs.cursor, programs.first_bad, *self._metric_state())
        ]
        try:
            for variable, value in self._snapshot:
                variable.storage[...] = value
            programs.cursor.storage[...] = self._start
            size = self._source.batch_size
            self._runner.run(self._start // size, row // size, False, None, lambda done: False)
            return self._first_bad_tensor(row, min(size, self._source.rows - row))
        finally:
            for variable, value in kept:
                variable.storage[...] = value

    def _metric_state(self):
        return [v for metric in self._model.metrics for v in metric.variables]

    def _first_bad_tensor(self, row, rows):
        order = self._runner.order
        chosen = order[row : row + rows] if order.size else np.arange(row, row + rows)
        batch = [a[chosen] for a in flatten(self._source.parts)]
        for position, array in enumerate(batch):
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                return "the data (x)" if position == 0 else "the data (y or sample_weight)"
        for variable in self._model.weights:
            if dtypes.is_float(variable.dtype) and not np.isfinite(variable.numpy().astype("float64")).all():
                return f"weight {variable.path}"
        return _evaluate_until_bad(self._model, self._source.parts, batch)


def _evaluate_until_bad(model, parts, batch):
    """Name of the layer and op that first produce a value that is not finite, by the NumPy interpreter."""
    from keraunos._structure import pack
    from keraunos.graph import primitives as p
    from keraunos.training.arrays import gathered_dtype

    trace = Trace()
    with tracing(trace):
        sources = [trace.placeholder(a.shape, a.dtype.name) for a in batch]
        entering = [p.cast(s, gathered_dtype(a, model.compute_dtype, labels=i > 0))
                    for i, (a, s) in enumerate(zip(batch, sources, strict=True))]  # fmt: skip
        model._in_program = True
        try:
            model.train_step(pack(parts, iter(entering)))
        finally:
            model._in_program = False
    graph = Graph.from_trace(trace, [])
    values = {id(t): a for t, a in zip(graph.inputs, batch, strict=True)}
    values.update({id(leaf): variable.current() for variable, leaf in graph.variables.items()})
    for node in graph.nodes:
        if node.op.name == "constant":
            values[id(node.outputs[0])] = node.attrs["value"]
        if node.op.name in LEAVES:
            continue
        with np.errstate(all="ignore"):
            found = evaluate(node, [values[id(t)] for t in node.inputs])
        for tensor, value in zip(node.outputs, found, strict=True):
            values[id(tensor)] = value
            if dtypes.is_float(tensor.dtype) and not np.isfinite(dtypes.unpack(value, tensor.dtype)).all():
                return f'output of {node.op.name} {tensor.shape} in layer "{node.scope or "loss"}"'
    return None
