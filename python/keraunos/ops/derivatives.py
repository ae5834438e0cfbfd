"""`keras.ops`: derivatives that users define, and derivatives along a direction."""

import functools

import numpy as np

from keraunos._structure import flatten, map_leaves, pack
from keraunos.graph import autodiff, dtypes
from keraunos.graph import primitives as p
from keraunos.graph.opdef import REGISTRY
from keraunos.graph.trace import apply, as_tensor


def custom_gradient(f):
    """`f` with a gradient of its own.

    Args:
        f: function of tensors that returns (result, gradient function). The gradient function takes one cotangent per
            tensor of the result and returns the cotangents of the arguments, one tensor or one per argument. Variables
            that `f` reads get no gradient: pass them as arguments.

    Returns:
        A function of the same arguments that returns the result alone.

    >>> import keraunos as keras
    >>> @keras.ops.custom_gradient
    ... def straight_through(x):
    ...     return keras.ops.round(x), lambda upstream: upstream
    >>> float(keras.grad(lambda x: straight_through(x) * 2)(0.4))
    2.0
    """

    @functools.wraps(f)
    def wrapped(*args, **kwargs):
        args = map_leaves(args, as_tensor)
        result, gradient = f(*args, **kwargs)
        outputs = [as_tensor(t) for t in flatten(result)]
        found = apply(REGISTRY["custom_gradient"], (*flatten(args), *outputs), {"rule": _Rule(gradient, len(outputs))})
        return pack(result, iter(found))

    return wrapped


class _Rule:
    """What the op `custom_gradient` is to do for the cotangents of its arguments.

    Args:
        gradient: the user's function.
        outputs: number of results.
    """

    def __init__(self, gradient, outputs):
        self._gradient = gradient
        self.outputs = outputs

    def __call__(self, arguments, cotangents):
        found = self._gradient(*cotangents)
        found = list(found) if isinstance(found, (tuple, list)) else [found]
        if len(found) != len(arguments):
            raise ValueError(
                f"[custom_gradient] the gradient function returned {len(found)} values for {len(arguments)} arguments"
            )
        return [None if g is None else p.cast(g, a.dtype) for g, a in zip(found, arguments, strict=True)]


def jvp(fun, primals, tangents, has_aux=False):
    """The value of a function and its derivative along a direction (Jacobian times vector).

    Args:
        fun: function of tensors.
        primals: tuple or list of its arguments.
        tangents: the direction: one tensor per argument, in the arguments' shapes.
        has_aux: whether `fun` returns (result, anything else), of which the result alone is differentiated.

    Returns:
        (result, derivative), in the same structure, and what else `fun` returned.

    Raises:
        NotDifferentiableError: for functions whose gradient cannot be differentiated once more.
        ValueError: for tangents that do not fit the primals.

    The gradient is linear in its cotangent, so that its derivative by the cotangent is the Jacobian itself.
    Source: Townsend, "A new trick for calculating Jacobian vector products", 2017.

    >>> from keraunos import ops
    >>> value, slope = ops.jvp(lambda x: x * x, (ops.array(3.0),), (ops.array(1.0),))
    >>> float(value), float(slope)
    (9.0, 6.0)
    """
    from keraunos.graph.tape import GradientTape

    directions = [as_tensor(t) for t in flatten(tangents)]
    with GradientTape():
        # Tensors of their own, so that those who share a tensor are told apart.
        sources = map_leaves(primals, _recorded)
        points = flatten(sources)
        if [t.shape for t in points] != [t.shape for t in directions]:
            raise ValueError(
                f"[jvp] expected tangents of shapes {[t.shape for t in points]}, got {[t.shape for t in directions]}"
            )
        result = fun(*sources)
        result, rest = result if has_aux else (result, None)
        outputs = [as_tensor(t) for t in flatten(result)]
        smooth = [t for t in outputs if dtypes.is_float(t.dtype)]
        cotangents = [p.stop_gradient(t) for t in smooth]
        gradients = autodiff.gradients(smooth, points, cotangents) if smooth else [None] * len(points)
        reached = [(g, d) for g, d in zip(gradients, directions, strict=True) if g is not None]
        slopes = autodiff.gradients([g for g, _ in reached], cotangents, [d for _, d in reached]) if reached else []
        slopes = iter(slopes or [None] * len(smooth))
    derivative = [_or_zeros(next(slopes) if dtypes.is_float(t.dtype) else None, t) for t in outputs]
    derivative = pack(result, iter(derivative))
    return (result, derivative, rest) if has_aux else (result, derivative)


def _recorded(value):
    tensor = as_tensor(value)
    return apply(REGISTRY["reshape"], (tensor,), {"shape": tensor.shape})[0]


def _or_zeros(tensor, like):
    return as_tensor(np.zeros(like.shape), like.dtype) if tensor is None else tensor
