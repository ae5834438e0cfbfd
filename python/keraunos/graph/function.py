"""`keraunos.function` and `keraunos.grad`: compiled and differentiated Python functions."""

import functools

import numpy as np

from keraunos.graph import autodiff
from keraunos.graph import compile as graph_compile
from keraunos.graph import primitives as p
from keraunos.graph import trace as tracing
from keraunos.graph.opdef import REGISTRY
from keraunos.graph.tensor import Tensor
from keraunos.runtime import devices


class Function:
    """A function that is traced once per signature and then runs as a Program; made by `function`."""

    def __init__(self, wrapped):
        functools.update_wrapper(self, wrapped)
        self._wrapped = wrapped
        self._cache = {}

    def __call__(self, *args, **kwargs):
        if tracing.current() is not None:
            return self._wrapped(*args, **kwargs)
        leaves = []
        structure = _skeleton((args, kwargs), leaves)
        key = structure, tuple((t.shape, t.dtype) for t in leaves), devices.setting()
        if key not in self._cache:
            self._cache[key] = self._trace((args, kwargs), leaves)
        executable, rebuild = self._cache[key]
        return rebuild(iter(executable.call(leaves)))

    def _trace(self, arguments, leaves):
        trace = tracing.Trace()
        with tracing.tracing(trace):
            placeholders = iter([trace.placeholder(t.shape, t.dtype) for t in leaves])
            args, kwargs = _replace(arguments, placeholders)
            result = self._wrapped(*args, **kwargs)
            outputs = []
            _skeleton(result, outputs)
        executable = graph_compile.compile_trace(trace, outputs)
        return executable, lambda tensors: _replace(result, tensors)


def function(func=None, **options):
    """Compiles a function of tensors: it is traced once per shapes and dtypes, then runs natively.

    Args:
        func: function of arrays or tensors (in nested lists, tuples, dicts) and other values, which are constants.
        options: `jit_compile`, `reduce_retracing` and the like are accepted.

    Variables may be read and assigned inside. Python side effects happen while it is traced only.

    Example:

    >>> import keraunos
    >>> @keraunos.function
    ... def double(x):
    ...     return x * 2
    >>> double(keraunos.ops.ones((2,))).numpy()
    array([2., 2.], dtype=float32)
    """
    return Function(func) if func is not None else Function


def grad(func, argnums=0):
    """The gradient of a scalar function.

    Args:
        func: function whose result is a scalar tensor.
        argnums: position of the argument to differentiate by, or a tuple of positions.

    Returns:
        A function with the same arguments that returns the gradient, or a tuple of gradients.

    Example:

    >>> import keraunos
    >>> float(keraunos.grad(lambda x: x ** 3)(2.0))
    12.0
    """
    positions = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    def gradient(*args, **kwargs):
        from keraunos.graph.tape import GradientTape

        args = list(args)
        with GradientTape():
            for position in positions:
                # A tensor of its own per argument; recorded, so that an outer tape finds its way through.
                tensor = p.as_tensor(args[position])
                args[position] = tracing.apply(REGISTRY["reshape"], (tensor,), {"shape": tensor.shape})[0]
            result = p.as_tensor(func(*args, **kwargs))
        if result.shape != ():
            raise ValueError(
                f"[grad] the function must return a scalar, got shape {result.shape}; reduce it with ops.sum"
            )
        found = autodiff.gradients([result], [args[position] for position in positions])
        found = [
            p.as_tensor(np.zeros(args[q].shape), args[q].dtype) if g is None else g
            for g, q in zip(found, positions, strict=True)
        ]
        return found[0] if isinstance(argnums, int) else tuple(found)

    return gradient


def _is_data(value):
    return isinstance(value, (Tensor, np.ndarray)) or hasattr(value, "__keraunos_tensor__")


def _skeleton(value, leaves):
    """A hashable description of a structure; tensors in it are appended to `leaves`."""
    if isinstance(value, dict):
        return "dict", tuple((k, _skeleton(v, leaves)) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return type(value).__name__, tuple(_skeleton(v, leaves) for v in value)
    if _is_data(value):
        leaves.append(p.as_tensor(value))
        return "tensor"
    return "constant", value


def _replace(value, tensors):
    if isinstance(value, dict):
        return {k: _replace(v, tensors) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_replace(v, tensors) for v in value)
    return next(tensors) if _is_data(value) else value
