"""`keras.ops.vectorize`: functions of single elements made functions of whole tensors.

Source: NumPy's generalized universal functions, https://numpy.org/doc/stable/reference/c-api/generalized-ufuncs.html.
"""

import functools
import re

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor
from keraunos.ops.control import map as map_along

_ARGUMENT = r"\(\s*(?:\w+(?:\s*,\s*\w+)*)?\s*\)"
_LIST = rf"\s*{_ARGUMENT}(?:\s*,\s*{_ARGUMENT})*\s*"
_SIGNATURE = re.compile(rf"({_LIST})->({_LIST})")


def vectorize(pyfunc, *, excluded=None, signature=None):
    """A function that applies `pyfunc` to every element of its arguments, broadcast against each other.

    Args:
        pyfunc: function of scalar tensors that returns a tensor or a tuple of tensors.
        excluded: numbers of the positional, and names of the keyword, arguments that are passed on as they are.
        signature: what `pyfunc` takes and returns, such as `"(m,n),(n)->(m)"` for the product of a matrix and a
            vector: the last axes of every positional argument and result. Default: scalars.

    Returns:
        A function of tensors: one axis per axis of the broadcast arguments, then those of the results of `pyfunc`.
        Calls are made one by one; inside a compiled function they are unrolled. None is passed on as it is.

    Raises:
        TypeError: when `pyfunc` is no function.
        ValueError: for a signature that cannot be read, and, when called, for arguments or results that it does not
            describe.

    >>> from keraunos import ops
    >>> larger = ops.vectorize(lambda a, b: ops.maximum(a, b))
    >>> larger(ops.array([1, 2, 3]), 2).numpy()
    array([2, 2, 3], dtype=int32)
    """
    if not callable(pyfunc):
        raise TypeError(f"[vectorize] pyfunc must be a function, got {pyfunc!r}")
    passed = frozenset(excluded or ())
    takes, returns = (None, None) if signature is None else _read(signature)

    @functools.wraps(pyfunc)
    def vectorized(*args, **kwargs):
        places = [i for i, value in enumerate(args) if i not in passed and value is not None]
        names = [name for name, value in kwargs.items() if name not in passed and value is not None]
        if takes is not None and len(takes) != len(places) + len(names):
            raise ValueError(f"[vectorize] {signature} needs {len(takes)} arguments, got {len(places) + len(names)}")
        tensors = [as_tensor(args[i]) for i in places] + [as_tensor(kwargs[name]) for name in names]
        inner = [()] * len(tensors) if takes is None else takes
        sizes = {}
        for tensor, axes in zip(tensors, inner, strict=True):
            _match(f"an argument of {signature}", tensor, axes, sizes, exact=False)
        outer = [t.shape[: t.ndim - len(axes)] for t, axes in zip(tensors, inner, strict=True)]
        loop = np.broadcast_shapes(*outer)

        def call(parts):
            values = list(args)
            for i, part in zip(places, parts, strict=False):
                values[i] = part
            named = dict(zip(names, parts[len(places) :], strict=True))
            results = pyfunc(*values, **{**kwargs, **named})
            several = isinstance(results, (tuple, list))
            results = tuple(as_tensor(r) for r in (results if several else (results,)))
            if returns is not None:
                if len(results) != len(returns):
                    raise ValueError(f"[vectorize] {signature} has {len(returns)} results, got {len(results)}")
                for result, axes in zip(results, returns, strict=True):
                    _match(f"a result of {signature}", result, axes, sizes, exact=True)
            return results if several else results[0]

        spread = []
        for tensor, axes in zip(tensors, inner, strict=True):
            core = tensor.shape[tensor.ndim - len(axes) :]
            spread.append(p.reshape(p.broadcast_to(tensor, (*loop, *core)), (int(np.prod(loop)), *core)))
        results = map_along(call, spread)
        folded = lambda t: p.reshape(t, (*loop, *t.shape[1:]))  # noqa: E731
        return tuple(folded(t) for t in results) if isinstance(results, tuple) else folded(results)

    return vectorized


def _read(signature):
    """Names of the axes of the arguments, and of the results."""
    found = _SIGNATURE.fullmatch(signature)
    if found is None:
        raise ValueError(f'[vectorize] signature must look like "(m,n),(n)->(m)", got {signature!r}')
    return tuple([tuple(re.findall(r"\w+", one)) for one in re.findall(_ARGUMENT, side)] for side in found.groups())


def _match(what, tensor, axes, sizes, exact):
    """Holds the last axes of a tensor to the extents that are known of their names, and notes the others."""
    core = tensor.shape[tensor.ndim - len(axes) :] if tensor.ndim >= len(axes) else None
    if core is None or (exact and tensor.ndim != len(axes)):
        raise ValueError(f"[vectorize] {what}: expected axes {axes}, got shape {tensor.shape}")
    for name, extent in zip(axes, core, strict=True):
        if sizes.setdefault(name, extent) != extent:
            raise ValueError(f"[vectorize] {what}: expected {sizes[name]} for {name}, got shape {tensor.shape}")
