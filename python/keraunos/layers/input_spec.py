"""InputSpec: what a layer expects of its inputs, checked before every call."""

import operator

from keraunos.graph import dtypes


class InputSpec:
    """Rank, shape and dtype that a layer expects of one input. A layer that has such an object, or a list or dict of
    them, as its attribute `input_spec` has its inputs checked when it is called.

    Args:
        dtype: dtype the input must have.
        shape: shape with the batch axis; None where any extent will do.
        ndim: number of axes; follows from `shape`.
        max_ndim, min_ndim: most and fewest axes.
        axes: dict of axis -> extent; None: any.
        allow_last_axis_squeeze: whether a last axis of extent 1, here or in `shape`, may be missing.
        name: key of the input where inputs come as a dict.
        optional: whether None will do for the input.

    Raises:
        TypeError: for `axes` that are not numbered.
        ValueError: for an axis beyond the rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> class Lines(keras.layers.Layer):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.input_spec = keras.layers.InputSpec(ndim=3, axes={-1: 2})
    ...     def call(self, inputs):
    ...         return inputs
    >>> Lines()(np.ones((4, 5, 2), "float32")).shape
    (4, 5, 2)
    """

    def __init__(self, dtype=None, shape=None, ndim=None, max_ndim=None, min_ndim=None, axes=None,
                 allow_last_axis_squeeze=False, name=None, optional=False):  # fmt: skip
        self.dtype = None if dtype is None else dtypes.standardize(dtype)
        self.shape = None if shape is None else tuple(None if n is None else operator.index(n) for n in shape)
        self.ndim = ndim if shape is None else len(self.shape)
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.name = name
        self.optional = optional
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        try:
            self.axes = {int(axis): extent for axis, extent in (axes or {}).items()}
        except (AttributeError, TypeError, ValueError):
            raise TypeError(f"[input_spec] axes must be a dict of int -> extent, got {axes!r}") from None
        rank = self.ndim or self.max_ndim
        if rank is not None and max(self.axes, default=0) >= rank:
            raise ValueError(f"[input_spec] axis {max(self.axes)} is out of range for {rank} axes")

    def _mismatch(self, tensor):
        """(what is expected, what was found) if `tensor` does not fit, else None."""
        shape = tuple(tensor.shape)
        rank = len(shape)
        if self.ndim not in (None, rank) and not self.allow_last_axis_squeeze:
            return f"ndim={self.ndim}", f"ndim={rank}"
        if self.max_ndim is not None and rank > self.max_ndim:
            return f"max_ndim={self.max_ndim}", f"ndim={rank}"
        if self.min_ndim is not None and rank < self.min_ndim:
            return f"min_ndim={self.min_ndim}", f"ndim={rank}"
        if self.dtype not in (None, tensor.dtype):
            return f"dtype={self.dtype}", f"dtype={tensor.dtype}"
        for axis, extent in self.axes.items():
            found = shape[axis] if -rank <= axis < rank else "no such axis"
            if extent is not None and found not in (extent, None):
                return f"extent {extent} on axis {axis}", f"{found}"
        wanted = self.shape
        if wanted is not None and self.allow_last_axis_squeeze:
            wanted, shape = (s[:-1] if s and s[-1] == 1 else s for s in (wanted, shape))
        fits = wanted is None or len(wanted) == len(shape)
        if not fits or any(None not in (a, b) and a != b for a, b in zip(wanted or (), shape, strict=False)):
            return f"shape={self.shape}", f"shape={tuple(tensor.shape)}"
        return None

    def __repr__(self):
        named = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        return f"InputSpec({', '.join(f'{n}={getattr(self, n)}' for n in named if getattr(self, n))})"

    def get_config(self):
        """Constructor arguments, for saving."""
        return {
            "dtype": self.dtype,
            "shape": self.shape,
            "ndim": self.ndim,
            "max_ndim": self.max_ndim,
            "min_ndim": self.min_ndim,
            "axes": self.axes,
            "optional": self.optional,
        }

    @classmethod
    def from_config(cls, config):
        """The spec that `get_config` described."""
        return cls(**config)


def check_inputs(spec, inputs, layer):
    """Compares the inputs of a layer with its `input_spec`.

    Args:
        spec: InputSpec, or a list or dict of them (None where there is nothing to check).
        inputs: tensor, or a list or dict of tensors.
        layer: name of the layer, for the message.

    Raises:
        ValueError: for the first input that does not fit.
    """
    specs = _leaves(spec)
    if isinstance(inputs, dict) and all(s is not None and s.name for s in specs):
        missing = [s.name for s in specs if s.name not in inputs]
        if missing:
            raise ValueError(f'[input] layer "{layer}": expected an input {missing[0]!r}, got {", ".join(inputs)}')
        inputs = [inputs[s.name] for s in specs]
    tensors = _leaves(inputs)
    if len(tensors) != len(specs):
        raise ValueError(f'[input] layer "{layer}": expected {len(specs)} input(s), got {len(tensors)}')
    for position, (one, tensor) in enumerate(zip(specs, tensors, strict=True)):
        if one is None or (tensor is None and one.optional):
            continue
        if not hasattr(tensor, "shape"):
            raise ValueError(f'[input] layer "{layer}": expected tensors, got {type(tensor).__name__}: {tensor!r}')
        mismatch = one._mismatch(tensor)
        if mismatch:
            which = one.name or position
            raise ValueError(
                f'[input] layer "{layer}", input {which}: expected {mismatch[0]}, got {mismatch[1]} '
                f"(shape {tuple(tensor.shape)})"
            )


def _leaves(structure):
    """Leaves of nested lists, tuples and dicts; None is a leaf."""
    if isinstance(structure, dict):
        structure = list(structure.values())
    if isinstance(structure, (list, tuple)):
        return [leaf for part in structure for leaf in _leaves(part)]
    return [structure]
