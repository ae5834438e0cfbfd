"""GradientTape: records eager nodes so that they can be differentiated with the gradient rules of the graph."""

import threading

import numpy as np

from keraunos.graph import autodiff
from keraunos.graph import trace as tracing
from keraunos.graph.tensor import Node, Tensor, next_number

_local = threading.local()


def active():
    """The tapes of this thread that are recording, outermost first."""
    return getattr(_local, "tapes", None) or ()


def read(variable):
    """The concrete value of `variable`: one leaf per recording and assignment, so that gradients find it."""
    tapes = active()
    if not tapes:
        return variable.shared()
    tape = tapes[-1]
    known = tape.leaves.get(variable)
    if known is None or known[0] != variable.generation:
        value = variable.current().copy()
        known = (variable.generation, Tensor(variable.shape, variable._dtype, value))
        for recording in tapes:
            recording.leaves[variable] = known
    return known[1]


def record(op, inputs, attrs, outputs):
    """Gives concrete `outputs` a node when a tape records and the op can be differentiated."""
    if active() and op.gradient is not None:
        node = Node(op, tuple(inputs), attrs)
        node.outputs = tuple(outputs)
        for output in outputs:
            output.node = node


class GradientTape:
    """Records operations for automatic differentiation, as `tf.GradientTape` does.

    Args:
        persistent: whether `gradient` may be called more than once.
        watch_accessed_variables: accepted for compatibility; every variable that is read can be differentiated.

    Inside a trace (`keraunos.function`, `fit`) it works on symbolic tensors too.

    Example:

    >>> import keraunos
    >>> x = keraunos.Variable(3.0)
    >>> with keraunos.GradientTape() as tape:
    ...     y = x * x
    >>> float(tape.gradient(y, x))
    6.0
    """

    def __init__(self, persistent=False, watch_accessed_variables=True):
        self.persistent = persistent
        self.leaves = {}
        self._used = False

    def __enter__(self):
        _local.__dict__.setdefault("tapes", []).append(self)
        trace = tracing.current()
        self._initial = dict(trace.values) if trace else {}
        self._since = next_number()
        return self

    def __exit__(self, *exception):
        _local.tapes.remove(self)

    def watch(self, tensor):
        """Accepted for compatibility: every tensor that was used can be differentiated."""

    def gradient(self, target, sources, output_gradients=None, unconnected_gradients="none"):
        """Gradients of `target` with respect to `sources`.

        Args:
            target: tensor or list of tensors; the gradients of several are summed.
            sources: Variable or Tensor, or a (nested) list, tuple or dict of them.
            output_gradients: cotangents, one per target; default ones.
            unconnected_gradients: `"none"` or `"zero"`: what a source gets that the target does not depend on.

        Returns:
            Tensors (or None) in the structure of `sources`.

        Raises:
            RuntimeError: when it is called twice and the tape is not persistent.
        """
        if self._used and not self.persistent:
            raise RuntimeError("[tape] gradient was already called; use GradientTape(persistent=True) to call it again")
        self._used = True
        targets = list(target) if isinstance(target, (list, tuple)) else [target]
        flat = []
        structure = _flatten(sources, flat)
        leaves = [self._leaf(source) for source in flat]
        if output_gradients is not None and not isinstance(output_gradients, (list, tuple)):
            output_gradients = [output_gradients]
        seeds = None if output_gradients is None else [tracing.as_tensor(g) for g in output_gradients]
        found = autodiff.gradients([tracing.as_tensor(t) for t in targets], leaves, seeds, self._since)
        if unconnected_gradients == "zero":
            found = [_zeros(leaf) if g is None else g for g, leaf in zip(found, leaves, strict=True)]
        return structure(iter(found))

    def _leaf(self, source):
        if isinstance(source, Tensor):
            return source
        if source in self.leaves:
            return self.leaves[source][1]
        trace = tracing.current()
        if trace is None:
            return read(source)
        if source in self._initial:
            return self._initial[source]
        trace.read(source)
        return trace.variables[source]


def _zeros(leaf):
    return tracing.as_tensor(np.zeros(leaf.shape), leaf.dtype)


def _flatten(sources, flat):
    """Appends the leaves of a nested structure to `flat`; returns a function that rebuilds it from an iterator."""
    if isinstance(sources, dict):
        parts = {key: _flatten(value, flat) for key, value in sources.items()}
        return lambda values: {key: part(values) for key, part in parts.items()}
    if isinstance(sources, (list, tuple)):
        parts, kind = [_flatten(value, flat) for value in sources], type(sources)
        return lambda values: kind(part(values) for part in parts)
    flat.append(sources)
    return next
